{% extends "desk-common.tpl" %}
{% block own %}
{% if admin_password %}
    <param name="WebUI.AdminPassword" value="{{ admin_password }}"/>
{% endif %}
{% if user_password %}
    <param name="WebUI.UserPassword" value="{{ user_password }}"/>
{% endif %}
{% for each in XX_lines %}
{% set account = "SIP.Account." ~ each.index %}
{% if each.line %}
    <param name="{{ account }}.Active" value="1"/>
    <param name="{{ account }}.AccountName" value="{{ each.line.name }}"/>
    <param name="{{ account }}.Provider" value="{{ each.uses.proxy.address }}"/>
    <param name="{{ account }}.Username" value="{{ each.line.username }}"/>
    <param name="{{ account }}.AuthName" value="{{ each.line.auth_username }}"/>
    <param name="{{ account }}.AuthPassword" value="{{ each.line.password }}"/>
    <param name="{{ account }}.DisplayName" value="{{ each.line.name }}"/>
    <param name="{{ account }}.Domain" value="{{ each.uses.proxy.address }}"/>
    <param name="{{ account }}.ProxyServer.Address" value="{{ each.uses.proxy.address }}"/>
    <param name="{{ account }}.ProxyServer.Port" value="{{ each.uses.proxy.port }}"/>
    <param name="{{ account }}.RegistrationServer.Address" value="{{ each.uses.registrar.address }}"/>
    <param name="{{ account }}.RegistrationServer.Port" value="{{ each.uses.registrar.port }}"/>
{% if each.uses.outbound %}
    <param name="{{ account }}.OutboundProxy.Mode" value="1"/>
    <param name="{{ account }}.OutboundProxy.Address" value="{{ each.uses.outbound.address }}"/>
    <param name="{{ account }}.OutboundProxy.Port" value="{{ each.uses.outbound.port }}"/>
{% else %}
    <param name="{{ account }}.OutboundProxy.Mode" value="2"/>
{% endif %}
{% if each.uses.backup %}
    <param name="{{ account }}.FailoverServer.Enabled" value="1"/>
    <param name="{{ account }}.FailoverServer.Address" value="{{ each.uses.backup.address }}"/>
    <param name="{{ account }}.FailoverServer.Port" value="{{ each.uses.backup.port }}"/>
{% else %}
    <param name="{{ account }}.FailoverServer.Enabled" value="0"/>
{% endif %}
{% if each.dtmf is not none %}
    <param name="{{ account }}.DTMFTransmission" value="{{ each.dtmf }}"/>
{% endif %}
    <param name="{{ account }}.VoiceMail.Active" value="{{ 1 if each.line.voicemail else 0 }}"/>
    <param name="{{ account }}.VoiceMail.Mailbox" value="{{ each.line.voicemail }}"/>
{% else %}
    <param name="{{ account }}.Active" value="0"/>
    <param name="{{ account }}.AccountName" value=""/>
    <param name="{{ account }}.Username" value=""/>
    <param name="{{ account }}.AuthName" value=""/>
    <param name="{{ account }}.AuthPassword" value=""/>
    <param name="{{ account }}.DisplayName" value=""/>
{% endif %}
{% endfor %}
{% for key in XX_keys %}
{% set place = "PhoneUI.Keys.FunctionKeys." ~ key.index %}
    <param name="{{ place }}.Type" value="{{ key.type }}"/>
{% if key.parameter %}
    <param name="{{ place }}.{{ key.parameter }}" value="{{ key.value }}"/>
{% endif %}
{% if key.pickup %}
    <param name="{{ place }}.CallPickupCode" value="{{ key.pickup }}"/>
{% endif %}
    <param name="{{ place }}.DisplayName" value="{{ key.label }}"/>
{% endfor %}
{% for name, value in XX_parameters %}
    <param name="{{ name }}" value="{{ value }}"/>
{% endfor %}
{% endblock %}
{% block next %}
{% endblock %}
