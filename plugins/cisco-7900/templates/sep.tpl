<device>
  <deviceProtocol>{{ "SCCP" if XX_sccp else "SIP" }}</deviceProtocol>
{% if admin_username and admin_password %}
  <sshUserId>{{ admin_username }}</sshUserId>
  <sshPassword>{{ admin_password }}</sshPassword>
{% endif %}
  <devicePool>
    <dateTimeSetting>
      <dateTemplate>{{ "M/D/Y" if locale == "en_US" else "D/M/Y" }}</dateTemplate>
      <timeZone>{{ XX_timezone }}</timeZone>
      <ntps>
{% if ntp_enabled %}
        <ntp><name>{{ ntp_ip }}</name><ntpMode>Unicast</ntpMode></ntp>
{% endif %}
      </ntps>
    </dateTimeSetting>
    <callManagerGroup>
      <members>
{% for manager in XX_call_managers %}
        <member priority="{{ manager.priority }}">
          <callManager>
            <ports>
              <ethernetPhonePort>{{ manager.sccp_port or 2000 }}</ethernetPhonePort>
              <sipPort>{{ manager.sip_port or 5060 }}</sipPort>
              <securedSipPort>5061</securedSipPort>
            </ports>
            <processNodeName>{{ manager.ip }}</processNodeName>
          </callManager>
        </member>
{% endfor %}
      </members>
    </callManagerGroup>
  </devicePool>
{% if not XX_sccp %}
  <sipProfile>
    <sipProxies>
      <registerWithProxy>true</registerWithProxy>
{% if XX_lines and XX_lines[0].outbound_proxy_ip %}
      <outboundProxy>{{ XX_lines[0].outbound_proxy_ip }}</outboundProxy>
      <outboundProxyPort>{{ XX_lines[0].outbound_proxy_port }}</outboundProxyPort>
{% endif %}
    </sipProxies>
    <sipStack>
      <timerRegisterExpires>3600</timerRegisterExpires>
      <remotePartyID>true</remotePartyID>
    </sipStack>
    <enableVad>false</enableVad>
    <preferredCodec>none</preferredCodec>
    <dtmfOutofBand>{{ XX_dtmf }}</dtmfOutofBand>
    <phoneLabel>{{ XX_lines[0].display_name if XX_lines else "" }}</phoneLabel>
    <sipLines>
{% for line in XX_lines %}
      <line button="{{ line.number }}">
        <featureID>9</featureID>
        <featureLabel>{{ line.extension }}</featureLabel>
{% if XX_call_managers and line.proxy_ip == XX_call_managers[0].ip %}
        <proxy>USECALLMANAGER</proxy>
{% else %}
        <proxy>{{ line.proxy_ip }}</proxy>
{% endif %}
        <port>{{ line.proxy_port }}</port>
        <name>{{ line.username }}</name>
        <displayName>{{ line.display_name }}</displayName>
        <contact>{{ line.username }}</contact>
        <authName>{{ line.auth_username }}</authName>
        <authPassword>{{ line.password }}</authPassword>
        <messageWaitingLampPolicy>1</messageWaitingLampPolicy>
        <messagesNumber>{{ line.voicemail }}</messagesNumber>
        <callWaiting>3</callWaiting>
      </line>
{% endfor %}
{% for key in XX_keys %}
      <line button="{{ key.button }}">
        <featureID>{{ 21 if key.watched else 2 }}</featureID>
        <featureLabel>{{ key.label }}</featureLabel>
        <speedDialNumber>{{ key.value }}</speedDialNumber>
      </line>
{% endfor %}
{% if XX_keys_left_out %}
      <!-- Some function keys are left out: the phone has no such button, or the key has no value. -->
{% endif %}
    </sipLines>
    <dialTemplate>dialplan.xml</dialTemplate>
  </sipProfile>
{% endif %}
  <commonProfile>
    <phonePassword>{{ admin_password|d("") }}</phonePassword>
  </commonProfile>
  <loadInformation>{{ XX_load }}</loadInformation>
  <vendorConfig>
    <voiceVlanAccess>{{ 1 if vlan_enabled else 0 }}</voiceVlanAccess>
{% if syslog_enabled %}
    <logServer>{{ syslog_ip }}:{{ syslog_port or 514 }}</logServer>
{% endif %}
  </vendorConfig>
{% if XX_locale %}
  <userLocale>
    <name>{{ XX_locale.user }}</name>
    <langCode>{{ XX_locale.code }}</langCode>
    <winCharSet>utf-8</winCharSet>
  </userLocale>
  <networkLocale>{{ XX_locale.network }}</networkLocale>
  <networkLocaleInfo>
    <name>{{ XX_locale.network }}</name>
  </networkLocaleInfo>
{% endif %}
  <deviceSecurityMode>1</deviceSecurityMode>
  <directoryURL>{{ XX_xivo_phonebook_url }}</directoryURL>
  <transportLayerProtocol>{{ XX_transport }}</transportLayerProtocol>
</device>
