"""What a client that boots over the network is told to load."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from provd.contracts import ICollection
from provd.documents.dhcp.boot_rule import HTTP_BASE_URL, BootRule
from provd.documents.dhcp.booting import (
    SHIPPED_BOOT_RULES,
    BootClient,
    deciding_rule,
    in_order,
)
from provd.wire.dhcp import (
    ClientKind,
    Packet,
    architecture,
    client_kind,
    ipxe_features,
    machine_uuid,
    user_classes,
    vendor_class,
)


class Boot(Struct, frozen=True):
    """The file, where it is, and who said so."""

    file: str = ""
    """Empty: nothing is to be loaded."""
    next_server: str = ""
    rule: BootRule | None = None
    source: str = ""
    """`reservation`, or the rule's id; empty when nobody said anything."""


NO_BOOT = Boot()


class BootRules:
    """The rules in their order, sorted anew only after one has changed."""

    def __init__(self, rules: ICollection) -> None:
        """`rules` are the site's own."""
        self._rules = rules
        self._position = -1
        self._ordered: tuple[BootRule, ...] = ()

    def ordered(self) -> tuple[BootRule, ...]:
        """A site's own and those that are shipped."""
        if self._rules.position != self._position:
            self._position = self._rules.position
            own: Iterable[Any] = self._rules
            self._ordered = in_order((*own, *SHIPPED_BOOT_RULES.values()))
        return self._ordered


def boots_over_the_network(packet: Packet) -> bool:
    """Whether the client is a boot ROM, firmware or iPXE: what a phone is given does not boot it."""
    return client_kind(packet) is not ClientKind.PLAIN


def described(packet: Packet, device: Any, subnet: str) -> BootClient:
    """What rules can know of a client."""
    kind = client_kind(packet)
    return BootClient(
        arch=architecture(packet),
        vendor_class=vendor_class(packet),
        user_classes=tuple(each.decode("latin-1") for each in user_classes(packet)),
        uuid=machine_uuid(packet),
        vendor=(device.vendor or "") if device is not None else "",
        model=(device.model or "") if device is not None else "",
        ipxe=kind is ClientKind.IPXE,
        features=ipxe_features(packet) if kind is ClientKind.IPXE else (),
        subnet=subnet,
    )


def boot_of(
    rules: tuple[BootRule, ...], client: BootClient, reservation: Any, base_url: str
) -> Boot:
    """What `client` loads: its reservation's file before any rule's."""
    if reservation is not None and reservation.boot_file is not None:
        file = reservation.boot_file.replace(HTTP_BASE_URL, base_url)
        return Boot(file, reservation.next_server, None, "reservation")
    rule = deciding_rule(rules, client)
    if rule is None:
        return NO_BOOT
    return Boot(rule.file.replace(HTTP_BASE_URL, base_url), rule.next_server, rule, rule.id)
