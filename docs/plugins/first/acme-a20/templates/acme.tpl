# What all phones are told.
provisioning = {{ base_url }}
firmware = {{ device.model }}.fw
{% if ntp_enabled %}
clock = {{ ntp_ip }}
{% endif %}
{% block more %}
{% endblock %}
