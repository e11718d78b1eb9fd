"""`/api/v1/devices`: each route, with right and wrong input."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest

from provd.testing.api import Bench, bench
from provd.testing.plugins import acme

MAC = "00:00:5e:00:53:01"
PHONE = {"id": "phone", "mac": MAC, "plugin": "acme-1.0", "config": "autoprov", "X_floor": 3}
URL = "/api/v1/devices"


@pytest.fixture
def api() -> Bench:
    """The API of a server with one plugin."""
    return bench(acme())


@pytest.fixture
def phone(api: Bench) -> Bench:
    """The same, with one device."""
    assert api.ask("POST", URL, PHONE).status == 201
    return api


class TestCreate:
    """POST."""

    def test_created(self, api: Bench) -> None:
        """The answer shows the device, where it is, and its revision as validator."""
        answer = api.ask("POST", URL, PHONE)
        assert answer.status == 201
        assert answer.headers["location"] == f"{URL}/phone"
        assert answer.json["configured"] is True
        assert answer.json["X_floor"] == 3
        assert answer.headers["etag"] == f'"{answer.json["revision"]}"'

    def test_an_id_is_chosen(self, api: Bench) -> None:
        """Where the client names none."""
        answer = api.ask("POST", URL, {"mac": MAC})
        assert answer.json["id"] == "new-1"
        assert api.ask("GET", answer.headers["location"]).status == 200

    def test_an_id_is_taken(self, phone: Bench) -> None:
        """A device is never overwritten by a new one."""
        answer = phone.ask("POST", URL, {"id": "phone", "sn": "other"})
        assert answer.status == 409
        assert answer.json["type"] == "urn:provd:problem:already-there"
        assert "sn" not in phone.ask("GET", f"{URL}/phone").json

    def test_a_mac_is_taken(self, phone: Bench) -> None:
        """Only one device may hold it, and the refusal names that one."""
        answer = phone.ask("POST", URL, {"id": "other", "mac": MAC})
        assert answer.status == 409
        assert answer.json["type"] == "urn:provd:problem:key-claimed"
        assert "phone" in answer.json["detail"]

    def test_all_problems_at_once(self, api: Bench) -> None:
        """Each with its path and what was expected; nothing is kept."""
        answer = api.ask("POST", URL, {"id": "phone", "mac": "x", "ip": "300.0.0.1", "vendor": 3})
        assert answer.status == 422
        assert answer.headers["content-type"] == "application/problem+json"
        assert {problem["path"] for problem in answer.json["problems"]} == {"mac", "ip", "vendor"}
        assert all(problem["expected"] for problem in answer.json["problems"])
        assert api.ask("GET", URL).json["total"] == 0

    @pytest.mark.parametrize("document_id", ["..", "a/b", "a b", "x" * 200, 3, ["a"], "é", "a\n"])
    def test_ids_are_validated(self, api: Bench, document_id: Any) -> None:
        """No id becomes a path, a log line or a type error."""
        answer = api.ask("POST", URL, {"id": document_id})
        assert answer.status == 422
        assert answer.json["problems"][0]["path"] == "id"

    def test_what_the_server_manages_is_ignored(self, api: Bench) -> None:
        """A client cannot say that its device is configured, or was seen."""
        device = {"id": "phone", "configured": True, "last_seen": 5, "answers": [1], "revision": 7}
        created = api.ask("POST", URL, device).json
        assert created["configured"] is False
        assert "answers" not in created
        assert created["last_seen"] == 0


class TestRead:
    """GET and HEAD of one."""

    def test_shown(self, phone: Bench) -> None:
        """With its status."""
        answer = phone.ask("GET", f"{URL}/phone")
        assert answer.status == 200
        assert answer.json | PHONE == answer.json

    def test_why_not_configured(self, api: Bench) -> None:
        """The device itself says what is missing."""
        api.ask("POST", URL, {"id": "phone", "plugin": "nobody", "config": "autoprov"})
        shown = api.ask("GET", f"{URL}/phone").json
        assert shown["configured"] is False
        assert "'nobody' is not loaded" in shown["problems"][0]

    def test_head(self, phone: Bench) -> None:
        """The headers of GET, and no body."""
        full, head = phone.ask("GET", f"{URL}/phone"), phone.ask("HEAD", f"{URL}/phone")
        assert head.status == 200
        assert head.body == b""
        assert head.headers["etag"] == full.headers["etag"]
        assert head.headers["content-length"] == full.headers["content-length"]

    @pytest.mark.parametrize("name", ["nobody", "..", "%2e%2e", "a%2fb", "%00", "a b%0a"])
    def test_unknown(self, phone: Bench, name: str) -> None:
        """No such device, or nothing at all: 404."""
        assert phone.ask("GET", f"{URL}/{quote(name, safe='%')}").status == 404

    def test_a_path_that_is_no_text(self, phone: Bench) -> None:
        """400 with problem details, and no traceback."""
        answer = phone.ask("GET", f"{URL}/%ff")
        assert answer.status == 400
        assert answer.json["problems"][0]["path"] == "path"

    def test_not_modified(self, phone: Bench) -> None:
        """A client that has the revision gets no body."""
        etag = phone.ask("GET", f"{URL}/phone").headers["etag"]
        for seen in (etag, f'"0", {etag}', f"W/{etag}", "*"):
            answer = phone.ask("GET", f"{URL}/phone", if_none_match=seen)
            assert (answer.status, answer.body) == (304, b"")
        assert phone.ask("GET", f"{URL}/phone", if_none_match='"0"').status == 200

    def test_status_moves_no_etag(self, phone: Bench) -> None:
        """What the server observes of a device is no change of it."""
        etag = phone.ask("GET", f"{URL}/phone").headers["etag"]
        store = phone.core.store
        draft = store.draft("test")
        status = store.get("statuses", "phone")
        draft.put("statuses", type(status)(id="phone", revision=status.revision, last_seen=9.0))
        store.commit(draft)
        answer = phone.ask("GET", f"{URL}/phone")
        assert answer.json["last_seen"] == 9.0
        assert answer.headers["etag"] == etag


class TestChange:
    """PUT, PATCH, DELETE."""

    def test_replace(self, phone: Bench) -> None:
        """What is not in the new document is gone."""
        answer = phone.ask("PUT", f"{URL}/phone", {"mac": MAC, "sn": "S1"})
        assert answer.status == 200
        shown = phone.ask("GET", f"{URL}/phone").json
        assert shown["sn"] == "S1"
        assert "X_floor" not in shown
        assert shown["configured"] is False

    def test_replace_with_another_id(self, phone: Bench) -> None:
        """The path decides; a body that disagrees is refused."""
        answer = phone.ask("PUT", f"{URL}/phone", {"id": "other"})
        assert answer.status == 422
        assert answer.json["problems"][0]["path"] == "id"

    def test_replace_nothing(self, api: Bench) -> None:
        """PUT creates only where the client says that there is to be nothing."""
        assert api.ask("PUT", f"{URL}/phone", {"mac": MAC}).status == 404
        answer = api.ask("PUT", f"{URL}/phone", {"mac": MAC}, if_none_match="*")
        assert answer.status == 201
        assert api.ask("PUT", f"{URL}/phone", {"mac": MAC}, if_none_match="*").status == 409

    def test_the_same_again_changes_nothing(self, phone: Bench) -> None:
        """What is shown can be sent back, and moves no revision."""
        shown = phone.ask("GET", f"{URL}/phone").json
        again = phone.ask("PUT", f"{URL}/phone", shown)
        assert again.status == 200
        assert again.json == shown

    def test_patch(self, phone: Bench) -> None:
        """RFC 7396: null removes, objects merge, the rest replaces."""
        patch = {"X_floor": None, "vendor": "Acme", "options": {"switchboard": True}}
        phone.ask("PATCH", f"{URL}/phone", patch)
        answer = phone.ask(
            "PATCH",
            f"{URL}/phone",
            {"options": {"other": 1}},
            content_type="application/merge-patch+json",
        )
        assert answer.status == 200
        assert answer.json["options"] == {"switchboard": True, "other": 1}
        assert "X_floor" not in answer.json

    def test_patch_that_makes_it_wrong(self, phone: Bench) -> None:
        """The result is validated, not the patch; nothing is changed."""
        before = phone.ask("GET", f"{URL}/phone").json
        assert phone.ask("PATCH", f"{URL}/phone", {"mac": "nonsense"}).status == 422
        assert phone.ask("GET", f"{URL}/phone").json == before

    @pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
    def test_conditions(self, phone: Bench, method: str) -> None:
        """With If-Match, only the revision that was named is changed."""
        body = None if method == "DELETE" else {"mac": MAC, "sn": "S1"}
        etag = phone.ask("GET", f"{URL}/phone").headers["etag"]
        for stale in ('"0"', '"999", "998"', f"W/{etag}", '"abc"', "garbage"):
            answer = phone.ask(method, f"{URL}/phone", body, if_match=stale)
            assert answer.status == 412, stale
            assert answer.json["type"] == "urn:provd:problem:precondition-failed"
        assert "sn" not in phone.ask("GET", f"{URL}/phone").json
        assert phone.ask(method, f"{URL}/phone", body, if_match=f'"0", {etag}').status in {200, 204}

    def test_delete(self, phone: Bench) -> None:
        """It is gone, with its status."""
        answer = phone.ask("DELETE", f"{URL}/phone")
        assert (answer.status, answer.body) == (204, b"")
        assert phone.ask("GET", f"{URL}/phone").status == 404
        assert phone.ask("DELETE", f"{URL}/phone").status == 404
        assert phone.core.store.get("statuses", "phone") is None


class TestList:
    """GET of the collection."""

    @pytest.fixture
    def many(self, api: Bench) -> Bench:
        """Five devices."""
        for number in range(5):
            device = {
                "id": f"phone-{number}",
                "mac": f"00:00:5e:00:53:0{number}",
                "ip": f"192.0.2.{number + 1}",
                "vendor": "Acme" if number % 2 else "Other",
                "sn": f"S{9 - number}",
                "plugin": "acme-1.0",
                "config": "autoprov" if number else "nowhere",
            }
            assert api.ask("POST", URL, device).status == 201
        return api

    def listed(self, api: Bench, **parameters: Any) -> tuple[int, list[str]]:
        """Total and ids of a list."""
        query = "&".join(f"{key}={quote(str(text))}" for key, text in parameters.items())
        answer = api.ask("GET", f"{URL}?{query}")
        assert answer.status == 200, answer.body
        return answer.json["total"], [item["id"] for item in answer.json["items"]]

    def test_filters(self, many: Bench) -> None:
        """Equality on fields, however a MAC address is spelled."""
        assert self.listed(many, mac="00005E005303") == (1, ["phone-3"])
        assert self.listed(many, ip="192.0.2.2") == (1, ["phone-1"])
        assert self.listed(many, vendor="Acme", sort="id") == (2, ["phone-1", "phone-3"])
        assert self.listed(many, vendor="Acme", ip="192.0.2.1") == (0, [])

    def test_window(self, many: Bench) -> None:
        """Sort comes before skip and limit, and the total is of all that match."""
        assert self.listed(many, sort="sn", limit=2) == (5, ["phone-4", "phone-3"])
        assert self.listed(many, sort="-sn", skip=1, limit=2) == (5, ["phone-1", "phone-2"])
        assert self.listed(many, skip=99) == (5, [])

    def test_selector(self, many: Bench) -> None:
        """The selector language, in JSON."""
        chosen = self.listed(many, q=json.dumps({"sn": {"$gt": "S6"}}), sort="id")
        assert chosen == (3, ["phone-0", "phone-1", "phone-2"])

    def test_configured(self, many: Bench) -> None:
        """What the server found out is a filter too."""
        assert self.listed(many, configured="false") == (1, ["phone-0"])
        assert self.listed(many, configured="true", sort="id", skip=1, limit=2) == (
            4,
            ["phone-2", "phone-3"],
        )

    def test_fields(self, many: Bench) -> None:
        """Only what was asked for, and always the id."""
        answer = many.ask("GET", f"{URL}?fields=mac,configured&limit=1&sort=id")
        assert answer.json["items"] == [
            {"id": "phone-0", "mac": "00:00:5e:00:53:00", "configured": False}
        ]

    def test_head(self, many: Bench) -> None:
        """No body."""
        answer = many.ask("HEAD", URL)
        assert (answer.status, answer.body) == (200, b"")

    @pytest.mark.parametrize(
        ("query", "part"),
        [
            ("macc=1", "macc"),
            ("mac=1&mac=2", "mac"),
            ("mac=zz", "mac"),
            ("ip=1.2", "ip"),
            ("limit=-1", "limit"),
            ("limit=x", "limit"),
            ("skip=1e3", "skip"),
            ("limit=99999999999", "limit"),
            ("q=[]", "q"),
            ("q={", "q"),
            ('q={"mac":"x"}&mac=00005e005301', "mac"),
            ("configured=maybe", "configured"),
            ("sn=%ff", "sn"),
        ],
    )
    def test_wrong_parameters(self, many: Bench, query: str, part: str) -> None:
        """Each is refused by name; none is ignored."""
        answer = many.ask("GET", f"{URL}?{query}")
        assert answer.status == 400
        assert [problem["path"] for problem in answer.json["problems"]] == [part]

    def test_malformed_selector(self, many: Bench) -> None:
        """An unknown operator is the client's mistake."""
        answer = many.ask("GET", f"{URL}?q=" + quote('{"sn": {"$where": "1"}}'))
        assert answer.status == 400
        assert answer.json["type"] == "urn:provd:problem:malformed-selector"
