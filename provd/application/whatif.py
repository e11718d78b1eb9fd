"""What a described request would be answered, told the way `explain` tells what was."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from msgspec.structs import replace
from twisted.internet.defer import Deferred

from provd.application.describe import describe, shown_in
from provd.application.explain import tell
from provd.application.slices import Slices
from provd.contracts import IJudgeCertificates
from provd.values import Certified, Decision, FileContent, Inquiry

PIECE = 256 << 10
"""Bytes of a file that are read and hashed at once."""


class AsksWhatIf(Protocol):
    """What is wanted of `Inquiries`."""

    def inquiry_id(self) -> str:
        """A fresh id."""

    def what_if(self, inquiry: Inquiry) -> Deferred[Decision]:
        """How an inquiry would be decided; nothing of it is kept."""


def _unknown(_peer: str) -> str:
    return ""


class WhatIf:
    """Answers descriptions of requests.

    `local_of` gives the address of ours that a device at an address would reach; it stands in where
    the description names none.
    """

    def __init__(
        self,
        inquiries: AsksWhatIf,
        slices: Slices,
        now: Callable[[], float],
        local_of: Callable[[str], str] = _unknown,
    ) -> None:
        self._inquiries = inquiries
        self._slices = slices
        self._now = now
        self._local_of = local_of
        self._judge: IJudgeCertificates | None = None

    def judged_by(self, judge: IJudgeCertificates) -> None:
        """Have certificates judged that are given whole; before, they are worth nothing."""
        self._judge = judge

    async def tell(self, description: Mapping[str, Any]) -> dict[str, Any]:
        """Evidence, device, plugin, answer and steps. @raise Invalid: it describes no request."""
        inquiry = describe(description, self._inquiries.inquiry_id(), self._now())
        if not inquiry.local:
            inquiry = replace(inquiry, local=self._local_of(inquiry.peer))
        if chain := shown_in(description):
            inquiry = replace(inquiry, certificate=await self._judged(chain))
        decision = await self._inquiries.what_if(inquiry)
        told = tell(decision)
        if isinstance(decision.answer, FileContent):
            told["answer"]["sha256"] = await self._digest(decision.answer.path)
        return told

    async def _judged(self, chain: Sequence[bytes]) -> Certified:
        """As the server towards devices has it judged, now."""
        if self._judge is None:
            return Certified(refused="nobody judges certificates here")
        return await self._judge.judge(chain)

    async def _digest(self, path: str) -> str | None:
        """A file's SHA-256, read in slices; None when it has just gone."""
        digest = hashlib.sha256()
        try:
            async for piece in self._slices.over(_pieces(path)):
                digest.update(piece)
        except OSError:
            return None
        return digest.hexdigest()


def _pieces(path: str) -> Iterator[bytes]:
    with Path(path).open("rb") as file:
        while piece := file.read(PIECE):
            yield piece
