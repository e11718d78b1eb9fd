# One 7940G or 7960G with SIP firmware: lines, passwords.
{% if XX_lines %}
phone_label: "{{ XX_lines[0].display_name|default("", true)|replace('"', "'") }}"
{% endif %}
{% if admin_password %}
{% if '"' in admin_password %}
# the admin password holds a quotation mark, which this file cannot carry
{% else %}
phone_password: "{{ admin_password }}"
{% endif %}
{% endif %}
{% for line in XX_lines %}
line{{ line.number }}_name: "{{ line.username|default("", true)|replace('"', "'") }}"
line{{ line.number }}_shortname: "{{ line.extension|default("", true)|replace('"', "'") }}"
line{{ line.number }}_displayname: "{{ line.display_name|default("", true)|replace('"', "'") }}"
line{{ line.number }}_authname: "{{ line.auth_username|default("", true)|replace('"', "'") }}"
{% if '"' in (line.password or "") %}
# the password of this line holds a quotation mark, which this file cannot carry
{% else %}
line{{ line.number }}_password: "{{ line.password or "" }}"
{% endif %}
proxy{{ line.number }}_address: "{{ line.proxy_ip|replace('"', "'") }}"
proxy{{ line.number }}_port: {{ line.proxy_port }}
{% endfor %}
{% if XX_lines and XX_lines[0].backup_proxy_ip %}
proxy_backup: "{{ XX_lines[0].backup_proxy_ip|replace('"', "'") }}"
proxy_backup_port: {{ XX_lines[0].backup_proxy_port }}
{% endif %}
{% if XX_lines and XX_lines[0].outbound_proxy_ip %}
outbound_proxy: "{{ XX_lines[0].outbound_proxy_ip|replace('"', "'") }}"
outbound_proxy_port: {{ XX_lines[0].outbound_proxy_port }}
{% endif %}
{% if XX_lines and XX_lines[0].voicemail %}
messages_uri: "{{ XX_lines[0].voicemail|replace('"', "'") }}"
{% endif %}
{% if XX_xivo_phonebook_url %}
directory_url: "{{ XX_xivo_phonebook_url|replace('"', "'") }}"
{% endif %}
{% if XX_keys or XX_keys_left_out %}
# this firmware takes no function keys from its files
{% endif %}
