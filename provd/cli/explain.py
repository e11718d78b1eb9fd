"""`provd explain`: why a device got what it got."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from provd.cli._remote import Remote, print_table, readable, remote, when


@click.command()
@click.argument("inquiry_id", required=False)
@click.option("--device", "device_id", metavar="ID", help="The latest decisions of one device.")
@click.option("--last", type=click.IntRange(1, 1000), help="So many of the latest decisions.")
@remote
def explain(
    server: Remote, inquiry_id: str | None, device_id: str | None, last: int | None
) -> None:
    """Tell how a request was decided: one by its id, the latest of a device, or the latest of all.

    Ids are in every log line, and in the answers that `provd devices show` lists.
    """
    if inquiry_id and (device_id or last):
        raise click.UsageError("give an inquiry's id, or --device and --last, not both")
    if inquiry_id:
        server.show(server.api.decision(inquiry_id), print_decision)
        return
    told = server.api.decisions(device_id=device_id or "", limit=last or (10 if device_id else 1))
    server.show(told, _print_decisions)


def _print_decisions(told: Mapping[str, Any]) -> None:
    items = told["items"]
    if not items:
        click.echo("No decision is remembered.", err=True)
    elif len(items) == 1:
        print_decision(items[0])
    else:
        print_table(
            items,
            {
                "INQUIRY": "id",
                "AT": lambda each: when(each["at"]),
                "ASKED": lambda each: f"{each['protocol']} {each['path']}",
                "FROM": "peer",
                "DEVICE": lambda each: (each["device"] or {}).get("id", "-"),
                "PLUGIN": "plugin",
                "ANSWER": lambda each: answer_text(each["answer"]),
            },
        )


def print_decision(told: Mapping[str, Any]) -> None:
    """One decision, as a story."""
    click.echo(f"inquiry {told['id']} at {when(told['at'])}")
    sender = f" from {told['peer']}" if told["peer"] else ""
    click.echo(_clean(f"asked   {told['protocol']} {told['path']}{sender}"))
    for testimony in told["evidence"]:
        facts = ", ".join(f"{key} {each}" for key, each in testimony.items() if key != "witness")
        click.echo(_clean(f"witness {testimony['witness']}: {facts or 'nothing'}"))
    device = told["device"]
    click.echo(_clean(f"device  {device['id'] if device else 'unknown'}{_matched(told)}"))
    click.echo(f"plugin  {told['plugin'] or '-'}")
    if device and told.get("level"):
        click.echo(f"level   {told['level']}")
    if verdict := told.get("verdict"):
        click.echo(_clean(f"secrets {verdict['outcome']} by policy {verdict['policy']}"))
    click.echo(_clean(f"answer  {answer_text(told['answer'])}"))
    if told.get("outline"):
        click.echo("  only this outline is left: the server was restarted, or it is long ago")
    for step in told["steps"]:
        click.echo(_clean(f"  {step['step']:<8} {step['text']}"))


def answer_text(answer: Mapping[str, Any]) -> str:
    """An answer in a few words."""
    if answer.get("reason"):
        return f"{answer['kind']}: {answer['reason']}"
    size = answer.get("size", -1)
    return f"{answer['kind']}, {size} bytes" if size >= 0 else readable(answer["kind"])


def _matched(told: Mapping[str, Any]) -> str:
    key = told.get("matched_by")
    return f" (found by {key})" if key and key != "added" else " (new)" if key else ""


def _clean(text: str) -> str:
    """Without control characters: a device chose some of it, and a terminal would obey."""
    return "".join(each if each.isprintable() else "�" for each in text)
