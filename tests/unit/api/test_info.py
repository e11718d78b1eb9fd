"""Info, indexes, grades, and how long operations are remembered."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from provd.documents import Preferences
from provd.testing.api import Bench, bench
from provd.testing.plugins import acme

URL = "/api/v1/devices"
CONFIGS = "/api/v1/configs"
MAC = "00:00:5e:00:53:01"


@pytest.fixture
def api() -> Bench:
    """A server with a device that can be answered, and one that cannot."""
    made = bench(acme())
    phone = {"id": "phone", "mac": MAC, "plugin": "acme-1.0", "config": "autoprov"}
    for device in (phone, {"id": "bare"}):
        assert made.ask("POST", URL, device).status == 201
    return made


def test_info(api: Bench) -> None:
    """What a client asks first; counts move, and nobody's receipts are among them."""
    told = api.ask("GET", "/api/v1/info").json
    assert told["stats"]["devices"] == 2
    assert told["position"] == api.core.store.feed.applied().n
    assert told["errors"] == []
    assert {"dryrun", "json-patch"} <= set(told["features"])
    assert "receipts" not in told["stats"]
    assert told["now"] >= told["started"]


def test_indexes(api: Bench) -> None:
    """Of each collection, those that the store really has."""
    told = api.ask("GET", "/api/v1/indexes").json
    assert told["devices"]["mac"] == {"unique": True}
    assert told["devices"]["plugin"] == {"unique": False}
    assert told["configs"] == api.ask("GET", "/api/v1/indexes/configs").json
    assert "receipts" not in told
    for name in ("receipts", "nothing"):
        assert api.ask("GET", f"/api/v1/indexes/{name}").status == 404
    everything = api.ask("GET", "/api/v1/indexes").json
    assert {type(each) for each in everything.values()} == {dict}, "also of collections of secrets"


class TestGrades:
    """Whether documents can be used, why not, and whose they are."""

    def test_a_device(self, api: Bench) -> None:
        """Is available when it can be answered; if not, its errors say why."""
        shown = api.ask("GET", f"{URL}/phone").json
        assert (shown["validated"], shown["available"], shown["errors"]) == (True, True, [])
        assert (shown["read_only"], shown["owner"]) == (False, "")
        bare = api.ask("GET", f"{URL}/bare").json
        assert bare["available"] is False
        assert bare["errors"] == bare["problems"] != []

    def test_a_config(self, api: Bench) -> None:
        """Is available when its parents are there."""
        config = {"id": "own", "parent_ids": ["autoprov", "gone"], "raw_config": {}}
        made = api.ask("POST", CONFIGS, config).json
        assert made["available"] is False
        assert "'gone' does not exist" in made["errors"][0]
        api.ask("POST", CONFIGS, {"id": "gone", "parent_ids": [], "raw_config": {}})
        assert api.ask("GET", f"{CONFIGS}/own").json["available"] is True

    def test_sent_back_they_say_nothing(self, api: Bench) -> None:
        """Whoever changes what was shown changes only what can be changed."""
        for url, name in ((URL, "phone"), (CONFIGS, "autoprov")):
            shown = api.ask("GET", f"{url}/{name}").json
            answer = api.ask("PUT", f"{url}/{name}", shown | {"errors": ["x"], "owner": "y"})
            assert answer.status == 200
            kept: Any = api.core.store.get(url.rpartition("/")[2], name)
            assert not {"errors", "owner", "available"} & msgspec.json.decode(kept.extra).keys()

    @pytest.mark.parametrize("url", [URL, CONFIGS])
    def test_what_belongs_to_another_site(self, api: Bench, url: str) -> None:
        """Is shown as such, and refused to be changed here, alone and among many."""
        collection = url.rpartition("/")[2]
        name = "phone" if collection == "devices" else "autoprov"
        draft = api.core.store.draft("test")
        draft.put(
            collection, msgspec.structs.replace(draft.get(collection, name), endpoint="paris")
        )
        api.core.store.commit(draft)
        shown = api.ask("GET", f"{url}/{name}").json
        assert (shown["read_only"], shown["owner"]) == (True, "paris")
        body = {"parent_ids": [], "raw_config": {}}
        for method, given in (("PUT", body), ("PATCH", {"X_a": 1}), ("DELETE", None)):
            answer = api.ask(method, f"{url}/{name}", given)
            assert (answer.status, answer.json["type"]) == (409, "urn:provd:problem:read-only")
            assert "paris" in answer.json["detail"]


LIFE = Preferences(id="server").operations_seconds


def test_operations_expire(api: Bench) -> None:
    """Each says when; from then on it is not there any more."""
    draft = api.core.store.draft("test")
    now = api.core.clock.seconds()
    kind: Any = api.core.store.kinds["operations"].type
    for name, state in (("done", "success"), ("running", "progress")):
        draft.put("operations", kind(id=name, kind="test", state=state, updated=now))
    api.core.store.commit(draft)
    shown = api.ask("GET", "/api/v1/operations/done").json
    assert shown["expires"] == now + LIFE
    assert "expires" not in api.ask("GET", "/api/v1/operations/running").json
    api.core.clock.advance(LIFE + 1)
    assert api.ask("GET", "/api/v1/operations/done").status == 404
    assert api.ask("GET", "/api/v1/operations/running").status == 200
