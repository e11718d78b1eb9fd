<?xml version="1.0" encoding="utf-8"?>
<setting-files>
{% if not is_base %}
  <file url="{{ base_url }}/snom-general{{ '-' if address else '' }}{{ address }}.xml"/>
{% if XX_language and XX_language.file %}
  <file url="{{ base_url }}/gui_lang.xml"/>
  <file url="{{ base_url }}/web_lang.xml"/>
{% endif %}
{% endif %}
</setting-files>
