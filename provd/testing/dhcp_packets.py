"""What every DHCP datagram and every text must bear: the target of fuzzers and of property tests."""

from __future__ import annotations

from contextlib import suppress

from provd.values import MalformedPacket
from provd.wire.dhcp import (
    GREATEST_PACKET,
    DoesNotFit,
    MalformedOption,
    MalformedText,
    Packet,
    architecture,
    client_kind,
    decode,
    encode,
    firmware,
    format_packet,
    hardware_address,
    ipxe_features,
    limit_of,
    machine_uuid,
    parse_packet,
    read_option,
    relay_agent,
    reply,
    requested_address,
    server_identifier,
    user_classes,
    vendor_class,
)

__all__ = ["bears_datagram", "bears_text"]

TELLING = (
    architecture,
    client_kind,
    firmware,
    hardware_address,
    ipxe_features,
    limit_of,
    machine_uuid,
    requested_address,
    server_identifier,
    user_classes,
    vendor_class,
)
"""What a server asks of every packet; none may raise."""


def bears_datagram(datagram: bytes) -> None:
    """Decode it and do all that a server may do with it, logging included.

    @raise AssertionError: where something is not what it was; anything else raised is a defect.
    """
    try:
        packet = decode(datagram)
    except MalformedPacket as error:
        str(error)
        return
    _bears_packet(packet)
    for tell in TELLING:
        tell(packet)
    with suppress(MalformedOption):
        relay_agent(packet)
    for code, value in packet.options.items():
        with suppress(MalformedOption):
            read_option(code, value)
    if packet.op == 1:
        _bears_answer(packet)


def bears_text(text: str) -> None:
    """Parse it as a packet, and do the same with what comes of it."""
    try:
        packet = parse_packet(text)
    except MalformedText as error:
        str(error)
        return
    _bears_packet(packet)


def _bears_packet(packet: Packet) -> None:
    """Bytes and text both say the same packet, and the text nothing that a terminal obeys."""
    with suppress(DoesNotFit):
        same(decode(encode(packet, limit=GREATEST_PACKET)), packet)
    text = format_packet(packet)
    same(parse_packet(text), packet)
    if not text.isascii() or not text.replace("\n", "").isprintable():
        raise AssertionError(text)


def _bears_answer(packet: Packet) -> None:
    """Everything the client said, said back within the room it has."""
    options = {code: value for code, value in packet.options.items() if code != 53}
    answer = reply(packet, options, yiaddr=1)
    with suppress(DoesNotFit):
        datagram = encode(answer, limit=limit_of(packet))
        same(decode(datagram), answer)
        if len(datagram) > limit_of(packet):
            raise AssertionError(len(datagram))


def same(one: object, other: object) -> None:
    """Or say how they differ."""
    if one != other:
        raise AssertionError((one, other))
