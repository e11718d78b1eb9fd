"""The routes of what can be done with a document, or with the server: a list, one of them, and doing it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from msgspec.structs import replace

from provd.access import Forbidden
from provd.api._call import Call
from provd.api._reply import Reply, Rows
from provd.api._routes import Routes, route
from provd.api._says import KEEPING, Parameter, Says, shows
from provd.application.deeds import Deed
from provd.values import NoSuchDocument

LISTS = Says(answers="Action", listed=True, refuses=("no-such-document",))
ACTS = Says(
    answers="Acted",
    reads="Parameters",
    refuses=(
        "no-such-document",
        "invalid",
        "not-cancellable",
        "operation-cancelled",
        "plugin-failed",
        "restart-needed",
        "under-way",
        *KEEPING,
    ),
)

SHOWS = shows("Action")

PLUGIN = Parameter("plugin", "only what this plugin does")

Where = Mapping[str, str]
"""The variables of a path, without the command."""


class Acts(Protocol):
    """A noun with something to do."""

    async def deeds(self, call: Call, where: Where) -> Sequence[tuple[str, Deed]]:
        """What can be done there now, by name; the first of a name is the one that is done.

        @raise NoSuchDocument: there is no such document.
        """


def action_routes(
    app: Routes, scope: str, at: str = "", parameters: tuple[Parameter, ...] = ()
) -> None:
    """Give a noun `…/actions`, below the path `at`; `parameters` are those of its `deeds`."""

    async def actions(noun: Acts, call: Call, **where: str) -> Rows:
        """What can be done now, and what it takes."""
        found = [deed.told(command) for command, deed in await noun.deeds(call, where)]
        return Rows(total=len(found), items=found)

    async def action(noun: Acts, call: Call, command: str, **where: str) -> Reply:
        """One of them."""
        return Reply(body=(await _one(noun, call, command, where)).told(command))

    async def act(noun: Acts, call: Call, command: str, **where: str) -> Reply:
        """Do it; the body has its parameters."""
        deed = await _one(noun, call, command, where)
        _require(call, deed, next(iter(where.values()), ""))
        return Reply(body=await deed.done(command, call.object(), call.cause))

    one = f"{at}/actions/<command>"
    route(
        app,
        "GET",
        f"{at}/actions",
        scope=scope,
        action="actions",
        says=replace(LISTS, parameters=parameters),
    )(actions)
    route(
        app, "GET", one, scope=scope, action="actions", says=replace(SHOWS, parameters=parameters)
    )(action)
    route(app, "POST", one, scope=scope, action="act", says=replace(ACTS, parameters=parameters))(
        act
    )


async def _one(noun: Acts, call: Call, command: str, where: Where) -> Deed:
    for name, deed in await noun.deeds(call, where):
        if name == command:
            return deed
    raise NoSuchDocument("actions", command)


def _require(call: Call, deed: Deed, document_id: str) -> None:
    """What can be done by a route of its own takes the same right here. @raise Forbidden: it is missing."""
    principal = call.principal
    permitted = principal.permits(deed.right, document_id)
    if not permitted or (not document_id and principal.only(deed.right) is not None):
        raise Forbidden(principal.user, *deed.right)
