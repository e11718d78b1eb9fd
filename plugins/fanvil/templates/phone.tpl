{% extends "common.tpl" %}
{% block phone %}
{% if admin_password %}
    <MenuPassword>{{ admin_password }}</MenuPassword>
{% endif %}
{% if XX_contacts_url %}
    <softkey>
      <DesktopSoftkey>history;dss1;;menu;</DesktopSoftkey>
    </softkey>
    <xmlContact index="1">
      <Name>{{ XX_directory }}</Name>
      <Addr>{{ XX_contacts_url }}</Addr>
      <Sipline>-1</Sipline>
      <BindLine>-1</BindLine>
      <PhonebookType>0</PhonebookType>
    </xmlContact>
{% endif %}
{% endblock %}
{% block own %}
{% if XX_accounts %}
  <web>
{% for account in XX_accounts %}
    <account index="{{ account.number }}">
      <Name>{{ account.name }}</Name>
      <Password>{{ account.password }}</Password>
      <Level>{{ account.level }}</Level>
    </account>
{% endfor %}
  </web>
{% endif %}
  <dot1x>
    <XsupMode>{{ XX_8021x_mode }}</XsupMode>
{% if XX_8021x_mode %}
    <XsupUser>{{ X_8021x_identity|d("", true) }}</XsupUser>
    <XsupPassword>{{ X_8021x_password|d("", true) }}</XsupPassword>
{% endif %}
  </dot1x>
  <sip>
    <NotifyReboot>0</NotifyReboot>
{% for line in XX_lines %}
    <line index="{{ line.number }}">
{% if line.enabled %}
      <EnableReg>1</EnableReg>
      <PhoneNumber>{{ line.username }}</PhoneNumber>
      <DisplayName>{{ line.display_name }}</DisplayName>
      <RegisterAddr>{{ line.server.address }}</RegisterAddr>
      <RegisterPort>{{ line.server.port }}</RegisterPort>
      <RegisterUser>{{ line.auth_username }}</RegisterUser>
      <RegisterPswd>{{ line.password }}</RegisterPswd>
      <Transport>{{ line.transport }}</Transport>
      <BackupAddr>{{ line.backup.address }}</BackupAddr>
      <BackupPort>{{ line.backup.port }}</BackupPort>
      <BackupTransport>{{ line.transport }}</BackupTransport>
      <ProxyAddr>{{ line.proxy.address }}</ProxyAddr>
      <ProxyPort>{{ line.proxy.port }}</ProxyPort>
      <ProxyUser>{{ line.auth_username if line.proxy.address else "" }}</ProxyUser>
      <ProxyPswd>{{ line.password if line.proxy.address else "" }}</ProxyPswd>
      <BakProxyAddr>{{ line.backup_proxy.address }}</BakProxyAddr>
      <BakProxyPort>{{ line.backup_proxy.port }}</BakProxyPort>
      <EnableFailback>{{ line.failback }}</EnableFailback>
      <MediaCrypto>{{ line.srtp }}</MediaCrypto>
{% if line.dtmf is not none %}
      <DTMFMode>{{ line.dtmf }}</DTMFMode>
{% endif %}
{% if sip_subscribe_mwi is defined and sip_subscribe_mwi is not none %}
      <Subscribe>{{ 1 if sip_subscribe_mwi else 0 }}</Subscribe>
{% endif %}
      <MWINum>{{ line.voicemail }}</MWINum>
      <PickupNum>{{ exten_pickup_call|d("", true) }}</PickupNum>
{% else %}
      <EnableReg>0</EnableReg>
      <PhoneNumber></PhoneNumber>
      <DisplayName></DisplayName>
      <RegisterAddr></RegisterAddr>
      <RegisterUser></RegisterUser>
      <RegisterPswd></RegisterPswd>
      <BackupAddr></BackupAddr>
      <ProxyAddr></ProxyAddr>
      <ProxyUser></ProxyUser>
      <ProxyPswd></ProxyPswd>
      <BakProxyAddr></BakProxyAddr>
{% endif %}
    </line>
{% endfor %}
  </sip>
  <dsskey>
{% if XX_internal_pages %}
    <FuncKeyPageNum>{{ XX_internal_pages }}</FuncKeyPageNum>
{% endif %}
{% if XX_side_pages %}
    <SideKeyPageNum>{{ XX_side_pages }}</SideKeyPageNum>
{% endif %}
{% for area, page, keys in XX_pages %}
{% set element = "exKey" if area == "external" else "Fkey" %}
    <{{ area }} index="{{ page }}">
{% for key in keys %}
      <{{ element }} index="{{ key.number }}">
        <Type>{{ key.type }}</Type>
        <Value>{{ key.value }}</Value>
        <Title>{{ key.label }}</Title>
      </{{ element }}>
{% endfor %}
    </{{ area }}>
{% endfor %}
{% if XX_xivo_phonebook_url %}
    <dssSoft index="1">
      <Type>21</Type>
      <Value>{{ XX_xivo_phonebook_url }}</Value>
      <Title>{{ XX_directory }}</Title>
    </dssSoft>
{% endif %}
  </dsskey>
{% if XX_lines_left_out or XX_keys_left_out %}
  <!-- Some lines or function keys are left out: this model has no such line or key, or the key has no value. -->
{% endif %}
{% endblock %}
