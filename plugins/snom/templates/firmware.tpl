{% macro at(file) %}{{ file if "://" in file else base_url ~ "/" ~ file }}{% endmacro %}
<?xml version="1.0" encoding="utf-8"?>
<firmware-settings>
{% if XX_firmware.phone %}
  <firmware perm="R">{{ at(XX_firmware.phone) }}</firmware>
{% endif %}
{% if XX_firmware.module %}
  <firmware_uxm perm="R">{{ at(XX_firmware.module) }}</firmware_uxm>
{% endif %}
</firmware-settings>
