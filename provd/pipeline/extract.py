"""Extract: what can be concluded about the device from its request.

Names and behaviour are those that pipeline files compose; see `provd.pipeline.shipped`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from provd.contracts import IPlugins
from provd.pipeline.case import Case
from provd.pipeline.dispatch import Verdict, Witnesses
from provd.pipeline.guess import WITNESS, Guesses
from provd.pipeline.placeholders import is_placeholder
from provd.pipeline.stages import AbstractDeviceInfoExtractor, as_extractor
from provd.values import IDENTITY_KEYS, Info, Note, Protocol, Step, Testimony

MEMO_SIZE = 32768
"""Testimonies kept per protocol; 0.9 KiB each, and 50 bytes more for each further witness (measured)."""

NOBODY = "{key} {value} names no single device: it is ignored"


class StandardDeviceInfoExtractor(AbstractDeviceInfoExtractor):
    """What the transport itself says: the address, the hardware address of a DHCP packet, and
    the neighbour the kernel knows for that address.
    """

    def testify(self, case: Case) -> Info:
        """At least the ip."""
        inquiry = case.inquiry
        info = {"ip": inquiry.peer} if inquiry.peer else {}
        if inquiry.neighbour:
            info["neighbour"] = inquiry.neighbour
        if inquiry.mac and inquiry.protocol is Protocol.DHCP:
            if is_placeholder("mac", inquiry.mac):
                fields = (("key", "mac"), ("value", inquiry.mac))
                case.notes.append(Note(Step.EXTRACT, NOBODY, fields))
            else:
                info["mac"] = inquiry.mac
        return info


class LastSeenUpdater:
    """Merges device infos: the last writer of a key wins."""

    def __init__(self) -> None:
        """Nothing said yet."""
        self.dev_info: Info = {}

    def update(self, info: Info) -> None:
        """Lay `info` over what is there."""
        self.dev_info.update(info)


class VotingUpdater:
    """Merges device infos: each key takes the value most often said.

    A tie on a key that names a box (`mac`, `sn`, `uuid`) leaves it out: two devices are never taken
    for one.  A tie on any other key goes to the value said first.
    """

    def __init__(self) -> None:
        """No votes yet."""
        self._votes: dict[str, dict[str, int]] = {}
        self._single: Info | None = None
        self._count = 0

    def update(self, info: Info) -> None:
        """Count one vote for each value."""
        self._count += 1
        if self._count == 1:
            self._single = info
            return
        if self._single is not None:
            self._tally(self._single)
            self._single = None
        self._tally(info)

    def _tally(self, info: Info) -> None:
        for key, value in info.items():
            votes = self._votes.setdefault(key, {})
            votes[value] = votes.get(value, 0) + 1

    def tied(self) -> tuple[str, ...]:
        """Identity keys on which the votes are tied."""
        return tuple(key for key in IDENTITY_KEYS if len(self._leaders(key)) > 1)

    def _leaders(self, key: str) -> list[str]:
        votes = self._votes.get(key, {})
        most = max(votes.values(), default=0)
        return [value for value, count in votes.items() if count == most]

    @property
    def dev_info(self) -> Info:
        """The outcome of the vote."""
        if self._single is not None:
            return dict(self._single)
        tied = self.tied()
        return {key: self._leaders(key)[0] for key in self._votes if key not in tied}


class CollaboratingDeviceInfoExtractor(AbstractDeviceInfoExtractor):
    """Asks several extractors and merges what they say with a fresh updater per request."""

    def __init__(self, updater_factory: Callable[[], Any], extractors: Sequence[Any]) -> None:
        """`updater_factory()` has `update(info)` and `dev_info`; `extractors` are asked in order."""
        self.updater_factory = updater_factory
        self.extractors = tuple(as_extractor(extractor) for extractor in extractors)

    def testify(self, case: Case) -> Info:
        """The merged device info."""
        updater = self.updater_factory()
        for extractor in self.extractors:
            info = extractor.testify(case)
            if info:
                updater.update(info)
        return updater.dev_info  # type: ignore[no-any-return]  # whatever the site's updater merges


class AllPluginsDeviceInfoExtractor(AbstractDeviceInfoExtractor):
    """Lets every loaded plugin testify, through the index of their clues and the memo."""

    def __init__(
        self,
        extractor_factory: Callable[[list[Any]], Any],
        pg_mgr: IPlugins,
        memo_size: int = MEMO_SIZE,
    ) -> None:
        """`extractor_factory(list)` makes the extractor that merges what the plugins say."""
        self._merge = _updater_of(extractor_factory)
        self._guesses = Guesses(pg_mgr)
        self._witnesses = {
            protocol: Witnesses(protocol, pg_mgr, memo_size, self._judge) for protocol in Protocol
        }

    def testify(self, case: Case) -> Info | None:
        """The plugins' verdict, without values that name no single box."""
        verdict = self._witnesses[case.inquiry.protocol].ask(case.inquiry, keep=case.keep)
        if verdict.notes:
            case.notes.extend(verdict.notes)
        case.testimonies += verdict.testimonies
        facts = dict(verdict.facts)
        if case.inquiry.protocol is Protocol.DHCP and "vendor" not in facts:
            self._guess(case)
        return facts or None

    def _guess(self, case: Case) -> None:
        guess = self._guesses.of(case.inquiry.mac)
        if guess:
            case.guess = guess
            case.testimonies += (Testimony(WITNESS, (("vendor", guess),)),)

    def _judge(self, testimonies: tuple[Testimony, ...]) -> Verdict:
        updater = self._merge()
        for testimony in testimonies:
            updater.update(dict(testimony.facts))
        notes = [
            Note(Step.EXTRACT, "plugins disagree about {key}: it is left out", (("key", key),))
            for key in getattr(updater, "tied", tuple)()
        ]
        info = {
            key: value
            for key, value in updater.dev_info.items()
            if not _is_nobody(key, value, notes)
        }
        facts = tuple(info.items())
        if testimonies and testimonies[0].facts == facts:
            facts = testimonies[0].facts  # remembered once
        return Verdict(testimonies, facts, tuple(notes))


def _is_nobody(key: str, value: str, notes: list[Note]) -> bool:
    if key not in IDENTITY_KEYS or not is_placeholder(key, value):
        return False
    fields = (("key", key), ("value", value))
    notes.append(Note(Step.EXTRACT, NOBODY, fields))
    return True


def _updater_of(extractor_factory: Callable[[list[Any]], Any]) -> Callable[[], Any]:
    merging = extractor_factory([])
    if not isinstance(merging, CollaboratingDeviceInfoExtractor):
        message = "extractor_factory must make a CollaboratingDeviceInfoExtractor"
        raise TypeError(message)
    return merging.updater_factory
