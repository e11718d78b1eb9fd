"""Answers: what of a request comes back in them, and what is left out where there is no room."""

from __future__ import annotations

from msgspec.structs import replace

from provd.wire.dhcp.faults import DoesNotFit
from provd.wire.dhcp.packets import REPLY, Packet, encode

__all__ = ["encode_fitting", "reply"]

_RELAY = 82
_KEPT = frozenset({1, 3, 51, 53, 54, 58, 59, 60, 61, _RELAY})
"""What an answer is not left without: its kind and times, whom it is from and to, mask and router."""


def reply(  # noqa: PLR0913 -- each is a field of the packet
    request: Packet,
    options: dict[int, bytes],
    *,
    yiaddr: int = 0,
    ciaddr: int = 0,
    siaddr: int = 0,
    sname: bytes = b"",
    file: bytes = b"",
) -> Packet:
    """The packet that answers `request` (RFC 2131 table 3), with these options and fields.

    Options come back in the order given, 53 is among them unless the client speaks BOOTP, and the
    relay agent's (82) is returned as it came, last (RFC 3046 section 2.2).
    """
    relay = request.options.get(_RELAY)
    if relay is not None:
        options = {**options}
        options.pop(_RELAY, None)
        options[_RELAY] = relay
    return Packet(
        REPLY,
        request.xid,
        request.chaddr,
        options,
        request.htype,
        flags=request.flags,
        ciaddr=ciaddr,
        yiaddr=yiaddr,
        siaddr=siaddr,
        giaddr=request.giaddr,
        sname=sname,
        file=file,
        cookie=request.cookie,
    )


def encode_fitting(packet: Packet, *, limit: int) -> tuple[bytes, tuple[int, ...]]:
    """The datagram, and the codes of the options for which it has no room; usually none.

    A client lists in option 55 first what it wants most, and answers keep its order; so the last
    options go first (RFC 2131 section 4.3.1 lets a server leave out what does not fit).

    @raise DoesNotFit: where an answer with none but the necessary options is still too long.
    @raise Unencodable: for a field out of range.
    """
    try:
        return encode(packet, limit=limit), ()
    except DoesNotFit as error:
        return _shortened(packet, limit, error)


def _shortened(packet: Packet, limit: int, error: DoesNotFit) -> tuple[bytes, tuple[int, ...]]:
    options = dict(packet.options)
    left_out: list[int] = []
    for code in reversed(packet.options):
        if code not in _KEPT:
            del options[code]
            left_out.append(code)
            try:
                return encode(replace(packet, options=options), limit=limit), tuple(left_out)
            except DoesNotFit:
                continue
    raise error
