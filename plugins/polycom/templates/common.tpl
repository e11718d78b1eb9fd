<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<!-- What is no secret of this phone. Its passwords, lines and keys are in its own file, which wins. -->
<polycomConfig>
  <device
    device.set="1"
    device.prov.tagSerialNo.set="1"
    device.prov.tagSerialNo="1"
{% if dns_enabled %}
    device.dns.serverAddress.set="1"
    device.dns.serverAddress="{{ dns_ip }}"
{% endif %}
{% if vlan_enabled %}
    device.net.vlanId.set="1"
    device.net.vlanId="{{ vlan_id }}"
{% endif %}
    device.syslog.serverName.set="1"
    device.syslog.serverName="{{ syslog_ip if syslog_enabled else "" }}"
    device.syslog.transport.set="1"
    device.syslog.transport="{{ 1 if syslog_enabled else 0 }}"
{% if syslog_enabled %}
    device.syslog.renderLevel.set="1"
    device.syslog.renderLevel="{{ XX_log_level }}"
    device.syslog.prependMac.set="1"
    device.syslog.prependMac="1"
{% endif %}
{% for certificate in XX_trusted %}
    device.sec.TLS.customCaCert{{ certificate.place }}.set="1"
    device.sec.TLS.customCaCert{{ certificate.place }}="{{ certificate.pem }}"
{% endfor %}
{% if XX_trusted %}
    device.sec.TLS.profile.caCertList1.set="1"
    device.sec.TLS.profile.caCertList1="All"
{% endif %}
  />
{% if XX_trusted %}
  <security sec.TLS.profileSelection.SIP="PlatformProfile1"/>
{% endif %}
{% if vlan_enabled and vlan_priority is defined and vlan_priority is not none %}
  <qos
    qos.ethernet.callControl.user_priority="{{ vlan_priority }}"
    qos.ethernet.rtp.user_priority="{{ vlan_priority }}"/>
{% endif %}
{% if ntp_enabled %}
  <sntp
    tcpIpApp.sntp.address.overrideDHCP="1"
    tcpIpApp.sntp.address="{{ ntp_ip }}"/>
{% endif %}
{% if XX_clock %}
  <clock
    tcpIpApp.sntp.gmtOffset.overrideDHCP="1"
    tcpIpApp.sntp.gmtOffset="{{ XX_clock.offset }}"
{% if XX_clock.changes %}
    tcpIpApp.sntp.daylightSavings.enable="1"
    tcpIpApp.sntp.daylightSavings.fixedDayEnable="{{ XX_clock.fixed }}"
{% for change in XX_clock.changes %}
    tcpIpApp.sntp.daylightSavings.{{ change.when }}.month="{{ change.month }}"
    tcpIpApp.sntp.daylightSavings.{{ change.when }}.date="{{ change.date }}"
    tcpIpApp.sntp.daylightSavings.{{ change.when }}.time="{{ change.time }}"
    tcpIpApp.sntp.daylightSavings.{{ change.when }}.dayOfWeek="{{ change.weekday }}"
    tcpIpApp.sntp.daylightSavings.{{ change.when }}.dayOfWeek.lastInMonth="{{ change.last }}"
{% endfor %}
{% else %}
    tcpIpApp.sntp.daylightSavings.enable="0"
{% endif %}
  />
{% endif %}
{% if XX_language %}
  <language lcl.ml.lang="{{ XX_language }}"/>
{% endif %}
  <srtp
    sec.srtp.enable="{{ XX_srtp.enable }}"
    sec.srtp.offer="{{ XX_srtp.offer }}"
    sec.srtp.require="{{ XX_srtp.require }}"/>
{% if XX_dtmf %}
  <dtmf
    tone.dtmf.viaRtp="{{ XX_dtmf[0] }}"
    tone.dtmf.rfc2833Control="{{ XX_dtmf[1] }}"
    voIpProt.SIP.dtmfViaSignaling.rfc2976="{{ XX_dtmf[2] }}"/>
{% endif %}
{% if exten_pickup_call %}
  <pickup
    feature.directedCallPickup.enabled="1"
    call.directedCallPickupMethod="legacy"
    call.directedCallPickupString="{{ exten_pickup_call }}"/>
{% endif %}
{% block more %}
{% endblock %}
</polycomConfig>
