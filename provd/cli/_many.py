"""The commands that change many documents of a collection at once: `apply` and `bulk`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import click

from provd.cli._errors import ExitCode
from provd.cli._files import read_objects
from provd.cli._remote import Remote, print_changes, rehearsable, remote

PART = 512 << 10
"""Bytes of operations in one call, where each is made for itself."""

ASKED = 200
"""Ids that are asked for in one call."""

Operation = Mapping[str, Any]


def add_many(group: click.Group, name: str) -> None:
    """Add both to a group; `name` is the collection in the client."""

    @group.command(
        "apply",
        help=f"Have {name} be as in a FILE (JSON or YAML, one or many; - is standard input):"
        " those that are there are changed in what it says of them, the others are added.",
    )
    @click.argument("file", metavar="FILE")
    @click.option("--replace", is_flag=True, help="Take away what the file does not say of them.")
    @_together
    def apply(server: Remote, file: str, *, replace: bool, **how: Any) -> None:
        documents = read_objects(file)
        there = set(_there(server, name, documents))
        operations = [_applied(each, there, replace=replace) for each in documents]
        _make(server, name, operations, **how)

    @group.command(
        "bulk",
        help='Make the operations in a FILE (JSON or YAML, one or many): {"op": "create",'
        ' "document": …}, {"op": "replace", "id": …, "document": …}, {"op": "patch", "id": …,'
        ' "patch": …}, {"op": "delete", "id": …}; - is standard input.',
    )
    @click.argument("file", metavar="FILE")
    @_together
    def bulk(server: Remote, file: str, **how: Any) -> None:
        _make(server, name, read_objects(file), **how)


def _together(command: Any) -> Any:
    """The options of both."""
    each = click.option(
        "--each", is_flag=True, help="Make each for itself; otherwise all are made, or none is."
    )
    once = click.option(
        "--once", default="", metavar="KEY", help="Sent again with the same key, it is made once."
    )
    return each(once(rehearsable(remote(command))))


def _there(server: Remote, name: str, documents: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """The ids of those documents that are there."""
    ids = [str(each["id"]) for each in documents if each.get("id") is not None]
    for at in range(0, len(ids), ASKED):
        selector = json.dumps({"id": {"$in": ids[at : at + ASKED]}})
        found = getattr(server.api, name).list(where={"q": selector}, fields=("id",))
        yield from (each["id"] for each in found["items"])


def _applied(document: Mapping[str, Any], there: set[str], *, replace: bool) -> Operation:
    """What makes of what there is what a file says; a document that it names twice is changed twice."""
    document_id = document.get("id")
    if document_id not in there:
        there.add(str(document_id))
        return {"op": "create", "document": document}
    if replace:
        return {"op": "replace", "id": document_id, "document": document}
    return {"op": "patch", "id": document_id, "patch": document}


def _make(
    server: Remote,
    name: str,
    operations: Sequence[Operation],
    *,
    each: bool,
    once: str,
    dryrun: bool,
) -> None:
    parts = [*_parts(operations)] if each else [operations]
    told: list[dict[str, Any]] = []
    for at, part in enumerate(parts):
        key = f"{once}.{at}" if once and len(parts) > 1 else once
        collection = getattr(server.api, name)
        told.append(collection.bulk(part, atomic=not each, dryrun=dryrun, key=key))
    whole = _whole(told)
    server.show(whole, _print)
    if whole.get("refused"):
        raise SystemExit(ExitCode.REFUSED)


def _parts(operations: Sequence[Operation]) -> Iterator[list[Operation]]:
    """As many at once as the server reads."""
    part: list[Operation] = []
    size = 0
    for operation in operations:
        length = len(json.dumps(operation).encode())
        if part and size + length > PART:
            yield part
            part, size = [], 0
        part.append(operation)
        size += length
    if part:
        yield part


def _whole(told: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What came of all the parts, as of one."""
    if len(told) == 1:
        return told[0]
    whole: dict[str, Any] = {"atomic": False, "made": 0, "refused": 0, "results": []}
    for part in told:
        whole = {**whole, **{key: whole[key] + part[key] for key in ("made", "refused", "results")}}
        whole |= {"dryrun": True} if part.get("dryrun") else {}
    return whole


def _print(told: Mapping[str, Any]) -> None:
    if "results" not in told:
        print_changes(told)
        return
    for at, result in enumerate(told["results"]):
        if "changes" in result:
            print_changes(result)
        if "problem" in result:
            _print_refused(at, result)
    would = "would be " if told.get("dryrun") else ""
    click.echo(f"{told['made']} {would}made, {told['refused']} {would}refused")


def _print_refused(at: int, result: Mapping[str, Any]) -> None:
    problem = result["problem"]
    what = " ".join(str(result[key]) for key in ("op", "id") if result.get(key))
    click.echo(f"operation {at}{f' ({what})' if what else ''}: {problem['detail']}", err=True)
    for each in problem["problems"]:
        click.echo(f"  {each['path']}: {each['message']}", err=True)
