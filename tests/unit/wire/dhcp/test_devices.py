"""What phones, boot ROMs and others send, in packets/: each golden reads, writes and tells who it is.

The goldens are in the text form, with what of them is from public sources and what is ours in
comments.  None is copied from anybody's capture.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from provd.wire.dhcp import (
    NO_RELAY,
    Architecture,
    ClientKind,
    Firmware,
    MalformedOption,
    MessageType,
    Packet,
    RelayAgent,
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
    parse_address,
    parse_packet,
    relay_agent,
    requested_address,
    server_identifier,
    user_classes,
    vendor_class,
)

GOLDENS = {
    path.stem: path.read_text()
    for path in sorted((Path(__file__).parent / "packets").glob("*.text"))
}


def golden(name: str) -> Packet:
    """One of the packets."""
    return parse_packet(GOLDENS[name])


def request(options: dict[int, bytes], chaddr: bytes = b"123456") -> Packet:
    """A packet with these options."""
    return Packet(1, 1, chaddr, options)


@pytest.mark.parametrize("name", GOLDENS)
def test_goldens_read_and_write(name: str) -> None:
    """Text to packet to bytes to packet to text: nothing changes, but for the comments."""
    packet = golden(name)
    again = decode(encode(packet))
    assert again == packet
    told = [line for line in GOLDENS[name].splitlines() if not line.startswith("#")]
    assert format_packet(again).splitlines() == sorted_as_written(told)


def sorted_as_written(lines: list[str]) -> list[str]:
    """Fields in the order of the text form; who writes a golden may put them as it reads best."""
    order = "xid chaddr htype hops secs flags ciaddr yiaddr siaddr giaddr sname file".split()
    fields = [line for line in lines[1:] if not line.startswith("option ")]
    fields.sort(key=lambda line: order.index(line.split(":")[0]))
    return [lines[0], *fields, *[line for line in lines if line.startswith("option ")]]


def test_there_are_enough_devices() -> None:
    """Ten phones and boot ROMs at least."""
    assert len(GOLDENS) >= 15


KINDS = {
    "pxe-bios": (ClientKind.PXE, Architecture.BIOS, Firmware.BIOS),
    "pxe-uefi-x64": (ClientKind.PXE, Architecture.EFI_X64, Firmware.X64),
    "http-uefi-x64": (ClientKind.HTTP, Architecture.HTTP_X64, Firmware.X64),
    "ipxe-uefi-arm64": (ClientKind.IPXE, Architecture.EFI_ARM64, Firmware.ARM64),
    "cisco-7941g": (ClientKind.PLAIN, None, Firmware.OTHER),
    "bootp-printer": (ClientKind.PLAIN, None, Firmware.OTHER),
}


@pytest.mark.parametrize("name", KINDS)
def test_kinds_of_clients(name: str) -> None:
    """Boot ROMs, HTTP firmware, iPXE and the others are told apart, each with its architecture."""
    packet = golden(name)
    assert (client_kind(packet), architecture(packet), firmware(packet)) == KINDS[name]


@pytest.mark.parametrize(
    ("options", "kind"),
    [
        ({77: b"iPXE"}, ClientKind.IPXE),
        ({77: b"\4iPXE"}, ClientKind.IPXE),
        ({175: b""}, ClientKind.IPXE),
        ({60: b"PXEClient"}, ClientKind.PXE),
        ({60: b"HTTPClient:Arch:00019"}, ClientKind.HTTP),
        ({60: b"pxeclient"}, ClientKind.PLAIN),
        ({}, ClientKind.PLAIN),
    ],
)
def test_what_decides_a_kind(options: dict[int, bytes], kind: ClientKind) -> None:
    """Each mark alone is enough; case counts, as the PXE specification says."""
    assert client_kind(request(options)) is kind


@pytest.mark.parametrize(
    ("options", "number"),
    [
        ({93: b"\0\7"}, 7),
        ({93: b"\0\x10\0\7"}, 16),
        ({93: b"\0\6", 60: b"PXEClient:Arch:00007:UNDI:003016"}, 6),
        ({60: b"PXEClient:Arch:00007:UNDI:003016"}, 7),
        ({93: b"\0", 60: b"PXEClient:Arch:00011"}, 11),
        ({60: b"PXEClient:Arch:"}, None),
        ({60: b"PXEClient:Arch:seven:UNDI"}, None),
        ({60: b"PXEClient"}, None),
        ({93: b""}, None),
    ],
)
def test_architecture(options: dict[int, bytes], number: int | None) -> None:
    """The first of option 93, and where that says nothing what the vendor class says."""
    assert architecture(request(options)) == number


def test_numbers_nobody_has_registered() -> None:
    """They are given as they are, and want no firmware that we know."""
    packet = request({93: b"\x12\x34"})
    assert (architecture(packet), firmware(packet)) == (0x1234, Firmware.OTHER)


@pytest.mark.parametrize(
    ("value", "classes"),
    [
        (b"", ()),
        (b"iPXE", (b"iPXE",)),
        (b"\4iPXE", (b"iPXE",)),
        (b"\3one\3two", (b"one", b"two")),
        (b"\3one\3tw", (b"\3one\3tw",)),
        (b"\0", (b"\0",)),
        (b"\3one\0", (b"\3one\0",)),
    ],
)
def test_user_classes(value: bytes, classes: tuple[bytes, ...]) -> None:
    """RFC 3004 where lengths add up, plain text where they do not."""
    assert user_classes(request({77: value})) == classes


def test_what_phones_say() -> None:
    """Vendor class without its NUL, hardware address, UUID, features; empty where unsaid."""
    assert vendor_class(golden("cisco-7941g")) == "Cisco Systems, Inc. IP Phone CP-7941G"
    assert hardware_address(golden("cisco-7941g")) == "00:14:a9:00:53:01"
    assert machine_uuid(golden("pxe-uefi-x64")) == "4c4c4544-0052-3010-8051-b2c04f4d3932"
    assert ipxe_features(golden("ipxe-uefi-arm64"))[19] == b"\1"
    silent = request({}, chaddr=b"12345678")
    assert vendor_class(silent) == hardware_address(silent) == machine_uuid(silent) == ""
    assert ipxe_features(silent) == {}


def test_what_cannot_be_read_was_not_said() -> None:
    """A device is not refused for an ill-formed option that nobody had to know."""
    packet = request({175: b"\1\5", 97: b"\1" + bytes(16), 60: b"\xff\0\0"})
    assert ipxe_features(packet) == {}
    assert machine_uuid(packet) == ""
    assert vendor_class(packet) == "\xff"


def test_addresses_of_a_request() -> None:
    """Options 50 and 54 as numbers, 0 without them."""
    packet = request({50: bytes((192, 0, 2, 7)), 54: bytes((192, 0, 2, 1))})
    assert requested_address(packet) == parse_address("192.0.2.7")
    assert server_identifier(packet) == parse_address("192.0.2.1")
    assert requested_address(request({})) == server_identifier(request({})) == 0


@pytest.mark.parametrize(
    ("options", "limit"),
    [
        ({53: b"\1"}, 548),
        ({53: b"\1", 57: b"\0\x10"}, 548),
        ({57: b"\x02\x40"}, 548),
        ({53: b"\1", 57: b"\x05\xdc"}, 1472),
        ({12: b"bootp"}, 300),
    ],
)
def test_limit(options: dict[int, bytes], limit: int) -> None:
    """Option 57 less the headers of IP and UDP, and never less than what all clients take."""
    assert limit_of(request(options)) == limit


def test_relay_agent() -> None:
    """Option 82 tells where the packet came from; without it nothing is said."""
    said = relay_agent(golden("mitel-5330"))
    assert said.circuit_id == bytes.fromhex("000400640107")
    assert said.remote_id == bytes.fromhex("000600005e005311")
    assert said.link_selection == parse_address("198.51.100.0")
    assert said.server_override == 0
    assert relay_agent(golden("pxe-bios")) is NO_RELAY
    value = bytes((11, 4, 192, 0, 2, 9, 6, 1)) + b"s" + bytes((151, 4, 0)) + b"vpn"
    assert relay_agent(request({82: value})) == RelayAgent(
        server_override=parse_address("192.0.2.9"),
        subscriber_id=b"s",
        virtual_subnet=b"\0vpn",
        suboptions={11: bytes((192, 0, 2, 9)), 6: b"s", 151: b"\0vpn"},
    )


@pytest.mark.parametrize(
    ("value", "detail"),
    [
        (bytes((5, 3, 1, 2, 3)), "sub-option 5 has 3 bytes"),
        (bytes((11, 0)), "sub-option 11 has 0 bytes"),
        (bytes((1, 5, 1)), "sub-option 1 goes on"),
        (bytes((1,)), "sub-option 1 goes on"),
        (bytes((1, 1, 7, 1, 1, 8)), "stands in it twice"),
    ],
)
def test_ill_formed_relay_agents_are_named(value: bytes, detail: str) -> None:
    """It decides about subnets, so nothing of it is guessed."""
    with pytest.raises(MalformedOption, match=detail) as caught:
        relay_agent(request({82: value}))
    assert caught.value.code == 82


def test_message_types_of_goldens() -> None:
    """All but BOOTP say what they are."""
    types = {name: golden(name).message_type for name in GOLDENS}
    assert types.pop("bootp-printer") == 0
    assert types.pop("proxy-offer") == MessageType.OFFER
    assert types.pop("windows-user-class") == MessageType.REQUEST
    assert set(types.values()) == {MessageType.DISCOVER}
