"""Reservation: an address that is one client's."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Address
from typing import Any, ClassVar

from provd.documents.base import Document, Kind
from provd.documents.dhcp.addressing import dotted
from provd.documents.dhcp.options import (
    COMPUTED,
    DECIDED,
    OptionValue,
    read_options,
)
from provd.documents.dhcp.strategy import check_strategy, client_key, normal_token
from provd.documents.dhcp.subnet import SHORTEST
from provd.documents.header import read_header
from provd.documents.ids import check_id
from provd.documents.reading import Reading
from provd.values import INFINITE, Invalid

LONGEST_FILE = 1024
"""Characters of a boot file's name or URL at most."""


class Reservation(Document, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """One address for one client, in one subnet or wherever it appears."""

    shown_empty: ClassVar[frozenset[str]] = frozenset({"options", "boot_file"})

    address: str
    """Dotted; no two reservations share one."""
    strategy: str
    """By what the client is known; never changes."""
    token: str
    """What it is by that, in normal spelling; never changes."""
    key: str
    """`<strategy>=<token>`, see `client_key`: computed."""
    subnet: str = ""
    """The subnet in which it holds; empty: everywhere. Never changes."""
    options: tuple[OptionValue, ...] = ()
    """What the client is sent before anything that others say."""
    next_server: str = ""
    """Where its boot file is; empty: where the rule, or the subnet, says."""
    boot_file: str | None = None
    """Instead of what boot rules say; empty text: the client is never netbooted."""
    duration: int | None = None
    """Seconds that a lease of it lives, instead of the subnet's."""
    description: str | None = None
    """For people."""


def parse_reservation(
    given: Mapping[str, Any],
    *,
    document_id: str = "",
    subject: str = "reservation",
) -> Reservation:
    """The reservation that a JSON object describes; `document_id` as for `parse_device`.

    What it has to do with subnets and other reservations is not known here.

    @raise Invalid: with every problem there is, and its path.
    """
    read = Reading(given, subject)
    read.drop("key")
    header = read_header(read, document_id)
    strategy, token = _client(read)
    subnet = _subnet(read)
    refused = {**DECIDED, **COMPUTED} if subnet else DECIDED
    reservation = Reservation(
        **header,
        address=_address(read),
        strategy=strategy,
        token=token,
        key=client_key(strategy, token),
        subnet=subnet,
        options=read_options(read, refused=refused),
        next_server=dotted(read, "next_server"),
        boot_file=file_name(read, "boot_file"),
        duration=read.whole("duration", None, SHORTEST, INFINITE),
        description=read.filled("description"),
        extra=read.rest(),
    )
    read.finish()
    return reservation


RESERVATIONS = Kind(
    name="reservations",
    type=Reservation,
    unique=("address",),
    indexes=("key", "subnet"),
    secret=True,
    parse=parse_reservation,
    refers={"subnet": "subnets"},
)


def file_name(read: Reading, key: str) -> str | None:
    """The path or URL of a boot file; an empty text is one that says something, too."""
    name = read.text(key)
    if name is not None and (len(name) > LONGEST_FILE or not name.isprintable()):
        read.note(key, "is no file's name", f"{LONGEST_FILE} printable characters at most")
    return name


def _address(read: Reading) -> str:
    address = dotted(read, "address")
    if not address:
        if not read.text("address"):
            read.note("address", "is missing", "like 192.0.2.10")
        return ""
    parsed = IPv4Address(address)
    if parsed.is_multicast or parsed.is_loopback or parsed.packed[0] in {0, *range(240, 256)}:
        read.note("address", f"{address} is no host's address", "a unicast address")
    return address


def _client(read: Reading) -> tuple[str, str]:
    """By what the client is known, and what it is by that."""
    strategy, token = read.filled("strategy") or "mac", read.filled("token")
    try:
        check_strategy(strategy)
    except ValueError as error:
        read.note("strategy", f"is {strategy[:40]!r}", str(error))
        return "", ""
    if token is None:
        read.note("token", "is missing", f"what the client's {strategy} is")
        return strategy, ""
    try:
        return strategy, normal_token(strategy, token)
    except ValueError as error:
        read.note("token", f"{token[:80]!r} is no {strategy}", str(error))
        return strategy, ""


def _subnet(read: Reading) -> str:
    name = read.text("subnet") or ""
    try:
        return check_id(name) if name else ""
    except Invalid:
        read.note("subnet", f"{name[:80]!r} is no subnet's name", "a subnet, or nothing")
        return ""
