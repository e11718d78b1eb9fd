{% extends "shipped/acme.tpl" %}
{% block more %}
ring volume = {{ X_ring_volume|d(5) }}
{% endblock %}
