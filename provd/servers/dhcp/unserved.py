"""Interfaces that an operator named and that cannot be served as they are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from provd.values import Link

__all__ = ["unserved"]


def unserved(wanted: Iterable[str], links: Iterable[Link]) -> Iterator[str]:
    """A sentence for each of `interfaces` of [dhcp] whose clients are not answered now."""
    known = {link.name: link for link in links}
    for name in wanted:
        if name == "*":
            continue
        link = known.get(name)
        if link is None:
            yield (
                f"this host has no interface {name}, which `interfaces` of [dhcp] names: its clients"
                " are served once it is there; `ip link` lists those it has"
            )
        elif not any(":" not in address for address in link.addresses):
            yield (
                f"interface {name} of [dhcp] has no IPv4 address: only what relays send there is"
                f" answered; give it one with `ip address add ADDRESS/LENGTH dev {name}`"
            )
