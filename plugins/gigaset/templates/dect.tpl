<?xml version="1.0" encoding="UTF-8"?>
<provisioning version="1.1" productID="e2">
{% if XX_firmware.path %}
  <firmware>
    <file version="{{ XX_firmware.version }}" url="{{ base_url }}/{{ XX_firmware.path }}"/>
  </firmware>
{% endif %}
  <nvm>
    <oper name="DeleteNotProvisionedHS"/>
    <param name="Provisioning.global.ProvisioningServer" value="{{ base_url }}"/>
{% if admin_password %}
    <param name="WebUIAccounts.1.Password" value="{{ admin_password }}"/>
{% endif %}
{% if XX_tones %}
    <param name="Telephony.0.ToneScheme" value="{{ XX_tones }}"/>
{% endif %}
    <param name="Telephony.0.CT_ViaRKey" value="1"/>
    <param name="Telephony.0.CT_ByOnHook" value="1"/>
    <param name="DmGlobal.0.HSIdleDisplay" value="1"/>
{% if ntp_enabled %}
    <param name="DmGlobal.0.NtpServer" value="{{ ntp_ip }}"/>
{% endif %}
{% if XX_zone %}
    <param name="DmGlobal.0.TimeZone" value="{{ XX_zone }}"/>
{% endif %}
{% for provider in XX_providers %}
{% set key = "SipProvider." ~ provider.id %}
    <param name="{{ key }}.Name" value="{{ provider.uses.proxy.address }}"/>
    <param name="{{ key }}.Domain" value="{{ provider.uses.proxy.address }}"/>
    <param name="{{ key }}.ProxyServerAddress" value="{{ provider.uses.proxy.address }}"/>
    <param name="{{ key }}.ProxyServerPort" value="{{ provider.uses.proxy.port }}"/>
    <param name="{{ key }}.RegServerAddress" value="{{ provider.uses.registrar.address }}"/>
    <param name="{{ key }}.RegServerPort" value="{{ provider.uses.registrar.port }}"/>
    <param name="{{ key }}.DnsQuery" value="0"/>
{% if provider.uses.backup %}
    <param name="{{ key }}.FailoverServerEnabled" value="1"/>
    <param name="{{ key }}.FailoverServerAddress" value="{{ provider.uses.backup.address }}"/>
    <param name="{{ key }}.FailoverServerPort" value="{{ provider.uses.backup.port }}"/>
{% else %}
    <param name="{{ key }}.FailoverServerEnabled" value="0"/>
{% endif %}
{% if provider.uses.outbound %}
    <param name="{{ key }}.OutboundProxyMode" value="0"/>
    <param name="{{ key }}.OutboundProxyAddress" value="{{ provider.uses.outbound.address }}"/>
    <param name="{{ key }}.OutboundProxyPort" value="{{ provider.uses.outbound.port }}"/>
{% else %}
    <param name="{{ key }}.OutboundProxyMode" value="2"/>
{% endif %}
    <param name="{{ key }}.TransportProtocol" value="{{ XX_transport }}"/>
    <param name="{{ key }}.UseSIPS" value="0"/>
    <param name="{{ key }}.SRTP_Enabled" value="{{ provider.srtp }}"/>
    <param name="{{ key }}.AcceptNonSRTPCalls" value="{{ provider.accepts_rtp }}"/>
{% if provider.dtmf is not none %}
    <param name="{{ key }}.DTMFTransmission" value="{{ provider.dtmf }}"/>
{% endif %}
{% if sip_subscribe_mwi is defined and sip_subscribe_mwi is not none %}
    <param name="{{ key }}.MWISubscription" value="{{ 1 if sip_subscribe_mwi else 0 }}"/>
{% endif %}
{% endfor %}
{% for each in XX_lines %}
{% set account = "SipAccount." ~ each.handset %}
    <oper value="{{ each.handset }}" name="add_hs">
      <param name="hs.RegStatus" value="ToReg"/>
    </oper>
    <param name="hs.{{ each.handset }}.DECT_AC" value="{{ each.code }}"/>
    <param name="{{ account }}.ProviderId" value="{{ each.provider }}"/>
    <param name="{{ account }}.UserName" value="{{ each.line.username }}"/>
    <param name="{{ account }}.AuthName" value="{{ each.line.auth_username }}"/>
    <param name="{{ account }}.AuthPassword" value="{{ each.line.password }}"/>
    <param name="{{ account }}.DisplayName" value="{{ each.line.name }}"/>
    <param name="{{ account }}.VoiceMailMailbox" value="{{ each.line.voicemail }}"/>
    <param name="{{ account }}.VoiceMailActive" value="{{ 1 if each.line.voicemail else 0 }}"/>
    <param name="hs.{{ each.handset }}.DirectAccessDir" value="0"/>
    <param name="hs.{{ each.handset }}.IntKeyDir" value="20"/>
{% endfor %}
{% if XX_xivo_phonebook_url %}
    <param name="Netdir.1.Activated" value="1"/>
    <param name="XMLDir.1.ProviderName" value="{{ XX_directory }}"/>
    <param name="XMLDir.1.ServerURL" value="{{ XX_xivo_phonebook_url }}"/>
    <param name="XMLDir.1.WhitePagesDirName" value="{{ XX_directory }}"/>
    <param name="XMLDir.1.StartWithListWP" value="1"/>
{% else %}
    <param name="Netdir.1.Activated" value="0"/>
{% endif %}
{% for name, value in XX_parameters %}
    <param name="{{ name }}" value="{{ value }}"/>
{% endfor %}
{% if XX_registration is not none %}
    <oper name="update_dm" value="local">
      <param name="RegStart" value="{{ XX_registration }}"/>
      <param name="RegDuration" value="900"/>
      <param name="DMPpasswd" value="Gigaset"/>
    </oper>
{% endif %}
{% if XX_left_out %}
    <!-- Something is left out: the model has no such line, or takes no such value, or no parameter for it is known. -->
{% endif %}
  </nvm>
</provisioning>
