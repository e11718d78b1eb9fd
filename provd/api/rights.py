"""`/api/v1/rights`: what single users may do with single devices."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from typing import Any, ClassVar

from msgspec.structs import replace

from provd.access import Principal
from provd.api._about import ABOUT_RIGHTS, About
from provd.api._asked import how
from provd.api._call import Call
from provd.api._collection import Collection, routes
from provd.api._documents import gone
from provd.api._reply import Reply
from provd.api._routes import Door, Noun, route
from provd.api._says import KEEPING, Says, rehearsed
from provd.application.changing import Proposal
from provd.application.endings import Endings
from provd.application.rights import Rights
from provd.values import NoSuchDocument

GRANTS = rehearsed(
    Says(answers="RightsGranted", status=201, reads="RightWish", refuses=("bulk-refused", *KEEPING))
)
REVOKES = Says(
    answers="RightsRevoked",
    reads="WhoseRights",
    refuses=("invalid", "bulk-refused", "no-such-document", *KEEPING),
)
REVOKES_ONE = Says(status=204, refuses=("no-such-document", *KEEPING))


class RightRoutes(Collection):
    """Rights on devices, granted and taken back one by one."""

    about: ClassVar[About] = ABOUT_RIGHTS
    app = routes(about)

    def __init__(self, door: Door, rights: Rights, endings: Endings) -> None:
        super().__init__(door, rights)
        self._rights = rights
        self._endings = endings

    def seen_by(self, principal: Principal) -> Noun:
        """Those on the devices of the caller's tenants, and no others."""
        seen = self.door.over(principal.tenants or frozenset())
        noun = copy(self)
        noun.door = replace(self.door, changes=seen.changes, auditing=seen.auditing)
        noun.documents = noun._rights = seen.rights
        return noun

    @route(app, "POST", "/", scope="rights", action="grant", says=GRANTS)
    async def grant(self, call: Call) -> Reply:
        """Give a user rights on devices: on all that are named, or on none."""
        asked = how(call)
        proposals = self._rights.granting(call.object(), call.principal)
        if asked.rehearse:
            return await self._rehearsed(call, proposals)
        before = await self.door.changes.make_all(proposals, call.cause, asked.once)
        replayed = {"idempotency-replayed": "true"} if before is not None else {}
        ids = [each["id"] for each in before or ()] or [each.document_id for each in proposals]
        return Reply(body={"granted": await self._there(ids)}, status=201, headers=replayed)

    @route(app, "POST", "/revoke", scope="rights", action="revoke", says=REVOKES)
    async def revoke(self, call: Call) -> Reply:
        """Take back those of a `user`, those on some `devices`, or the user's on those: all, or none.

        What a user runs where the last right has gone has ended when this is answered.
        """
        call.no_parameters()
        proposals = self._rights.revoking(call.object(), call.principal)
        if proposals:
            await self.door.changes.make_all(proposals, call.cause)
        ended = await self._endings.look(call.cause)
        return Reply(body={"revoked": len(proposals), "ended": list(ended)})

    @route(app, "DELETE", "/<document_id>", scope="rights", action="revoke", says=REVOKES_ONE)
    async def revoke_one(self, call: Call, document_id: str) -> Reply:
        """Take back one; what its user runs there has ended when this is answered, if it was the last."""
        call.no_parameters()
        proposal = self._rights.deleting(document_id, call.principal)
        await self.door.changes.make(proposal, call.cause)
        await self._endings.look(call.cause)
        return gone()

    async def _rehearsed(self, call: Call, proposals: Sequence[Proposal]) -> Reply:
        told = await self.door.changes.rehearse(proposals, call.cause)
        return Reply(body={"dryrun": True, "changes": told})

    async def _there(self, ids: Sequence[str]) -> list[dict[str, Any]]:
        """Those of these rights that are there: of what was granted before, some may be gone."""
        found = []
        for right_id in ids:
            try:
                found.append(await self._rights.get(right_id))
            except NoSuchDocument:
                continue
        return found
