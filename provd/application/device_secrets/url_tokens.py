"""Making one-time URLs for devices."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar
from urllib.parse import quote

from msgspec import Struct

from provd.application.collection import Documents
from provd.application.device_secrets.texts import new_url_text
from provd.application.slices import Slices
from provd.application.writing import write
from provd.contracts import IDocumentStore, IDraft
from provd.documents import URL_TOKENS, Device, Kind, UrlToken, digest_of_secret
from provd.values import Invalid, NoSuchDocument, Problem, read_cause

COLLECTION = URL_TOKENS.name

MOST = 20
"""One-time URLs of one device that are good at once."""


class UrlWish(Struct, frozen=True, kw_only=True):
    """What a one-time URL is to be good for."""

    path: str = ""
    """The file that it leads to, relative to where the device's files are; empty: to that place."""
    seconds: float = 86400.0
    uses: int = 1


class UrlTokens(Documents[UrlToken]):
    """One-time URLs: they are made, used up, and withdrawn."""

    kind: ClassVar[Kind] = URL_TOKENS

    def __init__(
        self,
        store: IDocumentStore,
        slices: Slices,
        new_id: Callable[[], str],
        now: Callable[[], float],
        base_url: Callable[[], str],
    ) -> None:
        """`now` tells the time since the epoch, `base_url` under which URL devices reach the server."""
        super().__init__(store, slices)
        self._new_id = new_id
        self._now = now
        self._base_url = base_url

    def of(self, device_id: str) -> Sequence[UrlToken]:
        """Those of a device, good or not."""
        found: Sequence[UrlToken] = self._store.by(COLLECTION, "device", device_id)
        return found

    async def issue(self, device_id: str, wish: UrlWish, cause: str) -> dict[str, Any]:
        """One for a device; the `url` is told here and kept nowhere.

        @raise NoSuchDocument, Invalid: there is no such device, or it has too many already.
        """
        text, token_id = new_url_text(), self._new_id()
        caused = read_cause(cause)

        def propose(draft: IDraft) -> UrlToken:
            device: Device | None = draft.read("devices", device_id)
            if device is None:
                raise NoSuchDocument("devices", device_id)
            now = self._now()
            self._make_room(draft, device_id, now)
            made = UrlToken(
                id=token_id,
                tenant=device.tenant,
                device=device_id,
                digest=digest_of_secret(text),
                uses=wish.uses,
                issued=now,
                issued_by=caused.who if caused is not None else "",
                expiry=now + wish.seconds,
            )
            draft.put(COLLECTION, made)
            return made

        made = await write(self._store, cause, propose)
        url = f"{self._base_url().rstrip('/')}/{text}/{quote(wish.path.lstrip('/'))}"
        return {"id": made.id, "url": url, "expiry": made.expiry, "uses": made.uses}

    async def withdraw(self, device_id: str, cause: str) -> dict[str, Any]:
        """Have all of a device's refused from now on; how many were good still."""

        def propose(draft: IDraft) -> int:
            now = self._now()
            found: Sequence[UrlToken] = draft.by(COLLECTION, "device", device_id)
            for token in found:
                draft.delete(COLLECTION, token.id)
            return sum(token.good(now) for token in found)

        return {"withdrawn": await write(self._store, cause, propose)}

    @staticmethod
    def _make_room(draft: IDraft, device_id: str, now: float) -> None:
        """Forget those that are over. @raise Invalid: too many are not."""
        living = 0
        for token in draft.by(COLLECTION, "device", device_id):
            if token.good(now):
                living += 1
            else:
                draft.delete(COLLECTION, token.id)
        if living >= MOST:
            problem = Problem("", f"has {living} one-time URLs already", "withdraw them first")
            raise Invalid("device", (problem,))
