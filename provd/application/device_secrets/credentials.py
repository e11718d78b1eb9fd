"""Giving devices names and passwords, and others in their place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from msgspec.structs import replace

from provd.application.collection import Documents
from provd.application.device_secrets.texts import new_password, new_username
from provd.application.slices import Slices
from provd.application.writing import write
from provd.contracts import IDocumentStore, IDraft
from provd.documents import CREDENTIALS, Device, DeviceCredential, Kind
from provd.values import Invalid, NoSuchDocument, Problem

COLLECTION = CREDENTIALS.name

OVERLAP = 7 * 86400
"""Seconds for which the password before is good as well, unless somebody says otherwise."""


class Credentials(Documents[DeviceCredential]):
    """The credentials of devices. Nobody chooses one; they are made here, each for one device."""

    kind: ClassVar[Kind] = CREDENTIALS

    def __init__(self, store: IDocumentStore, slices: Slices, now: Callable[[], float]) -> None:
        """`now` tells the time since the epoch."""
        super().__init__(store, slices)
        self._now = now

    def of(self, device_id: str) -> DeviceCredential | None:
        """The credential of a device, if it has one."""
        found: DeviceCredential | None = self._store.get(COLLECTION, device_id)
        return found

    def rotates(self, credential: DeviceCredential) -> bool:
        """Whether one password is replacing another at present."""
        return credential.previous(self._now()) is not None

    async def issue(self, device_id: str, cause: str) -> dict[str, Any]:
        """Give a device its first one. @raise NoSuchDocument, Invalid: it is not there, or has one."""
        username, password = new_username(), new_password()

        def propose(draft: IDraft) -> DeviceCredential:
            device: Device | None = draft.read("devices", device_id)
            if device is None:
                raise NoSuchDocument("devices", device_id)
            if draft.read(COLLECTION, device_id) is not None:
                raise _refused("has a credential already", "rotate it, or revoke it first")
            made = DeviceCredential(
                id=device_id,
                tenant=device.tenant,
                username=username,
                password=password,
                since=self._now(),
            )
            draft.put(COLLECTION, made)
            return made

        return _told(await write(self._store, cause, propose))

    async def rotate(self, device_id: str, overlap: float, cause: str) -> dict[str, Any]:
        """Give a device another password; the present one is good for `overlap` seconds more, or until the
        device was seen with the new one.

        A device that has fetched a new password and not used it yet would be locked out by one more, so
        there is no second rotation during the first.

        @raise NoSuchDocument, Invalid: it has no credential, or one that is being rotated.
        """
        password = new_password()

        def propose(draft: IDraft) -> DeviceCredential:
            present = _present(draft, device_id)
            if self.rotates(present):
                raise _refused("is being rotated already", "retire the password before first")
            now = self._now()
            made = replace(
                present,
                password=password,
                since=now,
                confirmed=0.0,
                previous_password=present.password,
                previous_until=now + overlap,
            )
            draft.put(COLLECTION, made)
            return made

        return _told(await write(self._store, cause, propose))

    async def retire(self, device_id: str, cause: str) -> dict[str, Any]:
        """End a rotation: only the present password is good from now on. Idempotent.

        @raise NoSuchDocument: it has no credential.
        """

        def propose(draft: IDraft) -> DeviceCredential:
            present = _present(draft, device_id)
            made = replace(present, previous_password=None, previous_until=0.0)
            draft.put(COLLECTION, made)
            return made

        return _told(await write(self._store, cause, propose))

    async def revoke(self, device_id: str, cause: str) -> dict[str, Any]:
        """Take it back: neither password is good from now on. @raise NoSuchDocument: it has none."""

        def propose(draft: IDraft) -> None:
            _present(draft, device_id)
            draft.delete(COLLECTION, device_id)

        await write(self._store, cause, propose)
        return {}


def _present(draft: IDraft, device_id: str) -> DeviceCredential:
    found: DeviceCredential | None = draft.read(COLLECTION, device_id)
    if found is None:
        raise NoSuchDocument(COLLECTION, device_id)
    return found


def _told(credential: DeviceCredential) -> dict[str, Any]:
    """What may be told of it: nobody has to know the password but the device."""
    told: dict[str, Any] = {"username": credential.username, "since": credential.since}
    if credential.previous_password is not None:
        told["previous_until"] = credential.previous_until
    return told


def _refused(why: str, expected: str) -> Invalid:
    return Invalid("credential", (Problem("", why, expected),))
