<?xml version="1.0" encoding="UTF-8"?>
<flat-profile>
{% for name, value in XX_passwords %}
  <{{ name }} ua="na">{{ value }}</{{ name }}>
{% endfor %}
  <!-- lines and keys -->
{% for name, value in XX_own %}
  <{{ name }} ua="na">{{ "" if value is none else value }}</{{ name }}>
{% endfor %}
{% if XX_lines_left_out %}
  <!-- Some lines are left out: this model has no such line. -->
{% endif %}
{% if XX_keys_left_out %}
  <!-- Some function keys are left out: this model has no such key, or the key has no value. -->
{% endif %}
{% if XX_logins %}
  <router-configuration>
{% for name, value in XX_logins %}
    <{{ name }}>{{ value }}</{{ name }}>
{% endfor %}
  </router-configuration>
{% endif %}
{% if XX_more %}
  <!-- what somebody wants besides -->
{% endif %}
{% for name, value in XX_more %}
  <{{ name }} ua="na">{{ value }}</{{ name }}>
{% endfor %}
{% block more %}
{% endblock %}
</flat-profile>
