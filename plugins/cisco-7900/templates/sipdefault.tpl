# What is no secret of a 7940G or 7960G with SIP firmware.
image_version: {{ XX_image }}
proxy_register: 1
timer_register_expires: 3600
preferred_codec: none
dtmf_outofband: {{ XX_dtmf }}
dial_template: dialplan
{% if ntp_enabled %}
sntp_mode: unicast
sntp_server: {{ ntp_ip }}
{% endif %}
{% if XX_clock %}
{% if XX_clock.abbreviation %}
time_zone: {{ XX_clock.abbreviation }}
{% else %}
# this firmware has no name for the offset of {{ timezone }}: set it on the phone
{% endif %}
{% if XX_clock.dst %}
dst_auto_adjust: 1
dst_offset: {{ XX_clock.dst.hours }}
{% for change in XX_clock.dst.changes %}
dst_{{ change.when }}_month: {{ change.month }}
dst_{{ change.when }}_day: {{ change.day }}
dst_{{ change.when }}_day_of_week: {{ change.day_of_week }}
dst_{{ change.when }}_week_of_month: {{ change.week_of_month }}
dst_{{ change.when }}_time: {{ change.time }}
{% endfor %}
{% else %}
dst_auto_adjust: 0
{% endif %}
{% endif %}
