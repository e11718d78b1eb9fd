"""WebSockets (RFC 6455): the handshake's two headers, and a conversation of text messages."""

from provd.wire.websocket.conversation import (
    Alive,
    Closed,
    Code,
    Conversation,
    Heard,
    Said,
)
from provd.wire.websocket.handshake import VERSION, accept_of, fresh_key, is_key, names

__all__ = [
    "VERSION",
    "Alive",
    "Closed",
    "Code",
    "Conversation",
    "Heard",
    "Said",
    "accept_of",
    "fresh_key",
    "is_key",
    "names",
]
