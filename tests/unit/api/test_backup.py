"""`POST /api/v1/system/backup`: an operation that copies the store while it serves."""

from __future__ import annotations

from twisted.internet.defer import Deferred

from provd.testing.api import bench

URL = "/api/v1/system/backup"


def test_a_copy_is_an_operation() -> None:
    """It is told when it ends; asked for again meanwhile, it is the same one."""
    api = bench()
    copies: list[tuple[str, Deferred[int]]] = []

    def back_up(name: str) -> Deferred[int]:
        done: Deferred[int] = Deferred()
        copies.append((name, done))
        return done

    api.operators.backups.made_by(back_up)
    begun = api.ask("POST", URL)
    assert begun.status == 202
    where = begun.headers["location"]
    assert api.ask("POST", URL).json["id"] == begun.json["id"]
    [(name, done)] = copies
    done.callback(4096)
    ended = api.ask("GET", where).json
    assert ended["state"] == "success"
    assert ended["result"] == {"file": f"backups/{name}", "bytes": 4096}
    assert api.ask("POST", URL).json["id"] != begun.json["id"]


def test_a_full_disk() -> None:
    """Is told as the reason, and the next copy may be tried."""
    api = bench()

    def full(_name: str) -> Deferred[int]:
        raise OSError(28, "No space left on device")

    api.operators.backups.made_by(full)
    failed = api.ask("GET", api.ask("POST", URL).headers["location"]).json
    assert failed["state"] == "fail"
    assert "No space left" in failed["reason"]


def test_nowhere_to_put_it() -> None:
    """A server in memory says so."""
    api = bench()
    failed = api.ask("GET", api.ask("POST", URL).headers["location"]).json
    assert failed["state"] == "fail"
