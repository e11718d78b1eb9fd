"""`provd dhcp`: what packets would be answered, from text, from bytes, and from captures."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any, BinaryIO

import click

from provd.cli._capture import Captured, clients_in
from provd.cli._remote import Remote, print_table, remote, when
from provd.cli.explain import answer_text, print_decision
from provd.wire.dhcp import (
    Packet,
    format_address,
    format_packet,
    hardware_address,
    message_name,
)

MOST = 10_000
"""Packets of one capture."""


@click.group()
def dhcp() -> None:
    """See what DHCP packets would be answered; nothing is changed."""


@dhcp.command()
@click.argument("packet", type=click.File("r"), default="-")
@click.option(
    "--local", default="", metavar="A", help="The server's address on the client's network."
)
@click.option(
    "--port", type=click.Choice(["67", "4011"]), default="67", help="Where it is sent to."
)
@remote
def simulate(server: Remote, packet: Any, local: str, port: str) -> None:
    """Tell what the packet in the file PACKET would be answered: its text, or its bytes in hex.

    A relayed packet says itself which network it is from; for others name the server's address there.
    """
    description = {"protocol": "dhcp", "packet": packet.read(), "port": int(port)}
    if local:
        description["local"] = local
    server.show(server.api.what_if(description), _print_simulated)


@dhcp.command("import-pcap")
@click.argument("capture", type=click.File("rb"))
@click.option(
    "--local", default="", metavar="A", help="The server's address on the clients' network."
)
@click.option("--as-text", is_flag=True, help="Print the packets themselves, ask no server.")
@remote
def import_pcap(server: Remote, capture: BinaryIO, local: str, *, as_text: bool) -> None:
    """Tell what the clients in a capture (pcap, pcapng) would be answered, packet by packet."""
    captured = list(_some(capture))
    if not captured:
        click.echo("No client asks over DHCP in this capture.", err=True)
        sys.exit(1)
    if as_text:
        _print_packets(captured)
        return
    told = [_asked(server, each, local) for each in captured]
    server.show(told, _print_answers)


def _some(capture: BinaryIO) -> list[Captured]:
    found = []
    for each in clients_in(capture):
        found.append(each)
        if len(found) == MOST:
            click.echo(f"only the first {MOST} packets are looked at", err=True)
            break
    return found


def described(captured: Captured, local: str) -> dict[str, Any]:
    """The request, as a what-if takes it."""
    description = {
        "protocol": "dhcp",
        "packet": captured.payload.hex(),
        "port": captured.port,
        "arrived": captured.at,
    }
    return {**description, "local": local} if local else description


def _asked(server: Remote, captured: Captured, local: str) -> dict[str, Any]:
    decision = server.api.what_if(described(captured, local))
    return {
        "at": captured.at,
        "asked": summary(captured.packet),
        "mac": hardware_address(captured.packet),
        "device": (decision["device"] or {}).get("id"),
        "answer": decision["answer"],
        "steps": decision["steps"],
    }


def summary(packet: Packet) -> str:
    """A client's packet in a few words."""
    kind = message_name(packet).upper()
    relay = f" through {format_address(packet.giaddr)}" if packet.giaddr else ""
    return f"{kind}{relay}"


def _print_packets(captured: list[Captured]) -> None:
    for each in captured:
        click.echo(f"# {when(each.at)}, to port {each.port}")
        click.echo(format_packet(each.packet))


def _print_answers(told: list[dict[str, Any]]) -> None:
    print_table(
        told,
        {
            "AT": lambda each: when(each["at"]),
            "MAC": "mac",
            "ASKED": "asked",
            "DEVICE": lambda each: each["device"] or "-",
            "ANSWER": _answer,
        },
    )


def _answer(told: Mapping[str, Any]) -> str:
    if told["answer"]["kind"] == "reply":
        return str(told["steps"][-1]["text"]).removeprefix("answered with ")
    return answer_text(told["answer"])


def _print_simulated(told: Mapping[str, Any]) -> None:
    print_decision(told)
    packet = told["answer"].get("packet")
    if packet:
        click.echo()
        click.echo(packet, nl=False)
