"""The NOTIFY itself, to the byte."""

from __future__ import annotations

from provd.wire.sip import (
    Credentials,
    Notification,
    authorized,
    encode,
    notify,
    parse_challenge,
    sequence,
)

WISH = Notification(
    event="check-sync;reboot=false",
    uri="sip:u1@192.0.2.9:5060",
    to="sip:u1@192.0.2.60",
    transport="udp",
    sent_by="192.0.2.1:5062",
    call_id="c1",
    tag="t1",
    branch="b1",
)

SENT = """\
NOTIFY sip:u1@192.0.2.9:5060 SIP/2.0
Via: SIP/2.0/UDP 192.0.2.1:5062;branch=z9hG4bKb1;rport
Max-Forwards: 70
From: <sip:provd@192.0.2.1>;tag=t1
To: <sip:u1@192.0.2.60>
Call-ID: c1
CSeq: 1 NOTIFY
Contact: <sip:provd@192.0.2.1:5062>
Event: check-sync;reboot=false
Subscription-State: terminated
User-Agent: provd
Content-Length: 0

"""


def test_it_says_what_it_must() -> None:
    """RFC 3261 section 8.1.1 and RFC 6665 section 8.1.1: nothing is missing, nothing is too much."""
    assert encode(notify(WISH)).decode() == SENT.replace("\n", "\r\n")


def test_through_a_proxy_over_tls() -> None:
    """The proxy is a loose route; Via and Contact say the transport."""
    wish = Notification(
        **{name: getattr(WISH, name) for name in WISH.__struct_fields__}
        | {"transport": "tls", "route": "sip:192.0.2.60", "sent_by": "[2001:db8::1]:5061"}
    )
    sent = encode(notify(wish)).decode()
    assert "Via: SIP/2.0/TLS [2001:db8::1]:5061;branch=" in sent
    assert "Route: <sip:192.0.2.60;lr>" in sent
    assert "Contact: <sip:provd@[2001:db8::1]:5061;transport=tls>" in sent
    assert "From: <sip:provd@[2001:db8::1]>;tag=" in sent


def test_once_more_with_an_answer() -> None:
    """The same call, the next number, another branch, and the answer over this URI."""
    again, request = authorized(
        WISH,
        "authorization",
        parse_challenge('Digest realm="phone", nonce="n", qop="auth"'),
        Credentials("u1", "secret"),
        branch="b2",
        cnonce="x",
    )
    assert sequence(request) == (2, "NOTIFY")
    assert request.first("call-id") == "c1"
    assert "z9hG4bKb2" in request.first("via")
    assert 'uri="sip:u1@192.0.2.9:5060"' in request.first("authorization")
    assert again.sequence == 2
