{% extends "old-common.tpl" %}
{% block own %}
{% if XX_accounts %}
  <MMI_CONFIG_MODULE>
    <MMI_Account>
{% for account in XX_accounts %}
      <MMI_Account_Entry>
        <ID>Account{{ account.number }}</ID>
        <Name>{{ account.name }}</Name>
        <Password>{{ account.password }}</Password>
        <Level>{{ account.level }}</Level>
      </MMI_Account_Entry>
{% endfor %}
    </MMI_Account>
  </MMI_CONFIG_MODULE>
{% endif %}
  <DOT1X_CONFIG_MODULE>
    <Xsup_Enable>{{ 1 if XX_8021x_mode else 0 }}</Xsup_Enable>
{% if XX_8021x_mode %}
    <Xsup_User>{{ X_8021x_identity|d("", true) }}</Xsup_User>
    <Xsup_Password>{{ X_8021x_password|d("", true) }}</Xsup_Password>
{% endif %}
  </DOT1X_CONFIG_MODULE>
  <SIP_CONFIG_MODULE>
    <Notify_Reboot>0</Notify_Reboot>
    <SIP_Line_List>
{% for line in XX_lines %}
      <SIP_Line_List_Entry>
        <ID>SIP{{ line.number }}</ID>
{% if line.enabled %}
        <Enable_Reg>1</Enable_Reg>
        <Phone_Number>{{ line.username }}</Phone_Number>
        <Display_Name>{{ line.display_name }}</Display_Name>
        <Register_Addr>{{ line.server.address }}</Register_Addr>
        <Register_Port>{{ line.server.port }}</Register_Port>
        <Register_User>{{ line.auth_username }}</Register_User>
        <Register_Pswd>{{ line.password }}</Register_Pswd>
        <Transport>{{ line.transport }}</Transport>
        <Backup_Addr>{{ line.backup.address }}</Backup_Addr>
        <Backup_Port>{{ line.backup.port }}</Backup_Port>
        <Backup_Transpo>{{ line.transport }}</Backup_Transpo>
        <Proxy_Addr>{{ line.proxy.address }}</Proxy_Addr>
        <Proxy_Port>{{ line.proxy.port }}</Proxy_Port>
        <Proxy_User>{{ line.auth_username if line.proxy.address else "" }}</Proxy_User>
        <Proxy_Pswd>{{ line.password if line.proxy.address else "" }}</Proxy_Pswd>
        <BakProxy_Addr>{{ line.backup_proxy.address }}</BakProxy_Addr>
        <BakProxy_Port>{{ line.backup_proxy.port }}</BakProxy_Port>
        <Enable_Failbac>{{ line.failback }}</Enable_Failbac>
        <Media_Crypto>{{ line.srtp }}</Media_Crypto>
{% if line.dtmf is not none %}
        <DTMF_Mode>{{ line.dtmf }}</DTMF_Mode>
{% endif %}
{% if sip_subscribe_mwi is defined and sip_subscribe_mwi is not none %}
        <Subscribe>{{ 1 if sip_subscribe_mwi else 0 }}</Subscribe>
{% endif %}
        <MWI_Num>{{ line.voicemail }}</MWI_Num>
        <Pickup_Num>{{ exten_pickup_call|d("", true) }}</Pickup_Num>
{% else %}
        <Enable_Reg>0</Enable_Reg>
        <Phone_Number></Phone_Number>
        <Display_Name></Display_Name>
        <Register_Addr></Register_Addr>
        <Register_User></Register_User>
        <Register_Pswd></Register_Pswd>
        <Backup_Addr></Backup_Addr>
        <Proxy_Addr></Proxy_Addr>
        <Proxy_User></Proxy_User>
        <Proxy_Pswd></Proxy_Pswd>
        <BakProxy_Addr></BakProxy_Addr>
{% endif %}
      </SIP_Line_List_Entry>
{% endfor %}
    </SIP_Line_List>
  </SIP_CONFIG_MODULE>
  <PHONE_CONFIG_MODULE>
{% if admin_password %}
    <Menu_Password>{{ admin_password }}</Menu_Password>
{% endif %}
    <Function_Key>
{% for area, page, keys in XX_pages %}
{% for key in keys %}
      <Function_Key_Entry>
        <ID>Fkey{{ key.number }}</ID>
        <Type>{{ key.type }}</Type>
        <Value>{{ key.value }}</Value>
        <Title>{{ key.label }}</Title>
      </Function_Key_Entry>
{% endfor %}
{% endfor %}
    </Function_Key>
{% if XX_xivo_phonebook_url %}
    <Soft_Dss_Key>
      <Soft_Dss_Key_Entry>
        <ID>SoftFkey1</ID>
        <Type>7</Type>
        <Value>{{ XX_xivo_phonebook_url }}</Value>
        <Title>{{ XX_directory }}</Title>
      </Soft_Dss_Key_Entry>
    </Soft_Dss_Key>
{% endif %}
  </PHONE_CONFIG_MODULE>
{% if XX_xivo_phonebook_url %}
  <SCREEN_KEY_CONFIG_MODULE>
    <Desktop_Softkey>history;dsskey1;;menu;</Desktop_Softkey>
  </SCREEN_KEY_CONFIG_MODULE>
{% endif %}
{% if XX_lines_left_out or XX_keys_left_out %}
  <!-- Some lines or function keys are left out: this model has no such line or key, or the key has no value. -->
{% endif %}
{% endblock %}
