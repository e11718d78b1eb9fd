<?xml version="1.0" encoding="UTF-8"?>
<provisioning version="1.1">
{% if XX_firmware.path %}
  <firmware>
    <file version="{{ XX_firmware.version }}" url="{{ base_url }}/{{ XX_firmware.path }}"/>
  </firmware>
{% endif %}
  <nvm>
    <param name="System.Provision.ProvisioningServer" value="{{ base_url }}/{{ XX_own_file }}"/>
    <param name="FirmwareManagment.AutomaticCheckForUpdates" value="{{ 1 if XX_firmware.path else 0 }}"/>
{% if ntp_enabled %}
    <param name="System.DateAndTime.AutoAdjustTime" value="NTPServiceEnabled"/>
    <param name="System.DateAndTime.TimeServer" value="{{ ntp_ip }}"/>
{% else %}
    <param name="System.DateAndTime.AutoAdjustTime" value="NTPServiceDHCP"/>
{% endif %}
{% if XX_zone %}
    <param name="System.DateAndTime.TimeZone" value="{{ XX_zone }}"/>
    <param name="System.DateAndTime.AutoAdjustClockForDST" value="AutomatedDaylightSavingEnabled"/>
{% endif %}
{% if XX_tones %}
    <param name="Telephony.ToneScheme" value="{{ XX_tones }}"/>
{% endif %}
{% if XX_language %}
    <param name="PhoneUI.Settings.Language" value="{{ XX_language }}"/>
    <param name="WebUI.Language" value="{{ XX_language }}"/>
{% endif %}
    <param name="NET.VLAN.Tagging" value="{{ XX_vlans }}"/>
{% if XX_vlans %}
    <param name="NET.VLAN.LAN.Identifier" value="{{ vlan_id }}"/>
    <param name="NET.VLAN.LAN.Priority" value="{{ vlan_priority|d(0, true) }}"/>
{% endif %}
{% if XX_vlans == 2 %}
    <param name="NET.VLAN.PC.Identifier" value="{{ vlan_pc_port_id }}"/>
{% endif %}
    <param name="SIP.TransportProtocol" value="{{ XX_transport }}"/>
    <param name="SIP.Security.UseSIPS" value="{{ XX_sips }}"/>
    <param name="SIP.Security.SRTP" value="{{ XX_srtp }}"/>
    <param name="SIP.Security.AcceptNonSRTPCalls" value="{{ XX_accepts_rtp }}"/>
    <param name="SIP.DefaultAccount" value="0"/>
{% block own %}
{% endblock %}
{% if XX_left_out %}
    <!-- Something is left out: the model has no such line or key, or takes no such value, or no parameter for it is known. -->
{% endif %}
  </nvm>
{% block next %}
  <custom>
    <step type="Redirect" url="{{ base_url }}/{{ XX_own_file }}"/>
  </custom>
{% endblock %}
</provisioning>
