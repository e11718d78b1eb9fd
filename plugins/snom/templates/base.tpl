<?xml version="1.0" encoding="utf-8"?>
<settings>
  <phone-settings>
    <setting_server perm="RW">{{ base_url }}/</setting_server>
{% if admin_username %}
    <http_user>{{ admin_username }}</http_user>
{% endif %}
{% if admin_password %}
    <http_pass>{{ admin_password }}</http_pass>
    <admin_mode_password>{{ admin_password }}</admin_mode_password>
{% endif %}
{% if vlan_enabled %}
    <vlan_id>{{ vlan_id }}</vlan_id>
    <vlan_qos>{{ vlan_priority or 0 }}</vlan_qos>
{% else %}
    <vlan_id></vlan_id>
    <vlan_qos></vlan_qos>
{% endif %}
{% if ntp_enabled %}
    <ntp_server>{{ ntp_ip }}</ntp_server>
{% endif %}
{% if XX_language %}
    <language>{{ XX_language.name }}</language>
    <web_language>{{ XX_language.name }}</web_language>
{% if XX_language.tones %}
    <tone_scheme>{{ XX_language.tones }}</tone_scheme>
{% endif %}
{% endif %}
    <auto_dect_register>on</auto_dect_register>
{% for server in XX_servers %}
    <srv_sip_server_alias idx="{{ server.number }}">{{ server.host|d("") }}</srv_sip_server_alias>
    <user_host idx="{{ server.number }}">{{ server.host|d("") }}</user_host>
    <srv_srtp_auth idx="{{ server.number }}">off</srv_srtp_auth>
    <user_dtmf_info idx="{{ server.number }}">{{ server.dtmf|d("off") }}</user_dtmf_info>
{% endfor %}
{% for line in XX_lines %}
    <user_active idx="{{ line.number }}">on</user_active>
    <user_name idx="{{ line.number }}">{{ line.username }}</user_name>
    <user_pname idx="{{ line.number }}">{{ line.auth_username }}</user_pname>
    <user_pass idx="{{ line.number }}">{{ line.password }}</user_pass>
    <user_realname idx="{{ line.number }}">{{ line.display_name }}</user_realname>
    <user_mailnumber idx="{{ line.number }}">{{ line.voicemail }}</user_mailnumber>
    <subscr_sip_line_name idx="{{ line.number }}">{{ line.extension }}</subscr_sip_line_name>
    <subscr_sip_hs_idx idx="{{ line.number }}">{{ line.number }}</subscr_sip_hs_idx>
    <subscr_dect_ac_code idx="{{ line.number }}">{{ line.code }}</subscr_dect_ac_code>
    <subscr_sip_ua_data_server_id idx="{{ line.number }}">{{ line.server }}</subscr_sip_ua_data_server_id>
{% endfor %}
{% if XX_xivo_phonebook_url %}
    <phonebook_server_location perm="R">3</phonebook_server_location>
    <phonebook_location perm="R">{{ XX_xivo_phonebook_url }}</phonebook_location>
{% endif %}
{% for setting in XX_settings %}
    <{{ setting.name }}{% if setting.index %} idx="{{ setting.index }}"{% endif %}>{{ setting.value }}</{{ setting.name }}>
{% endfor %}
  </phone-settings>
{% if XX_lines_left_out %}
  <!-- Some lines are left out: the base has no such handset. -->
{% endif %}
</settings>
