Version={{ version }}
Firmware={{ base_url }}/{{ path }}
Info=TXT
{{ device.model }} {{ version }}
