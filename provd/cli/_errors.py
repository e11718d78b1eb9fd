"""How a command ends: exit codes, and one sentence with a next step on standard error."""

from __future__ import annotations

from enum import IntEnum

import click
from attrs import define

from provd.client.errors import ApiError, ServerFailed, ServerUnreachable, StrangeAnswer
from provd.client.pin import NotTrusted
from provd.values import Invalid, ProvdError

NEXT_STEPS = {
    "not-authenticated": "log in with `provd login`",
    "forbidden": "see `provd whoami`",
    "no-such-document": "list what there is with the `list` command",
    "already-there": "use `set` to change it",
    "precondition-failed": "show it again, and repeat the change with its revision",
    "revision-conflict": "try again",
    "invalid": "correct what is named above and try again",
    "restart-needed": "restart the server, or change them back",
    "store-unavailable": "see `provd doctor`",
    "not-ready": "see `provd doctor`",
    "plugin-failed": "see `provd plugins show ID`",
    "defect": "read the server's log, and report it",
}
"""What to do next, by the last part of a problem's type."""


class ExitCode(IntEnum):
    """How every command ends."""

    DONE = 0
    REFUSED = 1
    """The server refused, or a check failed."""
    USAGE = 2
    """The command line is wrong; click's own code."""
    UNREACHABLE = 3
    """Nobody answers, or something that is not provd."""
    FAILED = 4
    """The server failed at what it was rightly asked."""


@define
class OperationFailed(ProvdError):
    """Long work that a command waited for did not end well."""

    kind: str
    reason: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.reason}"


def exit_code_of(error: ProvdError) -> ExitCode:
    """The code for an error."""
    if isinstance(error, ServerUnreachable | StrangeAnswer | NotTrusted):
        return ExitCode.UNREACHABLE
    if isinstance(error, ServerFailed):
        return ExitCode.FAILED
    return ExitCode.REFUSED


def tell_error(error: ProvdError) -> None:
    """On standard error: what is wrong, each problem, and what to do next."""
    problems = error.problems if isinstance(error, ApiError | Invalid) else ()
    if isinstance(error, ApiError) and problems:
        sentence = error.title
    elif isinstance(error, Invalid):
        sentence = f"{error.subject}: not valid"
    else:
        sentence = str(error)
    click.echo(f"provd: {sentence}", err=True)
    for problem in problems:
        click.echo(f"  {problem}", err=True)
    step = NEXT_STEPS.get(error.kind, "") if isinstance(error, ApiError) else ""
    if step:
        click.echo(f"  next: {step}", err=True)
