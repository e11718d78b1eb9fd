"""`/api/v1/preferences`: what operators choose while the server runs."""

from __future__ import annotations

from typing import ClassVar

from provd.api._asked import how
from provd.api._call import PATCH_TYPES, Call
from provd.api._changes import answer
from provd.api._documents import one
from provd.api._reply import Reply
from provd.api._routes import Door, Noun, Routes, route
from provd.api._says import CHANGING, Says, rehearsed
from provd.application.changing import Proposal
from provd.application.preferences import ServerPreferences
from provd.documents.preferences import SERVER

SHOWS = Says(answers="Preferences")
REPLACES = rehearsed(
    Says(
        answers="Preferences",
        reads="PreferencesGiven",
        conditional=True,
        refuses=("already-there", "invalid", *CHANGING),
    )
)
PATCHES = rehearsed(
    Says(
        answers="Preferences",
        reads="Patch",
        types=PATCH_TYPES,
        conditional=True,
        refuses=("already-there", "invalid", "malformed-patch", "patch-failed", *CHANGING),
    )
)


class PreferenceRoutes(Noun):
    """Preferences: all that are named change together, or none does."""

    app = Routes()
    prefix: ClassVar[str] = "/api/v1/preferences"

    def __init__(self, door: Door, preferences: ServerPreferences) -> None:
        super().__init__(door)
        self._preferences = preferences

    @route(app, "GET", "/", scope="preferences", action="read", says=SHOWS)
    async def show(self, call: Call) -> Reply:
        """What holds, chosen by somebody or not."""
        call.no_parameters()
        return one(await self._preferences.get(SERVER))

    @route(app, "PUT", "/", scope="preferences", action="update", says=REPLACES)
    async def replace(self, call: Call) -> Reply:
        """Choose all of them; those that are not named are as if nobody had."""
        given, wanted = call.object(), call.precondition()
        return await self._changed(call, self._preferences.replacing(given, wanted))

    @route(app, "PATCH", "/", scope="preferences", action="update", says=PATCHES)
    async def patch(self, call: Call) -> Reply:
        """Merge (RFC 7396), or apply operations (RFC 6902); null is as if nobody had chosen it."""
        patch, wanted = call.patch(), call.precondition()
        return await self._changed(call, self._preferences.patching(patch, wanted))

    async def _changed(self, call: Call, proposal: Proposal) -> Reply:
        asked = how(call)
        reply = await answer(call, asked, self.door.changes, self._preferences, proposal)
        if not asked.rehearse:
            await self._preferences.take_up()
        return reply
