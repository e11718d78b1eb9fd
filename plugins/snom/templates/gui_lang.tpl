<?xml version="1.0" encoding="utf-8"?>
<gui-languages>
{% if XX_language and XX_language.file %}
  <language url="{{ base_url }}/i18n/gui_lang_{{ XX_language.file }}.xml" name="{{ XX_language.name }}"/>
{% endif %}
</gui-languages>
