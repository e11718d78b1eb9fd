<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<!-- Speed dials: function keys of the type that calls and does not watch. -->
<directory>
  <item_list>
{% for key in XX_keys.dialled %}
    <item>
      <ln></ln>
      <fn>{{ key.label }}</fn>
      <ct>{{ key.value }}</ct>
      <sd>{{ key.index }}</sd>
      <bw>0</bw>
    </item>
{% endfor %}
  </item_list>
</directory>
