# What is no secret of this phone. Its passwords, lines and keys are in its own file.
download protocol: {{ server_protocol|upper }}
{{ server_protocol }} server: {{ server_address }}
{{ server_protocol }} port: {{ server_port }}
{% if server_path %}
{{ server_protocol }} path: {{ server_path }}
{% endif %}
{% if dns_enabled %}
dns1: {{ dns_ip }}
{% endif %}
{% if vlan_enabled %}
tagging enabled: 1
vlan id: {{ vlan_id }}
{% if vlan_priority is defined and vlan_priority is not none %}
tos priority map: (26,{{ vlan_priority }})(46,{{ vlan_priority }})
{% endif %}
{% if vlan_pc_port_id %}
vlan id port 1: {{ vlan_pc_port_id }}
{% endif %}
{% else %}
tagging enabled: 0
{% endif %}
{% if syslog_enabled %}
log server ip: {{ syslog_ip }}
log server port: {{ syslog_port|default(514, true) }}
{% for module in ("linemgr", "user interface", "misc", "sip", "net", "provis") %}
log module {{ module }}: {{ XX_log_level }}
{% endfor %}
{% endif %}
{% if ntp_enabled %}
time server disabled: 0
time server1: {{ ntp_ip }}
{% else %}
time server disabled: 1
{% endif %}
{% if XX_clock %}
time zone name: Custom
time zone minutes: {{ XX_clock.minutes }}
{% if XX_clock.dst %}
dst config: 3
dst minutes: {{ XX_clock.dst.minutes }}
dst [start|end] relative date: {{ XX_clock.dst.changes[0].relative }}
{% for change in XX_clock.dst.changes %}
dst {{ change.when }} month: {{ change.month }}
{% if change.relative %}
dst {{ change.when }} week: {{ change.week }}
{% endif %}
dst {{ change.when }} day: {{ change.day }}
dst {{ change.when }} hour: {{ change.hour }}
{% endfor %}
{% else %}
dst config: 0
{% endif %}
{% endif %}
{% if XX_language %}
{% if XX_language.file %}
language: 1
language 1: {{ XX_language.file }}
web language: 1
{% else %}
language: 0
web language: 0
{% endif %}
tone set: {{ XX_language.tone_set }}
input language: {{ XX_language.input }}
{% endif %}
sip transport protocol: {{ XX_transport }}
sip srtp mode: {{ XX_srtp_mode }}
{% if XX_dtmf_method is not none %}
sip out-of-band dtmf: {{ 0 if sip_dtmf_mode == "RTP-in-band" else 1 }}
sip dtmf method: {{ XX_dtmf_method }}
{% endif %}
{% if sip_subscribe_mwi is defined and sip_subscribe_mwi is not none %}
sip explicit mwi subscription: {{ 1 if sip_subscribe_mwi else 0 }}
{% endif %}
{% if XX_pickup_prefix %}
directed call pickup: 1
directed call pickup prefix: {{ XX_pickup_prefix }}
{% endif %}
