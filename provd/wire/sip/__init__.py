"""SIP (RFC 3261) as far as one needs it to notify phones: messages, streams, digests, transactions."""

from provd.wire.sip.digest import (
    CHALLENGES,
    Asked,
    Challenge,
    Credentials,
    answer_to,
    challenge_of,
    parse_challenge,
)
from provd.wire.sip.messages import (
    GREATEST,
    SipMessage,
    SipRequest,
    SipResponse,
    UnsendableMessage,
    Via,
    encode,
    parse_datagram,
    sequence,
    vias,
)
from provd.wire.sip.notify import MAGIC, Notification, authorized, notify, sip_uri
from provd.wire.sip.stream import SipStream
from provd.wire.sip.transaction import ClientTransaction, Due, Phase, Timers

__all__ = [
    "CHALLENGES",
    "GREATEST",
    "MAGIC",
    "Asked",
    "Challenge",
    "ClientTransaction",
    "Credentials",
    "Due",
    "Notification",
    "Phase",
    "SipMessage",
    "SipRequest",
    "SipResponse",
    "SipStream",
    "Timers",
    "UnsendableMessage",
    "Via",
    "answer_to",
    "authorized",
    "challenge_of",
    "encode",
    "notify",
    "parse_challenge",
    "parse_datagram",
    "sequence",
    "sip_uri",
    "vias",
]
