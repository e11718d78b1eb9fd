<?xml version="1.0" encoding="UTF-8"?>
<flat-profile>
  <!-- where to ask -->
  <Provision_Enable ua="na">Yes</Provision_Enable>
  <Resync_On_Reset ua="na">Yes</Resync_On_Reset>
  <Resync_Periodic ua="na">86400</Resync_Periodic>
  <Resync_From_SIP ua="na">Yes</Resync_From_SIP>
  <Profile_Rule ua="na">{{ base_url }}/{{ address }}-common.xml</Profile_Rule>
  <Profile_Rule_B ua="na">{{ base_url }}/{{ address }}.xml</Profile_Rule_B>
  <Profile_Rule_C ua="na"></Profile_Rule_C>
  <Profile_Rule_D ua="na"></Profile_Rule_D>
  <!-- firmware, language -->
  <Upgrade_Enable ua="na">{{ "Yes" if XX_firmware else "No" }}</Upgrade_Enable>
  <Upgrade_Rule ua="na">{% if XX_firmware %}{{ base_url }}/{{ XX_firmware }}{% endif %}</Upgrade_Rule>
{% if XX_dictionary %}
  <Dictionary_Server_Script ua="na">serv={{ base_url }}/;d0={{ XX_language }};x0={{ XX_dictionary }};</Dictionary_Server_Script>
  <Language_Selection ua="na">{{ XX_language }}</Language_Selection>
{% endif %}
{% if XX_certificates and address != "$MA" %}
  <Custom_CA_URL ua="na">{{ base_url }}/{{ address }}-ca.pem</Custom_CA_URL>
  <Custom_CA_RULE ua="na">{{ base_url }}/{{ address }}-ca.pem</Custom_CA_RULE>
{% endif %}
  <!-- clock, network -->
  <SPCP_Auto-detect ua="na">No</SPCP_Auto-detect>
{% for name, value in XX_common %}
  <{{ name }} ua="na">{{ "" if value is none else value }}</{{ name }}>
{% endfor %}
{% if XX_router %}
  <router-configuration>
{% for section, parameters in XX_router %}
    <{{ section }}>
{% for name, value in parameters %}
      <{{ name }}>{{ "" if value is none else value }}</{{ name }}>
{% endfor %}
    </{{ section }}>
{% endfor %}
  </router-configuration>
{% endif %}
{% block more %}
{% endblock %}
</flat-profile>
