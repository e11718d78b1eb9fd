"""The options within options, as data: code, name and kind, as `options` for the outer ones.

A space is what one option (82), or one vendor in option 43, makes of its sub-option codes.
"""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["IPXE", "PXE", "RELAY", "UNNAMED", "Space"]

Space = Mapping[int, tuple[str, str]]
"""Name and kind by code; a code that is not there has no name, and its values are octets."""

UNNAMED: Space = {}

RELAY: Space = {
    1: ("circuit-id", "octets"),  # RFC 3046
    2: ("remote-id", "octets"),
    4: ("docsis-device-class", "u32"),  # RFC 3256
    5: ("link-selection", "ip"),  # RFC 3527
    6: ("subscriber-id", "octets"),  # RFC 3993
    7: ("radius-attributes", "octets"),  # RFC 4014
    8: ("authentication", "octets"),  # RFC 4030
    9: ("vendor-specific", "vi-specific"),  # RFC 4243
    10: ("flags", "u8"),  # RFC 5010
    11: ("server-override", "ip"),  # RFC 5107
    12: ("relay-id", "octets"),  # RFC 6925
    13: ("access-technology", "u16"),  # RFC 7839
    14: ("access-network", "octets"),
    15: ("access-point-name", "octets"),
    16: ("access-point-bssid", "octets"),
    17: ("operator-id", "u32"),
    18: ("operator-realm", "octets"),
    19: ("relay-source-port", "flag"),  # RFC 8357
    151: ("virtual-subnet", "vss"),  # RFC 6607
    152: ("virtual-subnet-control", "flag"),
}
"""Option 82: IANA's registry "DHCP Relay Agent Sub-Option Codes"."""

PXE: Space = {
    1: ("mtftp-address", "ip"),
    2: ("mtftp-client-port", "octets"),
    3: ("mtftp-server-port", "octets"),
    4: ("mtftp-timeout", "u8"),
    5: ("mtftp-delay", "u8"),
    6: ("discovery-control", "u8"),
    7: ("discovery-address", "ip"),
    8: ("boot-servers", "octets"),
    9: ("boot-menu", "octets"),
    10: ("menu-prompt", "octets"),
    11: ("multicast-alloc", "octets"),
    12: ("credential-types", "octets"),
    71: ("boot-item", "octets"),
}
"""Option 43 between PXE clients and servers (PXE 2.1, table 2-1)."""

IPXE: Space = {
    1: ("priority", "i8"),
    8: ("keep-san", "u8"),
    9: ("skip-san-boot", "u8"),
    16: ("feature-pxeext", "u8"),
    17: ("feature-iscsi", "u8"),
    18: ("feature-aoe", "u8"),
    19: ("feature-http", "u8"),
    20: ("feature-https", "u8"),
    21: ("feature-tftp", "u8"),
    22: ("feature-ftp", "u8"),
    23: ("feature-dns", "u8"),
    24: ("feature-bzimage", "u8"),
    25: ("feature-multiboot", "u8"),
    26: ("feature-slam", "u8"),
    27: ("feature-srp", "u8"),
    32: ("feature-nbi", "u8"),
    33: ("feature-pxe", "u8"),
    34: ("feature-elf", "u8"),
    35: ("feature-comboot", "u8"),
    36: ("feature-efi", "u8"),
    37: ("feature-fcoe", "u8"),
    38: ("feature-vlan", "u8"),
    39: ("feature-menu", "u8"),
    40: ("feature-sdi", "u8"),
    41: ("feature-nfs", "u8"),
    81: ("scriptlet", "text"),
    85: ("syslogs-server", "text"),
    90: ("trust", "octets"),
    91: ("certificate", "octets"),
    92: ("private-key", "octets"),
    93: ("cross-certificate", "text"),
    176: ("no-pxedhcp", "u8"),
    177: ("bus-id", "octets"),
    178: ("use-cached", "u8"),
    189: ("bios-drive", "u8"),
    190: ("username", "text"),
    191: ("password", "text"),
    192: ("reverse-username", "text"),
    193: ("reverse-password", "text"),
    235: ("version", "octets"),
}
"""Option 175 of iPXE and gPXE; the features (16 to 79) say by their number what is built in."""
