{% extends "common.tpl" %}
{% block device %}
  <mac>{{ XX_mac }}</mac>
{% endblock %}
{% block own %}
{% if XX_own %}
    <!-- passwords, certificates, phone book -->
{% endif %}
{% for code, value in XX_own %}
    <P{{ code }}>{{ value }}</P{{ code }}>
{% endfor %}
    <!-- accounts -->
{% for code, value in XX_accounts %}
    <P{{ code }}>{{ value }}</P{{ code }}>
{% endfor %}
{% if XX_lines_left_out %}
    <!-- Some lines are left out: this model has no account for them. -->
{% endif %}
{% if XX_keys %}
    <!-- keys -->
{% endif %}
{% for code, value in XX_keys %}
    <P{{ code }}>{{ value }}</P{{ code }}>
{% endfor %}
{% if XX_keys_left_out %}
    <!-- Some function keys are left out: this model has no such key, or the key has no value. -->
{% endif %}
{% if XX_more %}
    <!-- what somebody wants besides -->
{% endif %}
{% for code, value in XX_more %}
    <P{{ code }}>{{ value }}</P{{ code }}>
{% endfor %}
{% endblock %}
