# One 7940G or 7960G with SIP firmware: lines, passwords.
{% if XX_lines %}
phone_label: {{ XX_lines[0].quoted.display_name }}
{% endif %}
{% if admin_password %}
phone_password: {{ XX_quoted.password }}
{% endif %}
{% for line in XX_lines %}
line{{ line.number }}_name: {{ line.quoted.username }}
line{{ line.number }}_shortname: {{ line.quoted.extension }}
line{{ line.number }}_displayname: {{ line.quoted.display_name }}
line{{ line.number }}_authname: {{ line.quoted.auth_username }}
line{{ line.number }}_password: {{ line.quoted.password }}
proxy{{ line.number }}_address: {{ line.proxy_ip }}
proxy{{ line.number }}_port: {{ line.proxy_port }}
{% endfor %}
{% if XX_lines and XX_lines[0].backup_proxy_ip %}
proxy_backup: {{ XX_lines[0].backup_proxy_ip }}
proxy_backup_port: {{ XX_lines[0].backup_proxy_port }}
{% endif %}
{% if XX_lines and XX_lines[0].outbound_proxy_ip %}
outbound_proxy: {{ XX_lines[0].outbound_proxy_ip }}
outbound_proxy_port: {{ XX_lines[0].outbound_proxy_port }}
{% endif %}
{% if XX_lines and XX_lines[0].voicemail %}
messages_uri: {{ XX_lines[0].quoted.voicemail }}
{% endif %}
{% if XX_directory %}
directory_url: {{ XX_quoted.phonebook }}
{% endif %}
{% if X_cisco_services_url %}
services_url: {{ XX_quoted.services }}
{% endif %}
{% if XX_keys or XX_keys_left_out %}
# this firmware takes no function keys from its files
{% endif %}
{% for name, value in XX_more %}
{{ name }}: {{ value }}
{% endfor %}
