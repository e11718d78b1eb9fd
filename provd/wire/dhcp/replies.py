"""Answers: what of a request comes back in them, and how to write many alike cheaply."""

from __future__ import annotations

import struct
from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

from provd.wire.dhcp.faults import DoesNotFit, Unencodable
from provd.wire.dhcp.packets import LEAST_SIZE, REPLY, Packet, encode, encode_options

__all__ = ["Template", "encode_fitting", "reply", "template"]

_RELAY = 82
_KEPT = frozenset({1, 3, 51, 53, 54, 58, 59, 60, 61, _RELAY})
"""What an answer is not left without: its kind and times, whom it is from and to, mask and router."""
_HEAD = struct.Struct("!BBBBIHHIIII16s")
_COOKIE = b"\x63\x82\x53\x63"


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


class Template(Struct, frozen=True, gc=False):
    """The part of an answer that is the same for many clients, encoded once; see `template`."""

    siaddr: int
    fields: bytes
    """`sname`, `file` and the magic cookie."""
    options: bytes
    """Without an end mark."""

    def stamp(
        self,
        request: Packet,
        first: bytes,
        *,
        yiaddr: int = 0,
        ciaddr: int = 0,
        last: bytes = b"",
    ) -> bytes:
        """The datagram that answers `request`: `first` (message type, server id, times), the
        template's options, `last` (what only this client gets), and the relay agent's option.

        `first` and `last` are made by `encode_options`.  Nothing is measured here: compare the
        length with `limit_of(request)`, and where it is too long, `encode` the `reply`.
        """
        relay = request.options.get(_RELAY)
        chaddr = request.chaddr
        head = _HEAD.pack(
            REPLY, request.htype, len(chaddr), 0, request.xid, 0, request.flags,
            ciaddr, yiaddr, self.siaddr, request.giaddr, chaddr,
        )  # fmt: skip
        end = b"\xff" if relay is None else encode_options({_RELAY: relay}) + b"\xff"
        datagram = b"".join((head, self.fields, first, self.options, last, end))
        return datagram.ljust(LEAST_SIZE, b"\0") if len(datagram) < LEAST_SIZE else datagram


def template(
    options: Mapping[int, bytes], *, siaddr: int = 0, sname: bytes = b"", file: bytes = b""
) -> Template:
    """Encode what many answers share.

    @raise Unencodable: for a code that no option has, or a field too long.
    """
    if len(sname) > 64 or len(file) > 128:
        raise Unencodable("sname or file", "at most 64 and 128 bytes")
    fields = sname.ljust(64, b"\0") + file.ljust(128, b"\0") + _COOKIE
    return Template(siaddr, fields, encode_options(options))
