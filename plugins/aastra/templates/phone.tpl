# One phone: passwords, lines, keys.
{% if XX_admin_password %}
admin password: {{ XX_admin_password }}
{% endif %}
{% if XX_user_password %}
user password: {{ XX_user_password }}
{% endif %}
{% if XX_provisioning_password %}
http digest username: {{ XX_provisioning_username }}
http digest password: {{ XX_provisioning_password }}
{% endif %}
{% for line in XX_lines %}
sip line{{ line.number }} user name: {{ line.username }}
sip line{{ line.number }} auth name: {{ line.auth_username }}
sip line{{ line.number }} password: {{ line.password }}
sip line{{ line.number }} display name: {{ line.display_name }}
sip line{{ line.number }} screen name: {{ line.display_name }}
sip line{{ line.number }} screen name 2: {{ line.extension }}
sip line{{ line.number }} proxy ip: {{ line.proxy_ip }}
sip line{{ line.number }} proxy port: {{ line.proxy_port }}
sip line{{ line.number }} registrar ip: {{ line.registrar_ip }}
sip line{{ line.number }} registrar port: {{ line.registrar_port }}
{% if line.backup_proxy_ip %}
sip line{{ line.number }} backup proxy ip: {{ line.backup_proxy_ip }}
sip line{{ line.number }} backup proxy port: {{ line.backup_proxy_port }}
{% endif %}
{% if line.backup_registrar_ip %}
sip line{{ line.number }} backup registrar ip: {{ line.backup_registrar_ip }}
sip line{{ line.number }} backup registrar port: {{ line.backup_registrar_port }}
{% endif %}
{% if line.outbound_proxy_ip %}
sip line{{ line.number }} outbound proxy: {{ line.outbound_proxy_ip }}
sip line{{ line.number }} outbound proxy port: {{ line.outbound_proxy_port }}
{% endif %}
{% if line.dtmf_method is not none %}
sip line{{ line.number }} dtmf method: {{ line.dtmf_method }}
{% endif %}
{% if line.srtp_mode is not none %}
sip line{{ line.number }} srtp mode: {{ line.srtp_mode }}
{% endif %}
{% if line.voicemail %}
sip line{{ line.number }} vmail: {{ line.voicemail }}
{% endif %}
{% endfor %}
{% if XX_xivo_phonebook_url %}
directory script: {{ XX_xivo_phonebook_url }}
{% endif %}
{% for key in XX_keys %}
{{ key.slot }} type: {{ key.type }}
{{ key.slot }} value: {{ key.value }}
{% if key.label %}
{{ key.slot }} label: {{ key.label }}
{% endif %}
{{ key.slot }} line: {{ key.line }}
{% endfor %}
{% for name, value in XX_8021x %}
{{ name }}: {{ value }}
{% endfor %}
{% for name, file in XX_pointers %}
{{ name }}: {{ base_url }}/{{ address }}-{{ file }}.pem
{% endfor %}
{% for name, value in XX_more %}
{{ name }}: {{ value }}
{% endfor %}
{% for number in XX_keys_left_out %}
# function key {{ number }} is left out: this model has no such key, or the key has no value
{% endfor %}
