#!version:1.0.0.1
# What is common to the model, then what is this phone's own; the later wins.
include:config "{{ XX_common_file }}"
{% if XX_mac %}
include:config "{{ XX_mac }}.cfg"
{% endif %}
# A parameter that is no longer written goes back to what it is from the factory.
overwrite_mode = 1
