"""`POST /api/v1/system/backup`: an operation that copies the store while it serves."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from twisted.internet.defer import Deferred, succeed

from provd.store import Contents, Copy
from provd.testing.api import bench

URL = "/api/v1/system/backup"


class Makes:
    """Makes copies as the test says."""

    def __init__(self, outcome: Callable[[], Deferred[Copy]]) -> None:
        self.names: list[str] = []
        self._outcome = outcome

    def make(self, name: str) -> Deferred[Copy]:
        """One copy."""
        self.names.append(name)
        return self._outcome()

    def all(self) -> Deferred[Sequence[Copy]]:
        """None that would be kept."""
        return succeed(())

    def receive(self, name: str, offset: int, piece: bytes) -> Deferred[int]:
        """None comes from elsewhere here."""
        raise NotImplementedError

    def accept(self, name: str, sha256: str) -> Deferred[Copy]:
        """None comes from elsewhere here."""
        raise NotImplementedError

    def read(self, name: str) -> Deferred[Contents]:
        """None is read here."""
        raise NotImplementedError


def test_a_copy_is_an_operation() -> None:
    """It is told when it ends; asked for again meanwhile, it is the same one."""
    api = bench()
    done: Deferred[Copy] = Deferred()
    copies = Makes(lambda: done)
    api.operators.backups.kept_in(copies)
    begun = api.ask("POST", URL)
    assert begun.status == 202
    where = begun.headers["location"]
    assert api.ask("POST", URL).json["id"] == begun.json["id"]
    [name] = copies.names
    done.callback(Copy(name, 0.0, 4096, "ab"))
    ended = api.ask("GET", where).json
    assert ended["state"] == "success"
    assert ended["result"] == {
        "name": name,
        "file": f"backups/{name}",
        "bytes": 4096,
        "sha256": "ab",
    }
    assert api.ask("POST", URL).json["id"] != begun.json["id"]


def test_a_full_disk() -> None:
    """Is told as the reason, and the next copy may be tried."""
    api = bench()

    def full() -> Deferred[Copy]:
        raise OSError(28, "No space left on device")

    api.operators.backups.kept_in(Makes(full))
    failed = api.ask("GET", api.ask("POST", URL).headers["location"]).json
    assert failed["state"] == "fail"
    assert "No space left" in failed["reason"]


def test_nowhere_to_put_it() -> None:
    """A server in memory says so."""
    api = bench()
    failed = api.ask("GET", api.ask("POST", URL).headers["location"]).json
    assert failed["state"] == "fail"
