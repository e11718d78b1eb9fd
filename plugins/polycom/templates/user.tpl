<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<!-- One phone: passwords, lines, keys. -->
<polycomConfig>
  <device
    device.set="1"
{% if XX_provisioning_password %}
    device.prov.user.set="1"
    device.prov.user="{{ XX_provisioning_username }}"
    device.prov.password.set="1"
    device.prov.password="{{ XX_provisioning_password }}"
{% endif %}
{% if admin_password %}
    device.auth.localAdminPassword.set="1"
    device.auth.localAdminPassword="{{ admin_password }}"
{% endif %}
{% if user_password %}
    device.auth.localUserPassword.set="1"
    device.auth.localUserPassword="{{ user_password }}"
{% endif %}
{% if X_8021x_mode %}
    device.net.dot1x.enabled.set="1"
    device.net.dot1x.enabled="{{ 1 if XX_8021x_method else 0 }}"
{% endif %}
{% if XX_8021x_method %}
    device.net.dot1x.method.set="1"
    device.net.dot1x.method="{{ XX_8021x_method }}"
    device.net.dot1x.identity.set="1"
    device.net.dot1x.identity="{{ X_8021x_identity|d("", true) }}"
    device.net.dot1x.password.set="1"
    device.net.dot1x.password="{{ X_8021x_password|d("", true) }}"
{% endif %}
  />
{% for line in XX_lines %}
  <line
    reg.{{ line.number }}.address="{{ line.username }}"
    reg.{{ line.number }}.label="{{ line.label }}"
    reg.{{ line.number }}.displayName="{{ line.display_name }}"
    reg.{{ line.number }}.auth.userId="{{ line.auth_username }}"
    reg.{{ line.number }}.auth.password="{{ line.password }}"
    reg.{{ line.number }}.lineKeys="1"
{% for server in line.servers %}
    reg.{{ line.number }}.server.{{ loop.index }}.address="{{ server.address }}"
    reg.{{ line.number }}.server.{{ loop.index }}.port="{{ server.port }}"
    reg.{{ line.number }}.server.{{ loop.index }}.transport="{{ line.transport }}"
    reg.{{ line.number }}.server.{{ loop.index }}.register="1"
{% endfor %}
{% if line.outbound %}
    reg.{{ line.number }}.outboundProxy.address="{{ line.outbound.address }}"
    reg.{{ line.number }}.outboundProxy.port="{{ line.outbound.port }}"
    reg.{{ line.number }}.outboundProxy.transport="{{ line.transport }}"
{% endif %}
{% if line.srtp %}
    reg.{{ line.number }}.srtp.enable="{{ line.srtp.enable }}"
    reg.{{ line.number }}.srtp.offer="{{ line.srtp.offer }}"
    reg.{{ line.number }}.srtp.require="{{ line.srtp.require }}"
{% endif %}
{% if sip_subscribe_mwi is defined and sip_subscribe_mwi is not none %}
    msg.mwi.{{ line.number }}.subscribe="{{ line.extension if sip_subscribe_mwi else "" }}"
{% endif %}
{% if line.voicemail %}
    msg.mwi.{{ line.number }}.callBackMode="contact"
    msg.mwi.{{ line.number }}.callBack="{{ line.voicemail }}"
{% endif %}
  />
{% endfor %}
{% if XX_lines_left_out %}
  <!-- Some lines are left out: the phone has no such line. -->
{% endif %}
{% if XX_keys.watched %}
  <attendant
    attendant.reg="{{ XX_keys.line }}"
{% for key in XX_keys.watched %}
    attendant.resourceList.{{ key.index }}.address="{{ key.value }}"
    attendant.resourceList.{{ key.index }}.label="{{ key.label }}"
    attendant.resourceList.{{ key.index }}.type="{{ key.type }}"
{% endfor %}
  />
{% endif %}
{% if XX_keys.line_keys %}
  <lineKey
    lineKey.reassignment.enabled="1"
{% for key in XX_keys.line_keys %}
    lineKey.{{ key.at }}.category="{{ key.category }}"
    lineKey.{{ key.at }}.index="{{ key.index }}"
{% endfor %}
  />
{% endif %}
{% if XX_keys.left_out %}
  <!-- Some function keys are left out: the phone has no such key, or the key has no value. -->
{% endif %}
{% if XX_xivo_phonebook_url %}
  <phonebook
    mb.main.home="{{ XX_xivo_phonebook_url }}"
    feature.enhancedFeatureKeys.enabled="1"
    softkey.1.enable="1"
    softkey.1.label="{{ XX_directory }}"
    softkey.1.action="{{ XX_xivo_phonebook_url }}"
    softkey.1.use.idle="1"/>
{% endif %}
{% block more %}
{% endblock %}
</polycomConfig>
