#!version:1.0.0.1
# One phone: passwords, certificates, lines, keys.
{% if XX_provisioning_password %}
{{ XX_static }}auto_provision.server.username = {{ XX_provisioning_username }}
{{ XX_static }}auto_provision.server.password = {{ XX_provisioning_password }}
{% endif %}
{% for login in XX_logins if login.password %}
{{ XX_static }}security.user_name.{{ login.who }} = {{ login.name }}
{{ XX_static }}security.user_password = {{ login.name }}:{{ login.password }}
{% endfor %}
{{ XX_static }}network.802_1x.mode = {{ XX_8021x_mode }}
{% if XX_8021x_mode %}
{{ XX_static }}network.802_1x.identity = {{ X_8021x_identity|d("", true) }}
{{ XX_static }}network.802_1x.md5_password = {{ X_8021x_password|d("", true) }}
{% if "8021x-ca" in XX_certificates %}
{{ XX_static }}network.802_1x.root_cert_url = {{ base_url }}/{{ XX_mac }}-8021x-ca.pem
{% endif %}
{% if "8021x-client" in XX_certificates %}
{{ XX_static }}network.802_1x.client_cert_url = {{ base_url }}/{{ XX_mac }}-8021x-client.pem
{% endif %}
{% endif %}
{% if "trusted-1" in XX_certificates %}
{{ XX_static }}security.trust_certificates = 1
{{ XX_static }}security.ca_cert = 2
{% for name in XX_certificates if name[:8] == "trusted-" %}
{{ XX_static }}trusted_certificates.url = {{ base_url }}/{{ XX_mac }}-{{ name }}.pem
{% endfor %}
{% endif %}
{% if "device" in XX_certificates %}
{{ XX_static }}security.dev_cert = 1
{{ XX_static }}server_certificates.url = {{ base_url }}/{{ XX_mac }}-device.pem
{% endif %}
{% for template in XX_templates %}
template.{{ template.number }}.name = provd {{ template.number }}
{% for server in template.servers %}
template.{{ template.number }}.sip_server.{{ loop.index }}.address = {{ server.address }}
template.{{ template.number }}.sip_server.{{ loop.index }}.port = {{ server.port }}
template.{{ template.number }}.sip_server.{{ loop.index }}.transport_type = {{ template.transport }}
{% endfor %}
template.{{ template.number }}.outbound_proxy_enable = {{ 1 if template.outbound[0].address else 0 }}
{% for proxy in template.outbound %}
template.{{ template.number }}.outbound_proxy.{{ loop.index }}.address = {{ proxy.address }}
template.{{ template.number }}.outbound_proxy.{{ loop.index }}.port = {{ proxy.port }}
{% endfor %}
{% endfor %}
{% for account in XX_accounts %}
account.{{ account.number }}.enable = {{ account.enabled }}
{% if account.enabled %}
account.{{ account.number }}.label = {{ account.label }}
account.{{ account.number }}.display_name = {{ account.display_name }}
account.{{ account.number }}.user_name = {{ account.username }}
account.{{ account.number }}.auth_name = {{ account.auth_username }}
account.{{ account.number }}.password = {{ account.password }}
{% if account.template %}
account.{{ account.number }}.sip_server.template = {{ account.template }}
{% elif XX_release >= 72 %}
{% for server in account.servers %}
account.{{ account.number }}.sip_server.{{ loop.index }}.address = {{ server.address }}
account.{{ account.number }}.sip_server.{{ loop.index }}.port = {{ server.port }}
{% if XX_release >= 80 %}
account.{{ account.number }}.sip_server.{{ loop.index }}.transport_type = {{ account.transport }}
{% endif %}
{% endfor %}
{% else %}
account.{{ account.number }}.sip_server_host = {{ account.servers[0].address }}
account.{{ account.number }}.sip_server_port = {{ account.servers[0].port }}
{% endif %}
{% if XX_release < 80 %}
account.{{ account.number }}.transport = {{ account.transport }}
{% endif %}
{% if account.servers|length > 1 and XX_release >= 72 %}
{# Register at the second server when the first is down, and not at both. #}
account.{{ account.number }}.fallback.redundancy_type = 1
{% endif %}
{% if not account.template %}
account.{{ account.number }}.outbound_proxy_enable = {{ 1 if account.outbound else 0 }}
{% if account.outbound and XX_release >= 80 %}
{% for proxy in account.outbound %}
account.{{ account.number }}.outbound_proxy.{{ loop.index }}.address = {{ proxy.address }}
account.{{ account.number }}.outbound_proxy.{{ loop.index }}.port = {{ proxy.port }}
{% endfor %}
{% elif account.outbound %}
account.{{ account.number }}.outbound_host = {{ account.outbound[0].address }}
account.{{ account.number }}.outbound_port = {{ account.outbound[0].port }}
{% endif %}
{% endif %}
account.{{ account.number }}.srtp_encryption = {{ account.srtp }}
{% if account.dtmf is not none %}
account.{{ account.number }}.dtmf.type = {{ account.dtmf }}
{% if account.dtmf == 2 %}
account.{{ account.number }}.dtmf.info_type = 1
{% endif %}
{% endif %}
{% if sip_subscribe_mwi is defined and sip_subscribe_mwi is not none %}
account.{{ account.number }}.subscribe_mwi = {{ 1 if sip_subscribe_mwi else 0 }}
{% endif %}
{% if account.voicemail %}
voice_mail.number.{{ account.number }} = {{ account.voicemail }}
{% endif %}
{% endif %}
{% endfor %}
{% for number in XX_lines_left_out %}
# line {{ number }} is left out: this model has no such account
{% endfor %}
{% if XX_xivo_phonebook_url %}
features.remote_phonebook.enable = 1
remote_phonebook.data.1.url = {{ XX_xivo_phonebook_url }}
remote_phonebook.data.1.name = Directory
{% endif %}
{% for key in XX_keys + XX_programmable_keys %}
{{ key.slot }}.type = {{ key.type }}
{% if key.type %}
{{ key.slot }}.line = {{ key.line }}
{% if key.value %}
{{ key.slot }}.value = {{ key.value }}
{% endif %}
{% if key.label %}
{{ key.slot }}.label = {{ key.label }}
{% endif %}
{% if key.pickup %}
{{ key.slot }}.{{ XX_pickup }} = {{ key.pickup }}
{% endif %}
{% endif %}
{% endfor %}
{% for name, value in XX_parameters %}
{{ name }} = {{ value }}
{% endfor %}
{% for number in XX_keys_left_out %}
# function key {{ number }} is left out: this model has no such key, or the key has no value
{% endfor %}
