"""The few packets below UDP that a DHCP server needs: IPv4 with UDP, ARP probes, ICMP echoes; pure.

A client without an address is answered at its hardware address, and an address is asked for before
it is given away; neither goes through an ordinary socket.
"""

from provd.wire.inet.arp import arp_probe, arp_sender
from provd.wire.inet.icmp import echo_request, echo_source
from provd.wire.inet.udp import Datagram, read_datagram, udp_datagram

__all__ = [
    "Datagram",
    "arp_probe",
    "arp_sender",
    "echo_request",
    "echo_source",
    "read_datagram",
    "udp_datagram",
]
