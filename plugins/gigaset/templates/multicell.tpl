<?xml version="1.0" encoding="UTF-8"?>
<ProviderFrame xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="N720_general.xsd">
  <Provider>
    <MAC_ADDRESS value="{{ XX_mac }}"/>
    <PROFILE_NAME class="string" value="N720"/>
{% if XX_firmware.path %}
    <S_SPECIAL_DATA_SRV_IWU class="string" value="&quot;{{ base_url }}/{{ XX_firmware.path }}&quot;"/>
{% endif %}
{% if XX_firmware_of_bases %}
    <S_SPECIAL_DATA_SRV_SAT class="string" value="&quot;{{ base_url }}/{{ XX_firmware_of_bases }}&quot;"/>
{% endif %}
{% for name, value in XX_items %}
    <SYMB_ITEM ID="{{ name }}" class="symb_item" value="{{ value }}"/>
{% endfor %}
{% for name, value in XX_parameters %}
    <SYMB_ITEM ID="{{ name }}" class="symb_item" value="{{ value }}"/>
{% endfor %}
{% if XX_left_out %}
    <!-- Something is left out: the model has no such line, or takes no such value, or no parameter for it is known. -->
{% endif %}
  </Provider>
</ProviderFrame>
