"""HTTP as far as it is pure: what a request target means, and how a client proves who it is.

Framing is twisted.web's business; what a path is, the server and a what-if have to say alike.
"""

from provd.wire.http.authorization import (
    HASHES,
    BasicShown,
    DigestShown,
    basic_challenge,
    digest_challenge,
    parse_authorization,
)
from provd.wire.http.target import parse_target

__all__ = [
    "HASHES",
    "BasicShown",
    "DigestShown",
    "basic_challenge",
    "digest_challenge",
    "parse_authorization",
    "parse_target",
]
