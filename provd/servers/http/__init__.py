"""Devices over HTTP: a request becomes an Inquiry, an Answer becomes a response.

`HTTPServer` is the door.  Bytes are read in two ways that agree: a strict reader for whole,
plain requests (`_head`), and twisted.web's parser for everything else.  What is asked for is
`provd.wire.http`'s business, who asks `_proxies`' and, where a
proxy begins the connection with it, `_introduction`'s, TLS `_tls`', which part of it must be sent `_conditions`', how
a response is spelled `_replies`', and how a big file leaves `_stream`'s.
"""

from provd.servers.http._server import HTTPServer
from provd.servers.http._settings import HTTPCounters, HTTPSettings

__all__ = ["HTTPCounters", "HTTPServer", "HTTPSettings"]
