<?xml version="1.0" encoding="utf-8"?>
<setting-files>
{% if not is_base and not XX_tells_its_address %}
  <file url="{{ base_url }}/snom-general-{{ address }}.xml"/>
{% endif %}
  <file url="{{ base_url }}/{{ address }}.xml"/>
</setting-files>
