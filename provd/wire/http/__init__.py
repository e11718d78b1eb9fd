"""HTTP as far as it is pure: what a request target means.

Framing is twisted.web's business; what a path is, the server and a what-if have to say alike.
"""

from provd.wire.http.target import parse_target

__all__ = ["parse_target"]
