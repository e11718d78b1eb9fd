"""What a call may fail with: the server's problem details as typed errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from attrs import define

from provd.values import Problem, ProvdError


@define
class ServerUnreachable(ProvdError):
    """Nobody answers at that URL, or not in time."""

    url: str
    reason: str

    def __str__(self) -> str:
        return (
            f"no provd answers at {self.url} ({self.reason});"
            " start it with `provd run`, or name its URL with --url or PROVD_URL"
        )


@define
class StrangeAnswer(ProvdError):
    """Something answers there that does not speak provd's API."""

    url: str
    detail: str

    def __str__(self) -> str:
        return f"what answers at {self.url} is not provd's API: {self.detail}"


@define
class ApiError(ProvdError):
    """The server refused; `kind` is the last part of the problem's type."""

    status: int
    kind: str
    title: str
    detail: str
    problems: Sequence[Problem] = ()

    def __str__(self) -> str:
        return self.detail or self.title


@define
class BadRequest(ApiError):
    """What was sent is malformed or invalid: change it before trying again."""


@define
class NotFound(ApiError):
    """There is no such document, or nothing at all is served there."""


@define
class NotAllowed(ApiError):
    """Nothing proved who calls, or the caller has not got the right, or tries too often."""


@define
class Conflict(ApiError):
    """The change does not fit what the server holds by now."""


@define
class ServerFailed(ApiError):
    """The server could not do it, although the request was right."""


@define
class StreamEnded(ProvdError):
    """The server ended a stream of events; `position` is the last that was told of, empty for none."""

    code: int
    reason: str
    position: str = ""

    def __str__(self) -> str:
        on = f"; go on after {self.position}" if self.position else ""
        return f"the server told no more: {self.reason or 'it did not say why'} ({self.code}){on}"


_CLASSES: Mapping[int, type[ApiError]] = {
    401: NotAllowed,
    403: NotAllowed,
    404: NotFound,
    409: Conflict,
    412: Conflict,
    429: NotAllowed,
}


def from_problem(status: int, problem: Mapping[str, Any]) -> ApiError:
    """The error that problem details (RFC 9457) tell of."""
    default = ServerFailed if status >= 500 else BadRequest
    return _CLASSES.get(status, default)(
        status,
        str(problem.get("type", "")).rpartition(":")[2],
        str(problem.get("title", "")),
        str(problem.get("detail", "")),
        tuple(
            Problem(
                str(each.get("path", "")),
                str(each.get("message", "")),
                str(each.get("expected", "")),
            )
            for each in problem.get("problems", ())
            if isinstance(each, dict)
        ),
    )
