"""`POST /api/v1/system/reseal`: an operation that goes from slice to slice."""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import Deferred, fail, succeed

from provd.store import SealUnknown
from provd.testing.api import Bench, bench

URL = "/api/v1/system/reseal"


class Slices:
    """A pass over a file, as the test drives it."""

    def __init__(self, *slices: int, broken: int = 0) -> None:
        self.left = list(slices)
        self.waiting: Deferred[int] | None = None
        self.ended = 0
        self.broken = broken

    def begin(self) -> Deferred[int]:
        """How much there is."""
        return succeed(sum(self.left))

    def step(self) -> Deferred[int]:
        """One slice, once the test says so."""
        self.waiting = Deferred()
        return self.waiting

    def go_on(self) -> None:
        """The slice that is waited for."""
        waiting, self.waiting = self.waiting, None
        assert waiting is not None
        waiting.callback(self.left.pop(0) if self.left else 0)

    def end(self) -> Deferred[None]:
        """That was all."""
        self.ended += 1
        return succeed(None)


class Keys:
    """Keys that are read again."""

    def __init__(self, outcome: Any) -> None:
        self._outcome = outcome

    def read(self) -> Deferred[Any]:
        """What there is."""
        failed = isinstance(self._outcome, Exception)
        return fail(self._outcome) if failed else succeed(self._outcome)


def sealing(outcome: Any) -> Bench:
    """A server whose keys are read so."""
    made = bench()
    made.operators.reseals.keys_from(Keys(outcome))
    return made


def test_an_operation_with_progress() -> None:
    """How far it is, what came of it, and a line in the trail; asked again meanwhile, it is the same."""
    slices = Slices(200, 50)
    made = sealing(slices)
    begun = made.ask("POST", URL)
    where = begun.headers["location"]
    assert begun.status == 202
    assert made.ask("POST", URL).json["id"] == begun.json["id"]
    slices.go_on()
    told = made.ask("GET", where).json
    assert (told["state"], told["current"], told["end"]) == ("progress", 200, 250)
    slices.go_on()
    slices.go_on()
    ended = made.ask("GET", where).json
    assert (ended["state"], ended["result"]) == ("success", {"sealed": 250})
    assert slices.ended == 1
    line: Any = next(iter(made.core.store.collection("audit")))
    assert (line.action, line.collection) == ("reseal", "system")


def test_cancelled() -> None:
    """After the slice that is under way; the file is not rewritten, and the next one may begin."""
    slices = Slices(200, 200, 200)
    made = sealing(slices)
    where = made.ask("POST", URL).headers["location"]
    made.ask("POST", f"{where}/cancel")
    slices.go_on()
    assert slices.waiting is None
    assert slices.ended == 0
    assert made.ask("GET", where).json["state"] == "cancelled"
    assert made.ask("POST", URL).headers["location"] != where


def test_reasons() -> None:
    """No keys, a key that is missing, a seal that is broken: told, each with what to do."""
    for made, reason in (
        (bench(), "nothing is sealed here"),
        (sealing(SealUnknown("k1")), "'k1', which is not here"),
    ):
        told = made.ask("GET", made.ask("POST", URL).headers["location"]).json
        assert told["state"] == "fail"
        assert reason in told["reason"]
    slices = Slices(broken=3)
    made = sealing(slices)
    where = made.ask("POST", URL).headers["location"]
    slices.go_on()
    assert "the seals of 3 documents are broken" in made.ask("GET", where).json["reason"]
    assert slices.ended == 0
