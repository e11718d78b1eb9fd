<device>
  <fullConfig>true</fullConfig>
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
              <sipPort>{{ 5060 if XX_security == 3 else manager.sip_port or 5060 }}</sipPort>
              <securedSipPort>{{ manager.sip_port if XX_security == 3 and manager.sip_port else 5061 }}</securedSipPort>
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
{% if XX_lines and XX_lines[0].backup_proxy_ip %}
      <backupProxy>{{ XX_lines[0].backup_proxy_ip }}</backupProxy>
      <backupProxyPort>{{ XX_lines[0].backup_proxy_port }}</backupProxyPort>
{% endif %}
{% if XX_lines and XX_lines[0].outbound_proxy_ip %}
      <outboundProxy>{{ XX_lines[0].outbound_proxy_ip }}</outboundProxy>
      <outboundProxyPort>{{ XX_lines[0].outbound_proxy_port }}</outboundProxyPort>
{% endif %}
    </sipProxies>
    <sipStack>
      <timerRegisterExpires>3600</timerRegisterExpires>
      <remotePartyID>true</remotePartyID>
    </sipStack>
{% for name, value in XX_sip_profile %}
    <{{ name }}>{{ value }}</{{ name }}>
{% endfor %}
    <sipLines>
{% for line in XX_lines %}
      <line button="{{ loop.index }}" lineIndex="{{ loop.index }}">
        <featureID>9</featureID>
        <featureLabel>{{ line.extension }}</featureLabel>
{% if XX_call_managers and line.proxy_ip == XX_call_managers[0].ip and line.proxy_port == XX_call_managers[0].sip_port %}
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
        <sharedLine>false</sharedLine>
        <messageWaitingLampPolicy>3</messageWaitingLampPolicy>
        <messagesNumber>{{ line.voicemail }}</messagesNumber>
        <callWaiting>{{ XX_call_waiting }}</callWaiting>
        <maxNumCalls>4</maxNumCalls>
        <busyTrigger>4</busyTrigger>
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
{% for name, value in XX_vendor_config %}
    <{{ name }}>{{ value }}</{{ name }}>
{% endfor %}
  </vendorConfig>
{% if XX_modules %}
  <addOnModules>
{% for module in XX_modules %}
    <addOnModule idx="{{ module.place }}">
      <deviceType>{{ module.type }}</deviceType>
      <deviceLine>{{ module.buttons }}</deviceLine>
      <loadInformation>{{ module.load }}</loadInformation>
    </addOnModule>
{% endfor %}
  </addOnModules>
{% endif %}
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
  <deviceSecurityMode>{{ XX_security }}</deviceSecurityMode>
  <directoryURL>{{ XX_directory }}</directoryURL>
{% for name, value in XX_urls %}
  <{{ name }}>{{ value }}</{{ name }}>
{% endfor %}
  <transportLayerProtocol>{{ XX_transport }}</transportLayerProtocol>
</device>
