"""DHCP without I/O: packets and BOOTP, the options by name and kind, answers, and what senders say."""

from provd.wire.dhcp.addresses import format_address, parse_address
from provd.wire.dhcp.clients import (
    Architecture,
    ClientKind,
    Firmware,
    architecture,
    client_kind,
    firmware,
    hardware_address,
    ipxe_features,
    limit_of,
    machine_uuid,
    message_name,
    requested_address,
    server_identifier,
    user_classes,
    vendor_class,
)
from provd.wire.dhcp.encapsulation import encapsulate, suboptions
from provd.wire.dhcp.faults import DoesNotFit, MalformedOption, MalformedText, Unencodable
from provd.wire.dhcp.options import BY_NAME, OPTIONS, Option, option_name
from provd.wire.dhcp.packets import (
    BROADCAST,
    GREATEST_PACKET,
    LEAST_LIMIT,
    REPLY,
    REQUEST,
    MessageType,
    Packet,
    decode,
    encode,
)
from provd.wire.dhcp.relays import NO_RELAY, RelayAgent, relay_agent
from provd.wire.dhcp.replies import encode_fitting, reply
from provd.wire.dhcp.servers import ClientFqdn
from provd.wire.dhcp.structures import ClientId, Route
from provd.wire.dhcp.text import format_packet, parse_packet
from provd.wire.dhcp.values import parse_option, read_option, show_option, write_option

__all__ = [
    "BROADCAST",
    "BY_NAME",
    "GREATEST_PACKET",
    "LEAST_LIMIT",
    "NO_RELAY",
    "OPTIONS",
    "REPLY",
    "REQUEST",
    "Architecture",
    "ClientFqdn",
    "ClientId",
    "ClientKind",
    "DoesNotFit",
    "Firmware",
    "MalformedOption",
    "MalformedText",
    "MessageType",
    "Option",
    "Packet",
    "RelayAgent",
    "Route",
    "Unencodable",
    "architecture",
    "client_kind",
    "decode",
    "encapsulate",
    "encode",
    "encode_fitting",
    "firmware",
    "format_address",
    "format_packet",
    "hardware_address",
    "ipxe_features",
    "limit_of",
    "machine_uuid",
    "message_name",
    "option_name",
    "parse_address",
    "parse_option",
    "parse_packet",
    "read_option",
    "relay_agent",
    "reply",
    "requested_address",
    "server_identifier",
    "show_option",
    "suboptions",
    "user_classes",
    "vendor_class",
    "write_option",
]
