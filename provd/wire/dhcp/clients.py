"""What a packet says of its sender, as pure functions: read when asked, never before.

Each looks into the options it needs and no other.  None raises: an option that cannot be read
counts as one that was not sent, since a device is not refused for what nobody had to know.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum, StrEnum

from provd.wire.dhcp.encapsulation import split_user_class, suboptions
from provd.wire.dhcp.faults import MalformedOption
from provd.wire.dhcp.packets import LEAST_LIMIT, LEAST_SIZE, MessageType, Packet

__all__ = [
    "Architecture",
    "ClientKind",
    "Firmware",
    "architecture",
    "client_kind",
    "firmware",
    "hardware_address",
    "ipxe_features",
    "limit_of",
    "machine_uuid",
    "message_name",
    "requested_address",
    "server_identifier",
    "user_classes",
    "vendor_class",
]


class Architecture(IntEnum):
    """Option 93: IANA's registry "Processor Architecture Types", from RFC 4578."""

    BIOS = 0
    NEC_PC98 = 1
    EFI_ITANIUM = 2
    DEC_ALPHA = 3
    ARC_X86 = 4
    INTEL_LEAN = 5
    EFI_X86 = 6
    EFI_X64 = 7
    EFI_XSCALE = 8
    EFI_BYTECODE = 9
    """What RFC 4578 called it before its erratum; firmware sends it for x64 as well."""
    EFI_ARM32 = 10
    EFI_ARM64 = 11
    POWER_OPEN_FIRMWARE = 12
    POWER_EPAPR = 13
    POWER_OPAL = 14
    HTTP_X86 = 15
    HTTP_X64 = 16
    HTTP_BYTECODE = 17
    HTTP_ARM32 = 18
    HTTP_ARM64 = 19
    HTTP_BIOS = 20
    UBOOT_ARM32 = 21
    UBOOT_ARM64 = 22
    UBOOT_ARM32_HTTP = 23
    UBOOT_ARM64_HTTP = 24
    EFI_RISCV32 = 25
    HTTP_RISCV32 = 26
    EFI_RISCV64 = 27
    HTTP_RISCV64 = 28
    EFI_RISCV128 = 29
    HTTP_RISCV128 = 30
    S390_BASIC = 31
    S390_EXTENDED = 32
    EFI_MIPS32 = 33
    EFI_MIPS64 = 34
    EFI_SUNWAY32 = 35
    EFI_SUNWAY64 = 36
    EFI_LOONGARCH32 = 37
    HTTP_LOONGARCH32 = 38
    EFI_LOONGARCH64 = 39
    HTTP_LOONGARCH64 = 40
    ARM_RPI = 41
    """A Raspberry Pi's boot ROM."""


class Firmware(StrEnum):
    """Which boot loader an architecture can run, and so which file it wants."""

    BIOS = "bios"
    X86 = "x86"
    X64 = "x64"
    ARM32 = "arm32"
    ARM64 = "arm64"
    OTHER = "other"


class ClientKind(StrEnum):
    """How far the sender has come in booting; phones and running systems are `PLAIN`."""

    IPXE = "ipxe"
    """iPXE itself, or its elder gPXE, whatever started it (options 77 and 175)."""
    PXE = "pxe"
    """A boot ROM that loads over TFTP (option 60, `PXEClient`)."""
    HTTP = "http"
    """UEFI firmware that loads over HTTP (option 60, `HTTPClient`)."""
    PLAIN = "plain"


_FIRMWARES: Mapping[int, Firmware] = {
    Architecture.BIOS: Firmware.BIOS,
    Architecture.HTTP_BIOS: Firmware.BIOS,
    Architecture.EFI_X86: Firmware.X86,
    Architecture.HTTP_X86: Firmware.X86,
    Architecture.EFI_X64: Firmware.X64,
    Architecture.EFI_BYTECODE: Firmware.X64,
    Architecture.HTTP_X64: Firmware.X64,
    Architecture.HTTP_BYTECODE: Firmware.X64,
    Architecture.EFI_ARM32: Firmware.ARM32,
    Architecture.HTTP_ARM32: Firmware.ARM32,
    Architecture.EFI_ARM64: Firmware.ARM64,
    Architecture.HTTP_ARM64: Firmware.ARM64,
}


