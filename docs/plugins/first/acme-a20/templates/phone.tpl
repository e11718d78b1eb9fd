<?xml version="1.0"?>
<phone transport="{{ sip_transport }}">
{% for account in XX_accounts %}
  <account index="{{ account.index }}">
    <user>{{ account.username|d('') }}</user>
    <password>{{ account.password|d('') }}</password>
    <label>{{ account.display_name|d(account.username)|d('') }}</label>
  </account>
{% endfor %}
</phone>
