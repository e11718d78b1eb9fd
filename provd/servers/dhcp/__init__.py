"""DHCP towards devices: `provd.wire.dhcp` on sockets of its own, asking `IInquiries`."""

from provd.servers.dhcp.counters import Counters
from provd.servers.dhcp.probes import Probes
from provd.servers.dhcp.server import DHCPServer
from provd.servers.dhcp.settings import DHCPSettings
from provd.servers.dhcp.sockets import CannotServeDHCP, DHCPSockets, bind_sockets

__all__ = [
    "CannotServeDHCP",
    "Counters",
    "DHCPServer",
    "DHCPSettings",
    "DHCPSockets",
    "Probes",
    "bind_sockets",
]
