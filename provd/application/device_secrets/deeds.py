"""What can be done with a device's secrets, and with a tenant's keys."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from provd.application.deeds import Deed, Deeds, Given
from provd.application.device_secrets.credentials import OVERLAP, Credentials
from provd.application.device_secrets.keys import OVERLAP as KEY_OVERLAP
from provd.application.device_secrets.keys import Keys
from provd.application.device_secrets.url_tokens import UrlTokens, UrlWish
from provd.values import Action, Problem

ACTS, REVEALS = ("devices", "act"), ("devices", "reveal")
"""A one-time URL shows whoever has it the device's secrets: it takes the right to read them."""

LONGEST = 366 * 86400
MOST_USES = 100

_PATH = re.compile(r"[\x21-\x7e]{0,512}")


class DeviceDeeds:
    """What can be done with the credential and the one-time URLs of one device."""

    def __init__(self, credentials: Credentials, url_tokens: UrlTokens) -> None:
        self._credentials = credentials
        self._url_tokens = url_tokens

    def of(self, device_id: str) -> Iterator[tuple[str, Deed]]:
        """Every one that makes sense now, with its command."""
        credential = self._credentials.of(device_id)
        if credential is None:
            yield "issue-credential", self._issue(device_id)
        else:
            if self._credentials.rotates(credential):
                yield "retire-credential", self._retire(device_id)
            else:
                yield "rotate-credential", self._rotate(device_id)
            yield "revoke-credential", self._revoke(device_id)
        yield "one-time-url", self._url(device_id)
        if self._url_tokens.of(device_id):
            yield "withdraw-urls", self._withdraw(device_id)

    def _issue(self, device_id: str) -> Deed:
        about = "Give it a name and a password of its own; its files tell it."

        async def do(_given: Given, cause: str) -> Mapping[str, Any]:
            return await self._credentials.issue(device_id, cause)

        return Deed(action=Action(about=about), right=ACTS, do=do)

    def _rotate(self, device_id: str) -> Deed:
        about = "Give it another password; the present one is good until it was seen with that, or for overlap seconds."

        async def do(given: Given, cause: str) -> Mapping[str, Any]:
            overlap = given.get("overlap")
            seconds = OVERLAP if overlap is None else overlap
            return await self._credentials.rotate(device_id, seconds, cause)

        action = Action(about=about, optional=("overlap",))
        return Deed(action=action, right=ACTS, do=do, check=_overlap_problems)

    def _retire(self, device_id: str) -> Deed:
        about = "Refuse the password that it had before from now on."

        async def do(_given: Given, cause: str) -> Mapping[str, Any]:
            return await self._credentials.retire(device_id, cause)

        return Deed(action=Action(about=about), right=ACTS, do=do)

    def _revoke(self, device_id: str) -> Deed:
        about = "Take its name and its password back."

        async def do(_given: Given, cause: str) -> Mapping[str, Any]:
            return await self._credentials.revoke(device_id, cause)

        return Deed(action=Action(about=about), right=ACTS, do=do)

    def _url(self, device_id: str) -> Deed:
        about = "Make a URL that proves once that it is this device; it is told in the answer, and nowhere else."

        async def do(given: Given, cause: str) -> Mapping[str, Any]:
            said = {key: value for key, value in given.items() if value is not None}
            return await self._url_tokens.issue(device_id, UrlWish(**said), cause)

        action = Action(about=about, optional=("path", "seconds", "uses"))
        return Deed(action=action, right=REVEALS, do=do, check=_wish_problems)

    def _withdraw(self, device_id: str) -> Deed:
        about = "Refuse every one-time URL that was made for it."

        async def do(_given: Given, cause: str) -> Mapping[str, Any]:
            return await self._url_tokens.withdraw(device_id, cause)

        return Deed(action=Action(about=about), right=ACTS, do=do)


def deeds_of_keys(keys: Keys) -> Deeds:
    """What can be done with a provisioning key, of those that are there for the caller."""

    async def of(key_id: str) -> Mapping[str, Deed]:
        await keys.get(key_id)

        async def rotate(given: Given, cause: str) -> Mapping[str, Any]:
            overlap = given.get("overlap")
            return await keys.rotate(key_id, KEY_OVERLAP if overlap is None else overlap, cause)

        about = (
            "Make another one for its tenant's devices; this one is good for overlap seconds more."
        )
        deed = Deed(
            action=Action(about=about, optional=("overlap",)),
            right=("keys", "act"),
            do=rotate,
            check=_overlap_problems,
        )
        return {"rotate": deed}

    return of


def _overlap_problems(given: Given) -> Iterator[Problem]:
    yield from _seconds("overlap", given, 0)


def _wish_problems(given: Given) -> Iterator[Problem]:
    yield from _seconds("seconds", given, 60)
    uses = given.get("uses")
    if uses is not None and (type(uses) is not int or not 1 <= uses <= MOST_USES):
        yield Problem("uses", "is no such number", f"1 to {MOST_USES}")
    path = given.get("path")
    if path is not None and not (isinstance(path, str) and _PATH.fullmatch(path)):
        yield Problem("path", "is no path", "like 001565aabbcc.cfg")


def _seconds(name: str, given: Given, least: int) -> Iterator[Problem]:
    seconds = given.get(name)
    if seconds is None:
        return
    is_number = isinstance(seconds, int | float) and not isinstance(seconds, bool)
    if not (is_number and math.isfinite(seconds) and least <= seconds <= LONGEST):
        yield Problem(name, "is no such number of seconds", f"{least} to {LONGEST}")
