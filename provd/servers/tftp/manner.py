"""How a file is asked for: what follows its name in a request.

All devices of one model ask in the same few manners, so reading, translating and granting them is
done once and remembered by their bytes.
"""

from __future__ import annotations

from msgspec import Struct

from provd.wire.tftp import Bounds, Offer, Packet, ReadRequest, offer, parse

__all__ = ["Asked", "Manner", "Reader"]

_MOST_KEPT = 512


class Manner(Struct, frozen=True, gc=False):
    """Mode and options of a request, and what is granted of them."""

    mode: str
    options: dict[str, str]
    """As text, for the inquiry: shared by all of them, never changed."""
    offer: Offer


class Asked(Struct, frozen=True, gc=False):
    """A read request."""

    filename: bytes
    manner: Manner


class Reader:
    """Reads what arrives at a listening port."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._manners: dict[bytes, Manner] = {}

    def read(self, datagram: bytes) -> Asked | Packet:
        """A read request as `Asked`, anything else as the packet it is.

        @raise MalformedPacket: if it is none.
        """
        end = datagram.find(b"\0", 2)
        if end > 2 and datagram[1] == 1:
            manner = self._manners.get(datagram[end:])
            if manner is not None and not datagram[0]:
                return Asked(datagram[2:end], manner)
        packet = parse(datagram)
        if not isinstance(packet, ReadRequest):
            return packet
        return Asked(packet.filename, self._learn(packet, datagram[end:]))

    def _learn(self, request: ReadRequest, tail: bytes) -> Manner:
        if len(self._manners) >= _MOST_KEPT:
            self._manners.clear()
        texts = {
            name.decode("utf-8", "replace"): value.decode("utf-8", "replace")
            for name, value in request.options.items()
        }
        manner = Manner(request.mode, texts, offer(request.options, self._bounds))
        self._manners[tail] = manner
        return manner
