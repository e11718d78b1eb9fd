<?xml version="1.0" encoding="UTF-8"?>
<gs_provision version="1">
{% block device %}
{% endblock %}
  <config version="1">
    <!-- server -->
{% for code, value in XX_server %}
    <P{{ code }}>{{ value }}</P{{ code }}>
{% endfor %}
    <!-- clock, language, network -->
{% for code, value in XX_common %}
    <P{{ code }}>{{ value }}</P{{ code }}>
{% endfor %}
{% block own %}
{% endblock %}
{% block more %}
{% endblock %}
  </config>
</gs_provision>