_MESSAGE_NAMES: Mapping[int, str] = {
    0: "bootp",
    **{kind.value: kind.name.lower() for kind in MessageType},
}


def architecture(packet: Packet) -> int | None:
    """The `Architecture` that a boot ROM says it is, or a number nobody has registered.

    Option 93 may list several, of which the first counts; ROMs that leave it out still say it
    in their vendor class, `PXEClient:Arch:00007:UNDI:003016`.  None where neither says.
    """
    value = packet.options.get(93, b"")
    if len(value) >= 2:
        return value[0] << 8 | value[1]
    _name, found, rest = packet.options.get(60, b"").partition(b":Arch:")
    digits = rest[:5]
    return int(digits) if found and digits.isdigit() else None


def firmware(packet: Packet) -> Firmware:
    """What the sender's boot loader has to be built for; `OTHER` also where nothing says."""
    number = architecture(packet)
    return Firmware.OTHER if number is None else _FIRMWARES.get(number, Firmware.OTHER)


def client_kind(packet: Packet) -> ClientKind:
    """Who is asking: iPXE is recognised first, since it calls itself a PXEClient as well."""
    options = packet.options
    if 175 in options or b"iPXE" in options.get(77, b""):
        return ClientKind.IPXE
    vendor = options.get(60, b"")
    if vendor.startswith(b"PXEClient"):
        return ClientKind.PXE
    return ClientKind.HTTP if vendor.startswith(b"HTTPClient") else ClientKind.PLAIN


def ipxe_features(packet: Packet) -> dict[int, bytes]:
    """Sub-options of option 175: 0x13 HTTP, 0x21 PXE, 0x24 EFI, … with their versions."""
    try:
        return suboptions(175, packet.options.get(175, b""))
    except MalformedOption:
        return {}


def vendor_class(packet: Packet) -> str:
    """Option 60 as text, without the NUL that some phones end it in; empty without one."""
    return packet.options.get(60, b"").rstrip(b"\0").decode("latin-1")


def user_classes(packet: Packet) -> tuple[bytes, ...]:
    """Option 77, in the form of RFC 3004 or as plain text, which iPXE and Windows send."""
    return split_user_class(packet.options.get(77, b""))


def hardware_address(packet: Packet) -> str:
    """The sender's MAC address in the normal spelling; empty where it has none of six bytes."""
    chaddr = packet.chaddr
    return chaddr.hex(":") if len(chaddr) == 6 else ""


def machine_uuid(packet: Packet) -> str:
    """Option 97 as a UUID, digits in the order of the wire; empty without one.

    Sent by boot ROMs in the byte order of SMBIOS 2.6 or of RFC 4122, and nothing tells which.
    """
    value = packet.options.get(97, b"")
    if len(value) != 17 or value[0]:
        return ""
    digits = value[1:].hex()
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def message_name(packet: Packet) -> str:
    """What kind of message it is, in a word: `discover`, `offer`, …; `bootp` for one that has no kind."""
    return _MESSAGE_NAMES[packet.message_type]


def requested_address(packet: Packet) -> int:
    """Option 50; 0 without one."""
    return int.from_bytes(packet.options.get(50, b""), "big")


def server_identifier(packet: Packet) -> int:
    """Option 54; 0 without one."""
    return int.from_bytes(packet.options.get(54, b""), "big")


def limit_of(packet: Packet) -> int:
    """How long a datagram this client takes: the `limit` to encode its answer with.

    Option 57 counts IP and UDP headers, and no DHCP client may take less than 576 (RFC 2132 9.10).
    A BOOTP client has room for the 64 bytes of RFC 951's vendor area.
    """
    options = packet.options
    if 57 in options:
        return max(int.from_bytes(options[57], "big") - 28, LEAST_LIMIT)
    return LEAST_LIMIT if 53 in options else LEAST_SIZE
