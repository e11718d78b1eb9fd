<?xml version="1.0" encoding="UTF-8"?>
<VOIP_CONFIG_FILE>
  <version>2.0002</version>
  <GLOBAL_CONFIG_MODULE>
{% if dns_enabled %}
    <DHCP_Auto_DNS>0</DHCP_Auto_DNS>
    <Primary_DNS>{{ dns_ip }}</Primary_DNS>
{% else %}
    <DHCP_Auto_DNS>1</DHCP_Auto_DNS>
{% endif %}
{% if ntp_enabled %}
    <Enable_SNTP>1</Enable_SNTP>
    <SNTP_Server>{{ ntp_ip }}</SNTP_Server>
{% endif %}
{% if XX_clock %}
    <Time_Zone>{{ XX_clock.quarters }}</Time_Zone>
    <Time_Zone_Name>{{ XX_clock.name }}</Time_Zone_Name>
{% if XX_clock.changes %}
    <Enable_DST>2</Enable_DST>
    <DST_Fixed_Type>2</DST_Fixed_Type>
    <DST_Min_Offset>{{ XX_clock.minutes }}</DST_Min_Offset>
{% for end, change in XX_clock.changes %}
    <DST_{{ end }}_Mon>{{ change.month }}</DST_{{ end }}_Mon>
    <DST_{{ end }}_Week>{{ change.week }}</DST_{{ end }}_Week>
    <DST_{{ end }}_Wday>{{ change.weekday }}</DST_{{ end }}_Wday>
    <DST_{{ end }}_Hour>{{ change.hour }}</DST_{{ end }}_Hour>
{% endfor %}
{% else %}
    <Enable_DST>0</Enable_DST>
{% endif %}
{% endif %}
{% if XX_language is not none %}
    <Language>{{ XX_language }}</Language>
{% endif %}
  </GLOBAL_CONFIG_MODULE>
{% if XX_tones is not none %}
  <DSP_CONFIG_MODULE>
    <Signal_Standard>{{ XX_tones }}</Signal_Standard>
  </DSP_CONFIG_MODULE>
{% endif %}
  <QOS_CONFIG_MODULE>
{% if vlan_enabled %}
    <Enable_VLAN>1</Enable_VLAN>
    <VLAN_ID>{{ vlan_id }}</VLAN_ID>
    <Signalling_Priority>{{ vlan_priority|d(0, true) }}</Signalling_Priority>
    <Voice_Priority>{{ vlan_priority|d(0, true) }}</Voice_Priority>
{% else %}
    <Enable_VLAN>0</Enable_VLAN>
{% endif %}
{% if vlan_enabled and vlan_pc_port_id %}
    <Enable_PVID>2</Enable_PVID>
    <PVID_Value>{{ vlan_pc_port_id }}</PVID_Value>
{% else %}
    <Enable_PVID>1</Enable_PVID>
{% endif %}
  </QOS_CONFIG_MODULE>
  <AAA_CONFIG_MODULE>
{% if syslog_enabled %}
    <Enable_Syslog>1</Enable_Syslog>
    <Syslog_address>{{ syslog_ip }}</Syslog_address>
    <Syslog_port>{{ syslog_port|d(514, true) }}</Syslog_port>
{% else %}
    <Enable_Syslog>0</Enable_Syslog>
{% endif %}
  </AAA_CONFIG_MODULE>
  <AUTOUPDATE_CONFIG_MODULE>
    <Download_Server_IP>{{ base_url }}</Download_Server_IP>
    <Config_File_Name>$mac.cfg</Config_File_Name>
    <Download_Protocol>{{ 5 if base_url[:8] == "https://" else 4 }}</Download_Protocol>
    <Download_Mode>1</Download_Mode>
    <DHCP_Option>66</DHCP_Option>
    <PNP_Enable>0</PNP_Enable>
{% if XX_firmware %}
    <Auto_Image_Url>{{ base_url }}/{{ XX_firmware }}</Auto_Image_Url>
{% endif %}
  </AUTOUPDATE_CONFIG_MODULE>
{% block own %}
{% endblock %}
</VOIP_CONFIG_FILE>
