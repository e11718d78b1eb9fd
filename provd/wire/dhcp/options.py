"""Every option there is, as data: its code, its name, how its value is built, and who says so.

The codes are those of IANA's registry "BOOTP Vendor Extensions and DHCP Options"; names are
ours, after the registry's.  What the registry calls removed, unassigned or reserved has no row,
but for codes that devices use all the same: these name their user instead of an RFC.  `kind`
is a key of `provd.wire.dhcp.kinds.KINDS`; a code without a row is `octets`.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

__all__ = ["BY_NAME", "OPTIONS", "SINGLE", "WIDTHS", "Option", "option_name"]


class Option(Struct, frozen=True):
    """One row of the table."""

    code: int
    name: str
    kind: str
    source: str
    """`RFC 2132`, or whose devices use it where no RFC says what it means."""


WIDTHS: Mapping[str, int] = {
    "flag": 0,
    "bool": 1,
    "u8": 1,
    "u16": 2,
    "u32": 4,
    "i32": 4,
    "ip": 4,
    "message-type": 1,
    "node-type": 1,
    "overload": 1,
    "interface": 3,
    "ip6": 16,
    "machine-id": 17,
    "place": 16,
    "ports": 4,
    "position": 16,
}
"""The kinds whose values have one length only, and which."""

_TABLE = (
    (1, "subnet-mask", "ip", 2132),
    (2, "time-offset", "i32", 2132),
    (3, "router", "ips", 2132),
    (4, "time-server", "ips", 2132),
    (5, "name-server", "ips", 2132),
    (6, "domain-name-server", "ips", 2132),
    (7, "log-server", "ips", 2132),
    (8, "quotes-server", "ips", 2132),
    (9, "lpr-server", "ips", 2132),
    (10, "impress-server", "ips", 2132),
    (11, "rlp-server", "ips", 2132),
    (12, "host-name", "text", 2132),
    (13, "boot-file-size", "u16", 2132),
    (14, "merit-dump-file", "text", 2132),
    (15, "domain-name", "text", 2132),
    (16, "swap-server", "ip", 2132),
    (17, "root-path", "text", 2132),
    (18, "extension-file", "text", 2132),
    (19, "forward-on-off", "bool", 2132),
    (20, "source-route-on-off", "bool", 2132),
    (21, "policy-filter", "ip-pairs", 2132),
    (22, "max-datagram-reassembly", "u16", 2132),
    (23, "default-ip-ttl", "u8", 2132),
    (24, "mtu-timeout", "u32", 2132),
    (25, "mtu-plateau", "u16s", 2132),
    (26, "mtu-interface", "u16", 2132),
    (27, "mtu-subnet", "bool", 2132),
    (28, "broadcast-address", "ip", 2132),
    (29, "mask-discovery", "bool", 2132),
    (30, "mask-supplier", "bool", 2132),
    (31, "router-discovery", "bool", 2132),
    (32, "router-solicitation-address", "ip", 2132),
    (33, "static-route", "ip-pairs", 2132),
    (34, "trailers", "bool", 2132),
    (35, "arp-timeout", "u32", 2132),
    (36, "ethernet-encapsulation", "bool", 2132),
    (37, "default-tcp-ttl", "u8", 2132),
    (38, "tcp-keepalive-time", "u32", 2132),
    (39, "tcp-keepalive-data", "bool", 2132),
    (40, "nis-domain", "text", 2132),
    (41, "nis-servers", "ips", 2132),
    (42, "ntp-servers", "ips", 2132),
    (43, "vendor-specific", "vendor", 2132),
    (44, "netbios-name-server", "ips", 2132),
    (45, "netbios-distribution-server", "ips", 2132),
    (46, "netbios-node-type", "node-type", 2132),
    (47, "netbios-scope", "text", 2132),
    (48, "x-window-font", "ips", 2132),
    (49, "x-window-manager", "ips", 2132),
    (50, "address-request", "ip", 2132),
    (51, "address-time", "u32", 2132),
    (52, "overload", "overload", 2132),
    (53, "message-type", "message-type", 2132),
    (54, "server-id", "ip", 2132),
    (55, "parameter-list", "codes", 2132),
    (56, "message", "text", 2132),
    (57, "max-message-size", "u16", 2132),
    (58, "renewal-time", "u32", 2132),
    (59, "rebinding-time", "u32", 2132),
    (60, "vendor-class", "text", 2132),
    (61, "client-id", "client-id", 2132),
    (62, "netware-domain", "text", 2242),
    (63, "netware-option", "suboptions", 2242),
    (64, "nis-plus-domain", "text", 2132),
    (65, "nis-plus-servers", "ips", 2132),
    (66, "tftp-server-name", "text", 2132),
    (67, "bootfile-name", "text", 2132),
    (68, "home-agents", "ips", 2132),
    (69, "smtp-server", "ips", 2132),
    (70, "pop3-server", "ips", 2132),
    (71, "nntp-server", "ips", 2132),
    (72, "www-server", "ips", 2132),
    (73, "finger-server", "ips", 2132),
    (74, "irc-server", "ips", 2132),
    (75, "streettalk-server", "ips", 2132),
    (76, "stda-server", "ips", 2132),
    (77, "user-class", "user-class", 3004),
    (78, "directory-agent", "directory-agent", 2610),
    (79, "service-scope", "service-scope", 2610),
    (80, "rapid-commit", "flag", 4039),
    (81, "client-fqdn", "client-fqdn", 4702),
    (82, "relay-agent", "relay", 3046),
    (83, "isns", "isns", 4174),
    (85, "nds-servers", "ips", 2241),
    (86, "nds-tree-name", "text", 2241),
    (87, "nds-context", "text", 2241),
    (88, "bcmcs-domains", "domains", 4280),
    (89, "bcmcs-addresses", "ips", 4280),
    (90, "authentication", "authentication", 3118),
    (91, "client-last-transaction-time", "u32", 4388),
    (92, "associated-ip", "ips", 4388),
    (93, "client-system", "u16s", 4578),
    (94, "client-ndi", "interface", 4578),
    (95, "ldap", "text", 3679),
    (97, "uuid", "machine-id", 4578),
    (98, "user-auth", "text", 2485),
    (99, "geoconf-civic", "civic", 4776),
    (100, "posix-timezone", "text", 4833),
    (101, "tz-database", "text", 4833),
    (108, "ipv6-only-preferred", "u32", 8925),
    (109, "softwire-source", "ip6", 8539),
    (112, "netinfo-address", "ips", 3679),
    (113, "netinfo-tag", "text", 3679),
    (114, "captive-portal", "text", 8910),
    (116, "auto-config", "u8", 2563),
    (117, "name-service-search", "u16s", 2937),
    (118, "subnet-selection", "ip", 3011),
    (119, "domain-search", "domains", 3397),
    (120, "sip-servers", "sip-servers", 3361),
    (121, "classless-static-route", "routes", 3442),
    (122, "cablelabs-client", "suboptions", 3495),
    (123, "geoconf", "position", 6225),
    (124, "vi-vendor-class", "vi-class", 3925),
    (125, "vi-vendor-specific", "vi-specific", 3925),
    (128, "pxe-128", "octets", 4578),
    (129, "pxe-129", "octets", 4578),
    (130, "pxe-130", "octets", 4578),
    (131, "pxe-131", "octets", 4578),
    (132, "pxe-132", "octets", 4578),
    (133, "pxe-133", "octets", 4578),
    (134, "pxe-134", "octets", 4578),
    (135, "pxe-135", "octets", 4578),
    (136, "pana-agent", "ips", 5192),
    (137, "lost-server", "domains", 5223),
    (138, "capwap-ac", "ips", 5417),
    (139, "mos-addresses", "suboptions", 5678),
    (140, "mos-domains", "suboptions", 5678),
    (141, "sip-ua-domains", "domains", 6011),
    (142, "andsf-addresses", "ips", 6153),
    (143, "sztp-redirect", "uris", 8572),
    (144, "geoloc", "place", 6225),
    (145, "forcerenew-nonce-capable", "u8s", 6704),
    (146, "rdnss-selection", "rdnss", 6731),
    (147, "dots-ri", "domains", 8973),
    (148, "dots-addresses", "ips", 8973),
    (150, "tftp-server-address", "ips", 5859),
    (151, "status-code", "status", 6926),
    (152, "base-time", "u32", 6926),
    (153, "start-time-of-state", "u32", 6926),
    (154, "query-start-time", "u32", 6926),
    (155, "query-end-time", "u32", 6926),
    (156, "dhcp-state", "u8", 6926),
    (157, "data-source", "u8", 6926),
    (158, "pcp-server", "ip-lists", 7291),
    (159, "portparams", "ports", 7618),
    (160, "provisioning-server", "text", "Polycom, and others"),
    (161, "mud-url", "text", 8520),
    (162, "dnr", "resolution", 9463),
    (175, "ipxe", "ipxe", "iPXE"),
    (176, "ip-telephone", "text", "Avaya"),
    (177, "packetcable", "octets", "cable modems"),
    (203, "iscsi-initiator", "text", "iPXE"),
    (208, "pxelinux-magic", "octets", 5071),
    (209, "pxelinux-configuration", "text", 5071),
    (210, "pxelinux-path-prefix", "text", 5071),
    (211, "pxelinux-reboot-time", "u32", 5071),
    (212, "6rd", "sixrd", 5969),
    (213, "access-domain", "domains", 5986),
    (220, "subnet-allocation", "subnets", 6656),
    (221, "virtual-subnet-selection", "vss", 6607),
    (242, "ip-telephone-2", "text", "Avaya"),
    (249, "ms-classless-static-route", "routes", "Microsoft"),
    (252, "wpad", "text", "web browsers"),
)

OPTIONS: Mapping[int, Option] = {
    code: Option(code, name, kind, source if isinstance(source, str) else f"RFC {source}")
    for code, name, kind, source in _TABLE
}
"""By code, in ascending order."""

BY_NAME: Mapping[str, int] = {option.name: option.code for option in OPTIONS.values()}

SINGLE: frozenset[int] = frozenset(
    option.code for option in OPTIONS.values() if option.kind in WIDTHS
)
"""Options of one length only: two of them cannot be the parts of one long value (RFC 3396)."""


def option_name(code: int) -> str:
    """What an option is called; empty for one without a name."""
    option = OPTIONS.get(code)
    return "" if option is None else option.name
