"""TFTP towards devices: `provd.wire.tftp` on sockets of its own, asking `IInquiries`."""

from provd.servers.tftp.counters import Counters
from provd.servers.tftp.listener import PortUnavailable, bind_sockets
from provd.servers.tftp.server import TFTPServer
from provd.servers.tftp.settings import TFTPSettings

__all__ = ["Counters", "PortUnavailable", "TFTPServer", "TFTPSettings", "bind_sockets"]
