#!version:1.0.0.1
# What is no secret of this phone. Its passwords, lines and keys are in its own file.
{{ XX_static }}auto_provision.server.url = {{ base_url }}/
{% if XX_release >= 80 %}
{{ XX_static }}auto_provision.power_on = 1
{% else %}
{{ XX_static }}auto_provision.mode = 1
{% endif %}
{{ XX_static }}auto_provision.pnp_enable = 0
{% if XX_release >= 81 %}
{{ XX_static }}auto_provision.custom.protect = 0
{{ XX_static }}auto_provision.custom.sync = 0
{% endif %}
sip.notify_reboot_enable = 0
{% if XX_firmware %}
{{ XX_static_firmware }}firmware.url = {{ base_url }}/{{ XX_firmware }}
{% endif %}
{% for handset, file in XX_handset_firmware if XX_dect %}
over_the_air.url.{{ handset }} = {{ base_url }}/{{ file }}
{% endfor %}
# Some parameters keep their value until they are written again; these are always written.
{% if dns_enabled %}
{{ XX_static }}network.static_dns_enable = 1
{{ XX_static }}network.primary_dns = {{ dns_ip }}
{% else %}
{{ XX_static }}network.static_dns_enable = 0
{% endif %}
{% if vlan_enabled %}
{{ XX_static }}network.vlan.internet_port_enable = 1
{{ XX_static }}network.vlan.internet_port_vid = {{ vlan_id }}
{{ XX_static }}network.vlan.internet_port_priority = {{ vlan_priority|d(0, true) }}
{% else %}
{{ XX_static }}network.vlan.internet_port_enable = 0
{% endif %}
{% if not XX_dect %}
{% if vlan_enabled and vlan_pc_port_id %}
{{ XX_static }}network.vlan.pc_port_enable = 1
{{ XX_static }}network.vlan.pc_port_vid = {{ vlan_pc_port_id }}
{% else %}
{{ XX_static }}network.vlan.pc_port_enable = 0
{% endif %}
{% endif %}
{% if XX_release >= 81 %}
{{ XX_static }}syslog.enable = {{ 1 if syslog_enabled else 0 }}
{% endif %}
{% if XX_release < 81 or XX_dect %}
{{ XX_static }}syslog.mode = {{ 1 if syslog_enabled else 0 }}
{% endif %}
{% if syslog_enabled %}
{{ XX_static }}syslog.server = {{ syslog_ip }}
{% if XX_release >= 81 %}
{{ XX_static }}syslog.server_port = {{ syslog_port|d(514, true) }}
{{ XX_static }}syslog.level = {{ XX_syslog_level }}
{% else %}
{{ XX_static }}syslog.log_level = {{ XX_syslog_level }}
{% endif %}
{% endif %}
{% if ntp_enabled %}
local_time.ntp_server1 = {{ ntp_ip }}
{% endif %}
{% if XX_clock %}
local_time.time_zone = {{ XX_clock.offset }}
local_time.summer_time = {{ XX_clock.summer_time }}
{% if XX_clock.summer_time %}
local_time.dst_time_type = {{ XX_clock.by_week }}
local_time.start_time = {{ XX_clock.start }}
local_time.end_time = {{ XX_clock.end }}
local_time.offset_time = {{ XX_clock.minutes }}
{% endif %}
{% endif %}
{% if XX_language %}
{% if XX_language.name %}
{{ XX_static_language }}lang.wui = {{ XX_language.name }}
{% if not XX_dect %}
{{ XX_static_language }}lang.gui = {{ XX_language.name }}
{% endif %}
{% endif %}
{% if XX_dect and XX_language.handset is not none %}
custom.handset.language = {{ XX_language.handset }}
{% endif %}
{% if XX_language.tones %}
voice.tone.country = {{ XX_language.tones }}
{% endif %}
{% endif %}
{% if exten_pickup_call %}
features.pickup.direct_pickup_enable = 1
features.pickup.direct_pickup_code = {{ exten_pickup_call }}
{% endif %}
{% if exten_pickup_group %}
features.pickup.group_pickup_enable = 1
features.pickup.group_pickup_code = {{ exten_pickup_group }}
{% endif %}
