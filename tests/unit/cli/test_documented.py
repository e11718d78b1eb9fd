"""The reference of the command line, held against the commands there are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click

from provd.cli import main
from provd.cli._errors import ExitCode
from provd.daemon.command import run

DOCS = Path(__file__).resolve().parents[3] / "docs"


def commands(group: click.Group, words: str) -> Iterator[str]:
    """Every command that does something, as it is typed."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None, name
        if isinstance(command, click.Group):
            yield from commands(command, f"{words} {name}")
        else:
            yield f"{words} {name}"


def test_every_command_is_documented() -> None:
    """The reference has a line for every command, and none for one that is not."""
    text = (DOCS / "reference" / "cli.rst").read_text(encoding="utf-8")
    found = {*commands(main, "provd"), f"provd {run.name}"}
    assert found == set(re.findall(r"^``(provd [^`]*)``$", text, re.MULTILINE))


def test_every_exit_code_is_documented() -> None:
    """Programs rely on them."""
    text = (DOCS / "reference" / "cli.rst").read_text(encoding="utf-8")
    assert {str(code.value) for code in ExitCode} == set(re.findall(r"^(\d)  ", text, re.MULTILINE))


def test_every_check_of_the_doctor_is_documented() -> None:
    """A finding's name leads to a paragraph."""
    text = (DOCS / "operate" / "doctor.rst").read_text(encoding="utf-8")
    room = Path(__file__).resolve().parents[3] / "provd" / "cli" / "doctor"
    named = {
        name
        for path in room.glob("*.py")
        for name in re.findall(
            r'^[A-Z]+ = "([a-z]+)"$', path.read_text(encoding="utf-8"), re.MULTILINE
        )
    }
    assert named == set(re.findall(r"^``([a-z]+)``$", text, re.MULTILINE))
