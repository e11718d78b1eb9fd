"""The Python client of the REST API: small, synchronous, standard library only.

Importing it costs a few milliseconds (no Twisted): a command of one request should be one.
"""

from provd.client.api import Api
from provd.client.errors import (
    ApiError,
    BadRequest,
    Conflict,
    NotAllowed,
    NotFound,
    ServerFailed,
    ServerUnreachable,
    StrangeAnswer,
    StreamEnded,
)
from provd.client.pin import NotTrusted
from provd.client.wire import Transport

__all__ = [
    "Api",
    "ApiError",
    "BadRequest",
    "Conflict",
    "NotAllowed",
    "NotFound",
    "NotTrusted",
    "ServerFailed",
    "ServerUnreachable",
    "StrangeAnswer",
    "StreamEnded",
    "Transport",
]
