"""The NOTIFY that makes a phone fetch its files again: sent unasked, outside of any dialog (RFC 6665)."""

from __future__ import annotations

import re

from msgspec import Struct
from msgspec.structs import replace

from provd.wire.sip.digest import Asked, Challenge, Credentials, answer_to
from provd.wire.sip.grammar import escaped_user
from provd.wire.sip.messages import SipRequest, UnsendableMessage

MAGIC = "z9hG4bK"
"""What every branch begins with (RFC 3261 section 8.1.1.7)."""

_HOST = re.compile(r"[A-Za-z0-9.\-_:]+")

TRANSPORTS = ("udp", "tcp", "tls")


class Notification(Struct, frozen=True, kw_only=True):
    """What there is to say of one."""

    event: str
    """`check-sync;reboot=true`, say."""
    uri: str
    """Of the contact, or the account, that is meant."""
    to: str
    """Of the account."""
    transport: str
    """`udp`, `tcp` or `tls`."""
    sent_by: str
    """Our `host:port`."""
    call_id: str
    tag: str
    branch: str
    """Without its magic beginning."""
    sequence: int = 1
    route: str = ""
    """The proxy it goes through, as a URI; empty for none."""
    user_agent: str = "provd"
    content_type: str = ""
    body: bytes = b""


def sip_uri(user: str, host: str, port: int = 0, transport: str = "") -> str:
    """The URI of a user at a host, with what is said of it (RFC 3261 section 19.1).

    @raise UnsendableMessage: `host` is neither a name nor an address.
    """
    if not _HOST.fullmatch(host):
        raise UnsendableMessage(f"{host[:80]!r} is no host")
    where = f"[{host}]" if ":" in host else host
    who = f"{escaped_user(user)}@" if user else ""
    at = f":{port}" if port else ""
    how = f";transport={transport}" if transport in {"tcp", "tls"} else ""
    return f"sip:{who}{where}{at}{how}"


def notify(wish: Notification) -> SipRequest:
    """The request."""
    us = f"<sip:provd@{wish.sent_by}{_how(wish.transport)}>"
    via = f"SIP/2.0/{wish.transport.upper()} {wish.sent_by};branch={MAGIC}{wish.branch};rport"
    headers = [("via", via), ("max-forwards", "70")]
    if wish.route:
        headers.append(("route", f"<{wish.route};lr>"))
    headers += [
        ("from", f"<sip:provd@{_host(wish.sent_by)}>;tag={wish.tag}"),
        ("to", f"<{wish.to}>"),
        ("call-id", wish.call_id),
        ("cseq", f"{wish.sequence} NOTIFY"),
        ("contact", us),
        ("event", wish.event),
        ("subscription-state", "terminated"),
        ("user-agent", wish.user_agent),
    ]
    if wish.content_type:
        headers.append(("content-type", wish.content_type))
    return SipRequest(method="NOTIFY", uri=wish.uri, headers=tuple(headers), body=wish.body)


def authorized(
    wish: Notification,
    header: str,
    challenge: Challenge,
    credentials: Credentials,
    *,
    branch: str,
    cnonce: str,
) -> tuple[Notification, SipRequest]:
    """The same once more with an answer to a challenge: the next number, another branch (section 22.2)."""
    again = replace(wish, branch=branch, sequence=wish.sequence + 1)
    request = notify(again)
    asked = Asked(method=request.method, uri=request.uri, body=request.body, cnonce=cnonce)
    answer = answer_to(challenge, credentials, asked)
    return again, replace(request, headers=(*request.headers, (header, answer)))


def _how(transport: str) -> str:
    return f";transport={transport}" if transport != "udp" else ""


def _host(sent_by: str) -> str:
    host, _colon, port = sent_by.rpartition(":")
    return host if host and port.isdigit() else sent_by
