<?xml version="1.0" encoding="utf-8"?>
<settings>
  <phone-settings e="2">
{% if XX_provisioning_password %}
    <http_client_user perm="R">{{ XX_provisioning_username }}</http_client_user>
    <http_client_pass perm="R">{{ XX_provisioning_password }}</http_client_pass>
{% endif %}
{% if admin_username %}
    <http_user perm="R">{{ admin_username }}</http_user>
    <webserver_admin_name perm="R">{{ admin_username }}</webserver_admin_name>
{% endif %}
{% if admin_password %}
    <http_pass perm="R">{{ admin_password }}</http_pass>
    <webserver_admin_password perm="R">{{ admin_password }}</webserver_admin_password>
    <admin_mode perm="RW">off</admin_mode>
    <admin_mode_password perm="R">{{ admin_password }}</admin_mode_password>
    <admin_mode_password_confirm perm="R">{{ admin_password }}</admin_mode_password_confirm>
{% endif %}
{% if user_username %}
    <webserver_user_name perm="R">{{ user_username }}</webserver_user_name>
{% endif %}
{% if user_password %}
    <webserver_user_password perm="R">{{ user_password }}</webserver_user_password>
{% endif %}
{% for line in XX_lines %}
{% if line.active %}
    <user_active idx="{{ line.number }}" perm="R">on</user_active>
    <user_realname idx="{{ line.number }}" perm="R">{{ line.display_name }}</user_realname>
    <user_idle_text idx="{{ line.number }}" perm="R">{{ line.display_name }}</user_idle_text>
    <user_idle_number idx="{{ line.number }}" perm="R">{{ line.extension }}</user_idle_number>
    <user_name idx="{{ line.number }}" perm="R">{{ line.username }}</user_name>
    <user_pname idx="{{ line.number }}" perm="R">{{ line.auth_username }}</user_pname>
    <user_pass idx="{{ line.number }}" perm="R">{{ line.password }}</user_pass>
    <user_host idx="{{ line.number }}" perm="R">{{ line.host }}</user_host>
    <user_outbound idx="{{ line.number }}" perm="R">{{ line.outbound }}</user_outbound>
    <user_srtp idx="{{ line.number }}" perm="R">{{ line.srtp }}</user_srtp>
    <user_savp idx="{{ line.number }}" perm="R">{{ line.savp }}</user_savp>
    <user_auth_tag idx="{{ line.number }}" perm="R">off</user_auth_tag>
    <user_dtmf_info idx="{{ line.number }}" perm="R">{{ line.dtmf }}</user_dtmf_info>
    <user_mailbox idx="{{ line.number }}" perm="R">{{ line.voicemail }}</user_mailbox>
    <user_failover_identity idx="{{ line.number }}" perm="R">{{ line.failover or "none" }}</user_failover_identity>
    <hide_identity idx="{{ line.number }}" perm="R">{{ "true" if line.hidden else "false" }}</hide_identity>
{% else %}
    <user_active idx="{{ line.number }}" perm="R">off</user_active>
{% endif %}
{% endfor %}
{% if XX_backups %}
    <status_msgs_that_are_blocked perm="R">{% for number in XX_backups %}{{ "" if loop.first else " " }}Identity{{ "%02d"|format(number) }}IsNotRegistered{% endfor %}</status_msgs_that_are_blocked>
{% endif %}
{% if exten_voicemail %}
    <dkey_retrieve perm="R">speed {{ exten_voicemail }}</dkey_retrieve>
{% endif %}
{% if XX_xivo_phonebook_url %}
    <dkey_directory perm="R">url {{ XX_xivo_phonebook_url }}</dkey_directory>
{% if XX_directory_key %}
    <context_key idx="0" perm="R">
      <initialization>
        <variable name="label" value="{{ XX_language.directory if XX_language else "Directory" }}"/>
        <variable name="icon" value="kIconTypeFkeyAdrBook"/>
      </initialization>
      <action>
        <url target="{{ XX_xivo_phonebook_url }}" when="on press"/>
      </action>
    </context_key>
{% endif %}
{% endif %}
{% for setting in XX_settings %}
    <{{ setting.name }}{% if setting.index %} idx="{{ setting.index }}"{% endif %} perm="R">{{ setting.value }}</{{ setting.name }}>
{% endfor %}
  </phone-settings>
  <functionKeys e="2">
{% for key in XX_keys %}
{% if key.label is defined %}
    <fkey idx="{{ key.index }}" context="{{ key.context }}" label="{{ key.label }}" perm="R">{{ key.value }}</fkey>
{% else %}
    <fkey idx="{{ key.index }}" context="{{ key.context }}" label="" perm="RW">{{ key.value }}</fkey>
{% endif %}
{% endfor %}
  </functionKeys>
{% if XX_contacts %}
  <tbook e="2" complete="true">
{% for contact in XX_contacts %}
    <item context="active" type="" index="{{ contact.index }}">
      <name>{{ contact.name }}</name>
      <number>{{ contact.number }}</number>
    </item>
{% endfor %}
  </tbook>
{% endif %}
{% if XX_lines_left_out or XX_lines_without_backup or XX_keys_left_out %}
  <!-- Some lines, backups or function keys are left out: the phone has no such identity or key, or the key has no value. -->
{% endif %}
</settings>
