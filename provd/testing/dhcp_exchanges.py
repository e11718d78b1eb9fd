"""Exchanges over DHCP as texts that people can read: what a site has, who asks what, what is answered.

    python -m provd.testing.dhcp_exchanges FILE…        writes the answers anew

A file has a title and parts, each below a line that begins with `==`: `== subnet` (`reservation`,
`boot-rule`), a document as JSON; `== asked`, a packet, with `at 4011` where it came in at another port
and `on 192.0.2.1/24` where an interface has another address; and after each of these what came of it,
`== answered` with a packet or `== silence` with the reason.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from provd.documents.dhcp import parse_boot_rule, parse_reservation, parse_subnet
from provd.testing.dhcp_site import US, Site, site
from provd.values import Reply, Silence
from provd.wire.dhcp import decode, encode, format_packet, parse_packet

LIMIT = 1472
_DOCUMENTS: Mapping[str, Callable[[Any], Any]] = {
    "subnet": parse_subnet,
    "reservation": parse_reservation,
    "boot-rule": parse_boot_rule,
}
_PART = re.compile(r"^== (.*)\n", re.MULTILINE)


def played(text: str) -> str:
    """The exchange with the answers that are given now: equal to `text` where these are those it has."""
    title, *parts = _PART.split(text)
    place = site()
    return title + "".join(_played(place, parts))


def _played(place: Site, parts: list[str]) -> Iterator[str]:
    """The parts, in order, the old answers left out and the new ones put in."""
    for head, body in zip(parts[::2], parts[1::2], strict=True):
        kind, *where = head.split()
        if kind in _DOCUMENTS:
            place.keep(_DOCUMENTS[kind](json.loads(body)))
        if kind in _DOCUMENTS or kind == "asked":
            yield f"== {head}\n{body}"
        if kind == "asked":
            yield _answered(place, body, dict(zip(where[::2], where[1::2], strict=True)))


def _answered(place: Site, text: str, where: Mapping[str, str]) -> str:
    on_link = where.get("on", f"{US}/24")
    port = int(where.get("at", 67))
    local = on_link.partition("/")[0]
    packet = parse_packet(text)
    answer = place.ask(packet, local_port=port, on_link=(on_link,), local=local)
    if isinstance(answer, Silence):
        return f"== silence\n{answer.reason}\n\n"
    assert isinstance(answer, Reply), answer
    return f"== answered\n{format_packet(decode(encode(answer.packet, limit=LIMIT)))}\n"


@click.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, exists=True, dir_okay=False))
def main(files: tuple[Path, ...]) -> None:
    """Write the answers in FILES anew."""
    for file in files:
        file.write_text(played(file.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
