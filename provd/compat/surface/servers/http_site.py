"""`servers.http_site`: the request that a plugin's resources and extractors are given."""

from __future__ import annotations

from twisted.web.http import Request as _Request


class Request(_Request):
    """A name for signatures: requests of plugins are made by `provd.compat.requests`."""
