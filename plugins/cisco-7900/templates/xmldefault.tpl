<Default>
  <callManagerGroup>
    <members>
{% for manager in XX_call_managers %}
      <member priority="{{ manager.priority }}">
        <callManager>
          <ports>
            <ethernetPhonePort>{{ manager.sccp_port or 2000 }}</ethernetPhonePort>
            <sipPort>{{ manager.sip_port or 5060 }}</sipPort>
          </ports>
          <processNodeName>{{ manager.ip }}</processNodeName>
        </callManager>
      </member>
{% endfor %}
    </members>
  </callManagerGroup>
</Default>
