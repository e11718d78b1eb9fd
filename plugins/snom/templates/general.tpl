<?xml version="1.0" encoding="utf-8"?>
<settings>
  <phone-settings e="2">
    <auto_reboot_on_setting_change perm="R">on</auto_reboot_on_setting_change>
    <setting_server perm="RW">{{ base_url }}/</setting_server>
{% if XX_firmware.phone or XX_firmware.module %}
    <update_policy perm="R">auto_update</update_policy>
    <firmware_status perm="R">{{ base_url }}/snom{{ model }}-{{ address }}-firmware.xml</firmware_status>
{% else %}
    <update_policy perm="R">settings_only</update_policy>
{% endif %}
{% if dns_enabled %}
    <dns_server1 perm="R">{{ dns_ip }}</dns_server1>
{% endif %}
{% if vlan_enabled %}
    <vlan_id perm="R">{{ vlan_id }}</vlan_id>
    <vlan_qos perm="R">{{ vlan_priority or 0 }}</vlan_qos>
{% else %}
    <vlan_id perm="R"></vlan_id>
    <vlan_qos perm="R"></vlan_qos>
{% endif %}
{% if vlan_enabled and vlan_pc_port_id %}
    <vlan_port_tagging perm="R">on</vlan_port_tagging>
    <vlan_pc_id perm="R">{{ vlan_pc_port_id }}</vlan_pc_id>
    <vlan_pc_priority perm="R">0</vlan_pc_priority>
{% else %}
    <vlan_port_tagging perm="R">off</vlan_port_tagging>
    <vlan_pc_id perm="R"></vlan_pc_id>
    <vlan_pc_priority perm="R"></vlan_pc_priority>
{% endif %}
{% if syslog_enabled %}
    <syslog_server perm="R">{{ syslog_ip }}{{ ":" ~ syslog_port if syslog_port and syslog_port|int != 514 else "" }}</syslog_server>
    <log_level perm="R">{{ XX_log_level }}</log_level>
{% else %}
    <syslog_server perm="R"></syslog_server>
{% endif %}
{% if ntp_enabled %}
    <ntp_server perm="R">{{ ntp_ip }}</ntp_server>
{% endif %}
{% if XX_clock %}
{% if XX_clock.name %}
    <timezone perm="R">{{ XX_clock.name }}</timezone>
{% endif %}
    <utc_offset perm="R">{{ XX_clock.utc_offset }}</utc_offset>
    <dst perm="R">{{ XX_clock.dst }}</dst>
{% endif %}
{% if XX_language %}
    <language perm="R">{{ XX_language.name }}</language>
    <web_language perm="R">{{ XX_language.name }}</web_language>
{% if XX_language.tones %}
    <tone_scheme perm="R">{{ XX_language.tones }}</tone_scheme>
{% endif %}
{% if XX_language.locale %}
    <locale perm="R">{{ XX_language.locale }}</locale>
{% endif %}
{% endif %}
    <date_us_format perm="R">{{ "on" if locale == "en_US" else "off" }}</date_us_format>
    <time_24_format perm="R">{{ "off" if locale == "en_US" else "on" }}</time_24_format>
    <challenge_response perm="R">off</challenge_response>
    <user_phone perm="R">off</user_phone>
  </phone-settings>
{% if XX_authorities %}
  <certificates>
{% for number in XX_authorities %}
    <certificate url="{{ base_url }}/certificates/{{ number }}.der"/>
{% endfor %}
  </certificates>
{% endif %}
</settings>
