<CiscoIPPhoneRingList>
</CiscoIPPhoneRingList>
