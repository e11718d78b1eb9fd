"""From a description of a request to the Inquiry that it would be: what a what-if is asked with.

::

    {"protocol": "http", "path": "/6730i.st", "ip": "192.0.2.7",
     "headers": {"User-Agent": "Aastra6730i MAC:00-08-5D-23-74-29 V:3.2.2.2044-SIP"}}

`options` are TFTP options by name, or DHCP options by number; a DHCP value is text, or
`{"hex": "0a0b"}`.  The path is as the device writes it: percent-encoded over HTTP.  A DHCP packet may be
written out whole instead, as text or as hex digits: `packet`.

`certificate` is what the device shows over HTTPS: what it would be judged to say, `{"mac": "…"}`, or a PEM
text that is to be judged, see `shown_in`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from provd.application.dhcp.described import packet_made, packet_written
from provd.documents.reading import Reading, json_type
from provd.values import Certified, Inquiry, MalformedPacket, Protocol, parse_ip, parse_mac
from provd.wire.dhcp import format_address, hardware_address, message_name
from provd.wire.http import parse_target
from provd.wire.proxy import LONGEST_CHAIN, certificates_in

LONGEST_TEXT = 4096
"""Characters of any one text in a description."""

MOST_ENTRIES = 256
"""Headers or options in a description."""

_PROTOCOLS = ", ".join(Protocol)


def describe(given: Mapping[str, Any], inquiry_id: str, now: float) -> Inquiry:
    """The inquiry that a JSON object describes; it arrives at `now` unless it says otherwise.

    @raise Invalid: with every problem there is.
    """
    read = Reading(given, "description of a request")
    protocol = _protocol(read)
    path, query = _path(read, protocol)
    if protocol is Protocol.DHCP:
        inquiry = _over_dhcp(read, inquiry_id, now)
        _finish(read, given)
        return inquiry
    inquiry = Inquiry(
        id=inquiry_id,
        protocol=protocol or Protocol.HTTP,
        path=path,
        query=query,
        peer=_address(read, "ip"),
        local=_address(read, "local"),
        interface=_text(read, "interface"),
        mac=_mac(read, "mac"),
        neighbour=_mac(read, "neighbour"),
        method=_method(read, protocol),
        headers=_headers(read, protocol),
        options=_tftp_options(read) if protocol is Protocol.TFTP else {},
        origin=_origin(read, protocol),
        certificate=_certificate(read, protocol),
        tenant=_text(read, "tenant"),
        arrived=_arrived(read, now),
    )
    if protocol is Protocol.HTTP and read.take("options") not in (None, {}):
        read.note("options", "means nothing over HTTP", "headers")
    for key in _OVER_DHCP:
        if read.take(key) is not None:
            read.note(key, "means something over DHCP only", "another protocol, or without it")
    _finish(read, given)
    return inquiry


def _over_dhcp(read: Reading, inquiry_id: str, now: float) -> Inquiry:
    """A packet that is written out says all there is to say; without one it is made of what is said."""
    packet = packet_written(read)
    local, ip, relay = (_address(read, key) for key in ("local", "ip", "relay"))
    mac, options = _mac(read, "mac"), _dhcp_options(read)
    if packet is None:
        packet = packet_made(mac, options, ip, relay)
    else:
        for key in ("mac", "options", "ip", "relay"):
            if read.take(key):
                read.note(key, "is said by the packet", "one or the other")
    _headers(read, Protocol.DHCP)
    _certificate(read, Protocol.DHCP)
    _origin(read, Protocol.DHCP)
    _method(read, Protocol.DHCP)
    return Inquiry(
        id=inquiry_id,
        protocol=Protocol.DHCP,
        path=message_name(packet),
        peer=format_address(packet.ciaddr) if packet.ciaddr else "",
        local=local,
        local_port=read.whole("port", 67, 1, 65535),
        interface=_text(read, "interface"),
        mac=hardware_address(packet),
        neighbour=_mac(read, "neighbour"),
        dhcp=packet.options,
        packet=packet,
        relay=format_address(packet.giaddr) if packet.giaddr else "",
        unicast=read.flag("unicast", default=False),
        on_link=(f"{local}/32",) if local and ":" not in local else (),
        tenant=_text(read, "tenant"),
        arrived=_arrived(read, now),
    )


def _finish(read: Reading, given: Mapping[str, Any]) -> None:
    for key in given:
        if key not in _KEYS:
            read.note(key[:80], "is not known here", ", ".join(sorted(_KEYS)))
    read.finish()


_OVER_DHCP = ("packet", "relay", "port", "unicast")
"""Means something over DHCP only."""

_KEYS = frozenset(
    {
        *_OVER_DHCP,
        "protocol",
        "path",
        "ip",
        "local",
        "interface",
        "mac",
        "neighbour",
        "method",
        "headers",
        "options",
        "tenant",
        "arrived",
        "certificate",
        "origin",
    }
)

_TEXTS_OF_CERTIFICATES = frozenset(Certified.__struct_fields__) - {"mac"}


def _text(read: Reading, key: str) -> str:
    text = read.text(key) or ""
    if len(text) > LONGEST_TEXT:
        read.note(key, "is too long", f"{LONGEST_TEXT} characters at most")
        return ""
    return text


def _protocol(read: Reading) -> Protocol | None:
    name = _text(read, "protocol")
    try:
        return Protocol(name.lower())
    except ValueError:
        read.note("protocol", f"is {name[:40]!r}" if name else "is missing", _PROTOCOLS)
        return None


def _path(read: Reading, protocol: Protocol | None) -> tuple[str, str]:
    text = _text(read, "path")
    if protocol is Protocol.DHCP:
        if text:
            read.note("path", "means nothing over DHCP", "no path")
        return "", ""
    if not text and protocol is not None:
        read.note("path", "is missing", "what the device asks for")
    if protocol is not Protocol.HTTP:
        return text, ""
    target = text if text.startswith("/") else "/" + text
    try:
        return parse_target(target.encode("utf-8", "surrogatepass"))
    except MalformedPacket as error:
        # Such a request is refused by the server towards devices, before anything is decided.
        read.note("path", f"would be refused: {error.detail}", "a path as devices write it")
        return "", ""


_ORIGIN = re.compile(r"https?://(?:[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\]):[0-9]{1,5}")


def _origin(read: Reading, protocol: Protocol | None) -> str:
    text = _text(read, "origin")
    if text and protocol is not Protocol.HTTP:
        read.note("origin", "means something over HTTP only", "no origin")
    elif text and not _ORIGIN.fullmatch(text):
        read.note("origin", f"{text[:64]!r} is no origin", "like https://192.0.2.1:8443")
        return ""
    return text


def shown_in(given: Mapping[str, Any]) -> tuple[bytes, ...]:
    """The certificates, DER, of a description that holds them as PEM; none of any other.

    @raise MalformedPacket: never of a description that `describe` took.
    """
    pem = given.get("certificate")
    return certificates_in(pem.encode("utf-8", "replace")) if isinstance(pem, str) and pem else ()


def _certificate(read: Reading, protocol: Protocol | None) -> Certified | None:
    given = read.take("certificate")
    if given in (None, ""):
        return None
    if protocol is not Protocol.HTTP:
        read.note("certificate", "is shown over HTTPS only", "http")
    elif isinstance(given, str):
        _check_pem(read, given)
    elif isinstance(given, Mapping):
        return read.inside("certificate", given, _judged)
    else:
        read.note("certificate", f"is {json_type(given)}", "an object, or PEM")
    return None


def _check_pem(read: Reading, pem: str) -> None:
    if len(pem) > LONGEST_CHAIN:
        read.note("certificate", "is too long", f"{LONGEST_CHAIN} characters at most")
        return
    try:
        shown_in({"certificate": pem})
    except MalformedPacket as error:
        read.note("certificate", error.detail, "PEM, the device's own first, or an object")


def _judged(said: Reading) -> Certified:
    """What it would be judged to say."""
    found = Certified(
        mac=_mac(said, "mac"), **{name: _text(said, name) for name in _TEXTS_OF_CERTIFICATES}
    )
    if not (found.mac or found.sn or found.refused):
        said.note("", "names no device", "mac or sn, or why it is refused")
    return found


def _address(read: Reading, key: str) -> str:
    text = _text(read, key)
    try:
        return parse_ip(text) if text else ""
    except ValueError:
        read.note(key, f"{text[:64]!r} is not an IP address", "an IPv4 or IPv6 address")
        return ""


def _mac(read: Reading, key: str) -> str:
    text = _text(read, key)
    try:
        return parse_mac(text) if text else ""
    except ValueError:
        read.note(key, f"{text[:64]!r} is not a MAC address", "like 00:00:5e:00:53:01")
        return ""


def _method(read: Reading, protocol: Protocol | None) -> str:
    method = _text(read, "method") or "GET"
    if method != "GET" and protocol is not Protocol.HTTP:
        read.note("method", "means something over HTTP only", "no method")
    method = method.upper()
    if method not in ("GET", "HEAD"):
        # Everything else is refused by the server towards devices, before anything is decided.
        read.note("method", f"is {method[:40]!r}", "GET or HEAD")
    return method


def _entries(read: Reading, key: str) -> Mapping[str, Any]:
    entries = read.mapping(key)
    if len(entries) > MOST_ENTRIES:
        read.note(key, f"has {len(entries)} entries", f"{MOST_ENTRIES} at most")
        return {}
    return entries


def _texts(read: Reading, key: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in _entries(read, key).items():
        if isinstance(value, str) and len(value) <= LONGEST_TEXT:
            found.setdefault(name.lower(), value)
        else:
            read.note(f"{key}.{name[:80]}", f"is {json_type(value)}", "a text, not too long")
    return found


def _headers(read: Reading, protocol: Protocol | None) -> dict[str, str]:
    headers = _texts(read, "headers")
    if headers and protocol is not Protocol.HTTP:
        read.note("headers", "means something over HTTP only", "options")
    return headers


def _tftp_options(read: Reading) -> dict[str, str]:
    return _texts(read, "options")


def _dhcp_options(read: Reading) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    for name, value in _entries(read, "options").items():
        path = f"options.{name[:80]}"
        content = _dhcp_value(value)
        if not (name.isascii() and name.isdigit() and len(name) <= 3 and 0 < int(name) < 255):
            read.note(path, "is not the number of a DHCP option", "1 to 254")
        elif content is None:
            read.note(
                path, f"is {json_type(value)}", 'a text, or {"hex": "0a0b"}, 255 bytes at most'
            )
        else:
            found[int(name)] = content
    return found


def _dhcp_value(value: Any) -> bytes | None:
    """The option's content, or None when there is no making sense of it."""
    content: bytes | None = None
    if isinstance(value, str):
        content = value.encode("utf-8")
    elif isinstance(value, dict) and set(value) == {"hex"} and isinstance(value["hex"], str):
        try:
            content = bytes.fromhex(value["hex"].replace(":", ""))
        except ValueError:
            return None
    return content if content is not None and len(content) <= 255 else None


def _arrived(read: Reading, now: float) -> float:
    arrived = read.take("arrived")
    if arrived is None:
        return now
    if isinstance(arrived, bool) or not isinstance(arrived, int | float):
        read.note("arrived", f"is {json_type(arrived)}", "seconds since the epoch")
        return now
    if not (math.isfinite(arrived) and 0 <= arrived < 1e11):
        read.note("arrived", "is out of any range", "seconds since the epoch")
        return now
    return float(arrived)
