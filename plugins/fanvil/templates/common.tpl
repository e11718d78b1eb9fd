<?xml version="1.0" encoding="UTF-8"?>
<sysConf>
  <Version>2.0000000000</Version>
  <net>
{% if dns_enabled %}
    <DHCPAutoDNS>0</DHCPAutoDNS>
    <PrimaryDNS>{{ dns_ip }}</PrimaryDNS>
{% else %}
    <DHCPAutoDNS>1</DHCPAutoDNS>
{% endif %}
  </net>
  <ap>
    <DownloadCommonConf>0</DownloadCommonConf>
    <FlashServerIP>{{ base_url }}</FlashServerIP>
    <FlashFileName>$mac.cfg</FlashFileName>
    <FlashProtocol>{{ 5 if base_url[:8] == "https://" else 4 }}</FlashProtocol>
    <FlashMode>1</FlashMode>
    <pnp>
      <PNPEnable>0</PNPEnable>
    </pnp>
    <opt>
      <DHCPOption>66</DHCPOption>
    </opt>
  </ap>
  <fwCheck>
{% if XX_firmware %}
    <EnableAutoUpgrade>1</EnableAutoUpgrade>
    <UpgradeServer1>{{ base_url }}</UpgradeServer1>
    <UpgradeServer2></UpgradeServer2>
    <AutoUpgradeInterval>24</AutoUpgradeInterval>
{% else %}
    <EnableAutoUpgrade>0</EnableAutoUpgrade>
{% endif %}
  </fwCheck>
  <qos>
{% if vlan_enabled %}
    <EnableVLAN>1</EnableVLAN>
    <VLANID>{{ vlan_id }}</VLANID>
    <SignallingPriority>{{ vlan_priority|d(0, true) }}</SignallingPriority>
    <VoicePriority>{{ vlan_priority|d(0, true) }}</VoicePriority>
{% else %}
    <EnableVLAN>0</EnableVLAN>
{% endif %}
{% if vlan_enabled and vlan_pc_port_id %}
    <EnablePVID>2</EnablePVID>
    <PVIDValue>{{ vlan_pc_port_id }}</PVIDValue>
{% else %}
    <EnablePVID>1</EnablePVID>
{% endif %}
  </qos>
  <log>
{% if syslog_enabled %}
    <Level>{{ XX_log_level }}</Level>
    <OutputDevice>syslog</OutputDevice>
    <SyslogServer>{{ syslog_ip }}</SyslogServer>
    <SyslogServerPort>{{ syslog_port|d(514, true) }}</SyslogServerPort>
{% else %}
    <OutputDevice>stdout</OutputDevice>
    <SyslogServer>0.0.0.0</SyslogServer>
{% endif %}
  </log>
{% if XX_tones is not none %}
  <mm>
    <SelectYourTone>{{ XX_tones }}</SelectYourTone>
  </mm>
{% endif %}
  <phone>
    <date>
{% if ntp_enabled %}
      <EnableSNTP>1</EnableSNTP>
      <SNTPServer>{{ ntp_ip }}</SNTPServer>
{% endif %}
{% if XX_clock %}
      <TimeZone>{{ XX_clock.quarters }}</TimeZone>
      <TimeZoneName>{{ XX_clock.name }}</TimeZoneName>
{% if XX_clock.changes %}
      <DSTType>2</DSTType>
      <DSTRuleMode>2</DSTRuleMode>
      <DSTMinOffset>{{ XX_clock.minutes }}</DSTMinOffset>
{% for end, change in XX_clock.changes %}
      <DST{{ end }}Mon>{{ change.month }}</DST{{ end }}Mon>
      <DST{{ end }}Week>{{ change.week }}</DST{{ end }}Week>
      <DST{{ end }}Wday>{{ change.weekday }}</DST{{ end }}Wday>
      <DST{{ end }}Hour>{{ change.hour }}</DST{{ end }}Hour>
{% endfor %}
{% else %}
      <DSTType>0</DSTType>
{% endif %}
{% endif %}
    </date>
{% if XX_language is not none %}
    <display>
      <DefaultLanguage>{{ XX_language }}</DefaultLanguage>
    </display>
{% endif %}
{% block phone %}
{% endblock %}
  </phone>
{% block own %}
{% endblock %}
</sysConf>
