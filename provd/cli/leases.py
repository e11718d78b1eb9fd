"""`provd leases`: who has which address, and who had it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click

from provd.cli._collection import add_reading, add_removing
from provd.cli._remote import Remote, print_table, remote, when


@click.group()
def leases() -> None:
    """Leases: who has which address, and who had it."""


def _state(lease: Mapping[str, Any]) -> str:
    state = str(lease.get("state", ""))
    return "over" if state == "bound" and not lease.get("live") else state


def _client(document: Mapping[str, Any]) -> str:
    """By what a client is known, in words."""
    key = document.get("key")
    return str(key).replace("=", " ", 1) if key else "-"


add_reading(
    leases,
    "leases",
    {
        "ADDRESS": "id",
        "STATE": _state,
        "CLIENT": _client,
        "HOSTNAME": "hostname",
        "DEVICE": "device",
        "SUBNET": "subnet",
        "UNTIL": lambda lease: when(lease.get("until")),
        "RESERVED": "reserved",
    },
)
add_removing(leases, "leases")


@leases.command()
@click.argument("addresses", nargs=-1, required=True, metavar="ADDRESS...")
@remote
def release(server: Remote, addresses: Sequence[str]) -> None:
    """Free addresses at once; their clients are not told, and are refused when they renew."""
    released = [server.api.leases.release(address) for address in addresses]
    server.show({"released": released}, lambda _told: None)


@leases.command()
@click.argument("address", required=False)
@click.option("--mac", default="", help="Of this client.")
@click.option("--device", default="", metavar="ID", help="Of this device.")
@click.option("--at", metavar="TIME", help="At a time: 2026-11-20T13:00, or seconds since 1970.")
@click.option("--last", type=click.IntRange(0), default=20, show_default=True, help="0: all.")
@remote
def history(
    server: Remote, address: str | None, mac: str, device: str, at: str | None, last: int
) -> None:
    """Tell who had ADDRESS and when, or where a client was; the latest first."""
    asked = {"address": address or "", "mac": mac, "device": device}
    where: dict[str, str | Sequence[str]] = {key: each for key, each in asked.items() if each}
    if not where:
        raise click.UsageError("name an address, --mac or --device")
    if at is not None:
        moment = _seconds(at)
        where |= {"began": f"Lte({moment})", "ended": ["0", f"Gte({moment})"]}
    found = server.api.tenures.list(where=where, sort="-began", limit=last)
    server.show(found, lambda listing: _print(listing["items"]))


def _seconds(text: str) -> int:
    """A time as seconds since the epoch; without a zone, it is that of whoever asks."""
    if text.isascii() and text.isdigit():
        return int(text)
    from datetime import datetime  # noqa: PLC0415 - `--help` does without

    try:
        return int(datetime.fromisoformat(text).timestamp())
    except (ValueError, OverflowError):
        raise click.BadParameter(f"{text!r} is no time", param_hint="--at") from None


def _print(items: list[Mapping[str, Any]]) -> None:
    if not items:
        click.echo("Nobody, as far as is known.", err=True)
        return
    print_table(
        items,
        {
            "ADDRESS": "address",
            "FROM": lambda tenure: when(tenure.get("began")),
            "UNTIL": lambda tenure: when(tenure["ended"]) if tenure.get("ended") else "now",
            "CLIENT": _client,
            "HOSTNAME": "hostname",
            "DEVICE": "device",
            "SUBNET": "subnet",
        },
    )
