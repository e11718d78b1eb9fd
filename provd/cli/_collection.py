"""The commands that every collection of documents has: list, show, add, set, remove, apply, bulk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from provd.cli._assignments import gather, read_assignments, read_filters
from provd.cli._files import read_operations
from provd.cli._many import add_many
from provd.cli._remote import Cell, Remote, print_object, print_table, rehearsable, remote

if TYPE_CHECKING:
    from provd.client.api import Collection

PAGE = 100
"""Rows of a list that a person is shown unless asked for more."""


def add_commands(group: click.Group, name: str, columns: Mapping[str, Cell | str]) -> None:
    """Add all of them to a group; `name` is the collection in the client."""
    add_reading(group, name, columns)
    _add_writing(group, name)
    add_removing(group, name)
    add_many(group, name)


def _in(server: Remote, name: str) -> Collection:
    found: Collection = getattr(server.api, name)
    return found


def _spoken(name: str) -> str:
    """A collection's name as people say it."""
    return name.replace("_", " ")


def add_reading(group: click.Group, name: str, columns: Mapping[str, Cell | str]) -> None:
    """Add those that change nothing: list and show."""
    many = _spoken(name)

    @group.command("list", help=f"List {many}; FILTERs like mac=00:00:5e:00:53:01 narrow it.")
    @click.argument("filters", nargs=-1, metavar="[FILTER]...")
    @click.option(
        "--filter",
        "more",
        multiple=True,
        metavar="FILTER",
        help="Another: version='Gte(3.2)', options.x=1, resolved.ntp_ip=192.0.2.1.",
    )
    @click.option("-q", "selector", metavar="JSON", help="A selector, for what filters cannot say.")
    @click.option("--sort", default="", metavar="[-]KEY", help="Order; a - in front: descending.")
    @click.option("--skip", type=click.IntRange(0), default=0, help="Leave out the first ones.")
    @click.option(
        "--limit", type=click.IntRange(0), default=PAGE, show_default=True, help="0: all of them."
    )
    @click.option("--fields", default="", metavar="KEY,…", help="Only these keys (with --json).")
    @remote
    def list_them(
        server: Remote,
        filters: Sequence[str],
        more: Sequence[str],
        selector: str | None,
        fields: str,
        **window: Any,
    ) -> None:
        where = read_filters((*filters, *more))
        if selector:
            where["q"] = [selector]
        chosen = [field for field in fields.split(",") if field and server.as_json]
        found = _in(server, name).list(where=where, fields=chosen, **window)
        server.show(found, lambda listing: _print_listing(listing, columns, many))

    @group.command("show", help=f"Show one of the {many}.")
    @click.argument("document_id", metavar="ID")
    @remote
    def show(server: Remote, document_id: str) -> None:
        server.show(_in(server, name).get(document_id).body, print_object)


def _add_writing(group: click.Group, name: str) -> None:
    one = _spoken(name).removesuffix("s")

    @group.command("add", help=f"Add a {one}: KEY=TEXT, KEY:=JSON, or --from a file.")
    @click.argument("assignments", nargs=-1, metavar="[KEY=VALUE]...")
    @click.option(
        "--from", "file", metavar="FILE", help="An object in JSON or YAML; - is standard input."
    )
    @rehearsable
    @remote
    def add(server: Remote, assignments: Sequence[str], file: str | None, *, dryrun: bool) -> None:
        made = _in(server, name).create(gather(file, assignments), dryrun=dryrun)
        server.show_changed(made.body, print_object)

    @group.command("set", help=f"Change a {one}: KEY=TEXT, KEY:=JSON; KEY:=null removes a key.")
    @click.argument("document_id", metavar="ID")
    @click.argument("assignments", nargs=-1, metavar="[KEY=VALUE]...")
    @click.option("--patch", "file", metavar="FILE", help="A JSON patch; - is standard input.")
    @click.option("--revision", type=int, default=0, help="Only if it is still at this revision.")
    @rehearsable
    @remote
    def change(
        server: Remote,
        document_id: str,
        assignments: Sequence[str],
        file: str | None,
        **how: Any,
    ) -> None:
        if bool(assignments) == bool(file):
            raise click.UsageError("name either what is to be changed or a patch")
        if file:
            changed = _in(server, name).patch(document_id, read_operations(file), **how)
        else:
            changed = _in(server, name).change(document_id, read_assignments(assignments), **how)
        server.show_changed(changed.body, print_object)


def add_removing(group: click.Group, name: str) -> None:
    """Add the one that removes."""

    @group.command("remove", help=f"Remove {_spoken(name)}.")
    @click.argument("document_ids", nargs=-1, required=True, metavar="ID...")
    @rehearsable
    @remote
    def remove(server: Remote, document_ids: Sequence[str], *, dryrun: bool) -> None:
        told = [_in(server, name).delete(each, dryrun=dryrun).body for each in document_ids]
        if dryrun:
            changes = [change for each in told for change in each["changes"]]
            server.show_changed({"dryrun": True, "changes": changes}, print_object)
        else:
            server.show({"removed": list(document_ids)}, lambda _removed: None)


def _print_listing(
    listing: Mapping[str, Any], columns: Mapping[str, Cell | str], name: str
) -> None:
    items = listing["items"]
    if items:
        print_table(items, columns)
    left = listing["total"] - len(items)
    if not listing["total"]:
        click.echo(f"There are no such {name}.", err=True)
    elif left:
        click.echo(f"{len(items)} of {listing['total']} {name}; --limit 0 shows all.", err=True)
