<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<!-- What the operator says in the vendor's own words: it goes before everything else. -->
<polycomConfig>
  <own
{% for name, value in XX_parameters %}
    {{ name }}="{{ value }}"
{% endfor %}
  />
</polycomConfig>
