"""Plugins, decisions, what-if, operations, counters, health, index."""

from __future__ import annotations

import pytest
from twisted.internet.defer import Deferred

from provd.sdk import DeviceSupport
from provd.testing.api import Bench, bench
from provd.testing.inquiries import http
from provd.testing.plugins import MemoryPlugin, MemoryPlugins, acme
from provd.values import PluginFailed

ACME = "Acme A1 00:00:5e:00:53:09 1.0"


@pytest.fixture
def api() -> Bench:
    """The API of a server with one plugin."""
    return bench(acme(info={"version": "1.0", "description": "Acme phones"}))


class Breaking(MemoryPlugins):
    """A registry with one plugin that cannot be loaded."""

    def ids(self) -> list[str]:
        return [*super().ids(), "broken"]

    def broken(self) -> dict[str, str]:
        return {"broken": "Traceback …\nSyntaxError: invalid syntax"}

    def load(self, plugin_id: str) -> MemoryPlugin:
        if plugin_id == "broken":
            raise PluginFailed("broken", "load", "SyntaxError")
        return super().load(plugin_id)


class TestPlugins:
    """`/api/v1/plugins`."""

    def test_list(self) -> None:
        """Loaded and broken ones, with reason, version, failures and devices."""
        api = bench(registry=Breaking(acme(failures=3)))
        api.ask("POST", "/api/v1/devices", {"plugin": "acme-1.0"})
        told = api.ask("GET", "/api/v1/plugins").json
        assert told["total"] == 2
        loaded, broken = told["items"]
        assert (loaded["id"], loaded["state"], loaded["failures"]) == ("acme-1.0", "loaded", 3)
        assert loaded["devices"] == 1
        assert broken["state"] == "broken"
        assert "SyntaxError" in broken["reason"]

    def test_show(self, api: Bench) -> None:
        """With its capabilities and its last failure."""
        told = api.ask("GET", "/api/v1/plugins/acme-1.0").json
        assert told["version"] == "1.0"
        assert told["description"] == "Acme phones"
        assert told["last_failure"] == ""
        assert told["capabilities"] == {}

    def test_unknown(self, api: Bench) -> None:
        """404, for a reload too."""
        assert api.ask("GET", "/api/v1/plugins/nobody").status == 404
        assert api.ask("POST", "/api/v1/plugins/nobody/reload").status == 404

    def test_reload(self, api: Bench) -> None:
        """Answers the plugin as it is then."""
        answer = api.ask("POST", "/api/v1/plugins/acme-1.0/reload")
        assert (answer.status, answer.json["state"]) == (200, "loaded")

    def test_reload_that_fails(self) -> None:
        """The plugin is named."""
        answer = bench(registry=Breaking()).ask("POST", "/api/v1/plugins/broken/reload")
        assert answer.status == 502
        assert answer.json["type"] == "urn:provd:problem:plugin-failed"
        assert "broken" in answer.json["detail"]


class TestDecisions:
    """`/api/v1/decisions` and `/api/v1/whatif`."""

    def test_told(self, api: Bench) -> None:
        """What a device asked is told, by inquiry, by device, and the latest."""
        api.core.inquiries.ask(http("/a.cfg", ACME, number=1))
        api.core.inquiries.ask(http("/b.cfg", ACME, number=2))
        api.core.inquiries.ask(http("/c.cfg", peer="192.0.2.99", number=3))
        one = api.ask("GET", "/api/v1/decisions/test-1").json
        assert one["path"] == "/a.cfg"
        assert one["answer"]["kind"] == "content"
        listed = api.ask("GET", "/api/v1/decisions").json
        assert [each["id"] for each in listed["items"]] == ["test-3", "test-2", "test-1"]
        of_one = api.ask("GET", f"/api/v1/decisions?device={one['device']['id']}&limit=1").json
        assert [each["id"] for each in of_one["items"]] == ["test-2"]

    def test_after_a_restart(self, api: Bench) -> None:
        """What a device's status kept is told as an outline, once each, newest first."""
        for number in (1, 2, 3):
            api.core.inquiries.ask(http(f"/{number}.cfg", ACME, number=number))
        api.core.statuses.start()
        api.core.clock.advance(2)
        api.core.decisions._ring.clear()
        api.core.inquiries.ask(http("/4.cfg", ACME, number=4))
        [device] = api.core.devices()
        told = api.ask("GET", f"/api/v1/decisions?device={device.id}").json["items"]
        assert [(each["id"], each.get("outline", False)) for each in told] == [
            ("test-4", False),
            ("test-3", True),
            ("test-2", True),
            ("test-1", True),
        ]
        assert set(told[0]) | {"outline"} == set(told[1])
        one = api.ask("GET", "/api/v1/decisions/test-2").json
        assert (one["path"], one["device"], one["plugin"]) == (
            "/2.cfg",
            {"id": device.id},
            "acme-1.0",
        )
        assert one["answer"]["kind"] == "content"

    def test_unknown(self, api: Bench) -> None:
        """An inquiry that nobody remembers."""
        assert api.ask("GET", "/api/v1/decisions/test-99").status == 404

    @pytest.mark.parametrize("query", ["limit=1001", "limit=x", "devic=1", "device=1&device=2"])
    def test_wrong_parameters(self, api: Bench, query: str) -> None:
        """Are refused."""
        assert api.ask("GET", f"/api/v1/decisions?{query}").status == 400

    def test_what_if(self, api: Bench) -> None:
        """Evidence, device, plugin, answer and steps; and nothing is kept."""
        asked = {
            "protocol": "http",
            "path": "/a.cfg",
            "ip": "192.0.2.7",
            "headers": {"User-Agent": ACME},
        }
        told = api.ask("POST", "/api/v1/whatif", asked).json
        assert told["plugin"] == "acme-1.0"
        assert told["device"]["mac"] == "00:00:5e:00:53:09"
        assert set(told["answer"]) >= {"kind", "size", "sha256", "reason"}
        assert told["evidence"][0]["witness"] == "acme-1.0"
        assert told["steps"]
        assert api.ask("GET", "/api/v1/devices").json["total"] == 0
        assert api.ask("GET", "/api/v1/decisions").json["total"] == 0

    def test_what_if_of_a_file(self, tmp_path: object) -> None:
        """A file's digest is told too."""
        from hashlib import sha256
        from pathlib import Path

        from provd.values import FileContent

        firmware = Path(str(tmp_path)) / "firmware"
        firmware.write_bytes(b"x" * 300_000)
        served = FileContent(str(firmware), 300_000, 1)
        plugin = MemoryPlugin(
            "files",
            acme().clues,
            supports=lambda _info: DeviceSupport.EXACT,
            answers=lambda _inquiry, _device, _view: served,
        )
        asked = {
            "protocol": "http",
            "path": "/fw",
            "ip": "192.0.2.7",
            "headers": {"User-Agent": ACME},
        }
        told = bench(plugin).ask("POST", "/api/v1/whatif", asked).json
        assert told["answer"]["sha256"] == sha256(b"x" * 300_000).hexdigest()

    def test_what_if_of_nonsense(self, api: Bench) -> None:
        """Every problem is told."""
        answer = api.ask("POST", "/api/v1/whatif", {"protocol": "smtp", "ip": "x", "mac": "y"})
        assert answer.status == 422
        assert {problem["path"] for problem in answer.json["problems"]} == {"protocol", "ip", "mac"}


class TestOperations:
    """`/api/v1/operations`."""

    @pytest.fixture
    def operation(self, api: Bench) -> str:
        """One that runs."""
        work: list[str] = []
        starting = Deferred.fromCoroutine(api.operators.operations.start("test", label="x"))
        starting.addCallback(lambda started: work.append(started.id))
        return work[0]

    def test_list_and_show(self, api: Bench, operation: str) -> None:
        """State and progress are always told."""
        listed = api.ask("GET", "/api/v1/operations?kind=test&state=waiting").json
        assert [item["id"] for item in listed["items"]] == [operation]
        answer = api.ask("GET", f"/api/v1/operations/{operation}")
        assert (answer.json["state"], answer.json["current"]) == ("waiting", 0)
        assert answer.headers["etag"]

    def test_cancel_once(self, api: Bench, operation: str) -> None:
        """An ended operation cannot be cancelled."""
        answer = api.ask("POST", f"/api/v1/operations/{operation}/cancel")
        assert (answer.status, answer.json["state"]) == (200, "cancelled")
        again = api.ask("POST", f"/api/v1/operations/{operation}/cancel")
        assert again.json["type"] == "urn:provd:problem:not-cancellable"

    def test_unknown(self, api: Bench) -> None:
        """404."""
        assert api.ask("GET", "/api/v1/operations/nobody").status == 404
        assert api.ask("POST", "/api/v1/operations/nobody/cancel").status == 404


class TestHealth:
    """`/healthz`, `/readyz`, `/api/v1/counters`."""

    def test_well(self, api: Bench) -> None:
        """200, with warnings where there are any."""
        assert api.ask("GET", "/healthz").json == {"live": True}
        assert api.ask("GET", "/readyz").json == {"ready": True, "reasons": [], "warnings": []}
        warned = bench(registry=Breaking()).ask("GET", "/readyz")
        assert warned.status == 200
        assert "plugin broken" in warned.json["warnings"][0]

    def test_a_store_that_cannot_keep(self, api: Bench) -> None:
        """Readiness is red and says why, changes are refused, reads go on, the process lives."""
        api.core.store._why_not = "no space left on device"
        answer = api.ask("GET", "/readyz")
        assert answer.status == 503
        assert "no space left" in answer.json["detail"]
        assert answer.headers["retry-after"]
        refused = api.ask("POST", "/api/v1/devices", {"sn": "1"})
        assert (refused.status, refused.json["type"]) == (
            503,
            "urn:provd:problem:store-unavailable",
        )
        assert api.ask("GET", "/api/v1/devices").status == 200
        assert api.ask("GET", "/healthz").status == 200

    def test_counters(self, api: Bench) -> None:
        """Refusals are visible."""
        api.core.inquiries.ask(http("/x", peer="192.0.2.99"))
        told = api.ask("GET", "/api/v1/counters").json
        assert told["inquiries"]["asked"] == 1
        assert told["inquiries"]["refused"] == 1
        assert told["documents"]["configs"] == 1


class TestEveryRoute:
    """What all have in common."""

    def test_index(self, api: Bench) -> None:
        """Lists every route with scope and action."""
        routes = api.ask("GET", "/api/v1").json["routes"]
        assert {
            "method": "POST",
            "path": "/api/v1/whatif",
            "scope": "decisions",
            "action": "whatif",
        } in routes
        assert len(routes) > 20

    def test_a_final_slash_is_no_other_place(self, api: Bench) -> None:
        """Neither is it a redirect."""
        assert api.ask("GET", "/api/v1/devices/").status == 200

    @pytest.mark.parametrize(
        "path", ["/", "/api", "/api/v2", "/api/v1/nothing", "//api/v1", "/api//v1"]
    )
    def test_nothing_there(self, api: Bench, path: str) -> None:
        """404 as problem details."""
        answer = api.ask("GET", path)
        assert answer.status == 404
        assert answer.json["type"] == "urn:provd:problem:no-such-route"

    def test_wrong_method(self, api: Bench) -> None:
        """405 with Allow."""
        for entry in api.ask("GET", "/api/v1").json["routes"]:
            path = entry["path"].replace("{", "").replace("}", "")
            answer = api.ask("BREW", path)
            assert answer.status == 405, path
            assert entry["method"] in answer.headers["allow"]

    def test_a_method_that_is_none(self, api: Bench) -> None:
        """400, and nothing in the log."""
        assert (
            api.raw(
                b"G\xff /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n"
            ).status
            == 400
        )

    @pytest.mark.parametrize(
        ("accept", "status"),
        [
            ("application/json", 200),
            ("*/*", 200),
            ("text/html, application/*;q=0.1", 200),
            ("", 200),
            ("text/html", 406),
            ("application/json;q=0", 406),
            ("application/json; q=0.00, text/plain", 406),
        ],
    )
    def test_accept(self, api: Bench, accept: str, status: int) -> None:
        """Only a client that refuses JSON is refused."""
        assert api.ask("GET", "/api/v1/devices", accept=accept).status == status

    @pytest.mark.parametrize(
        ("content_type", "status"),
        [
            ("application/json", 201),
            ("application/json; charset=utf-8", 201),
            ("Application/JSON", 201),
            ("", 415),
            ("text/plain", 415),
            ("application/x-www-form-urlencoded", 415),
            ("application/merge-patch+json", 415),
            ("multipart/form-data; boundary=x", 415),
        ],
    )
    def test_content_type(self, api: Bench, content_type: str, status: int) -> None:
        """A body that is not declared as JSON is not read: no form of another site's page is."""
        answer = api.ask("POST", "/api/v1/devices", {"sn": "1"}, content_type=content_type)
        assert answer.status == status

    def test_content_encoding(self, api: Bench) -> None:
        """A compressed body is refused by name, not misread."""
        assert (
            api.ask("POST", "/api/v1/devices", {"sn": "1"}, content_encoding="gzip").status == 415
        )

    def test_every_change_names_its_call(self, api: Bench) -> None:
        """The cause of a change is the call that made it."""
        causes = []
        api.core.store.feed.subscribe(
            "test", ["devices"], lambda changes: causes.extend(each.cause for each in changes)
        )
        api.ask("POST", "/api/v1/devices", {"id": "a"})
        api.ask("PATCH", "/api/v1/devices/a", {"sn": "1"})
        assert len(set(causes)) == 2
        assert all(cause.startswith("api-test-") for cause in causes)
        named = api.ask("PATCH", "/api/v1/devices/a", {"sn": "2"}).headers["x-request-id"]
        assert causes[-1] == named


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("PUT", "/api/v1/devices:bulk", 405),
        ("GET", "/api/v1/configs:bulk", 405),
        ("GET", "/api/v1/devices:nonsense", 404),
        ("PUT", "/api/v1/plugins:bulk", 404),
        ("GET", "/api/v1/devices/:bulk", 404),
    ],
)
def test_a_verb_is_no_document(method: str, path: str, status: int) -> None:
    """What is done to a noun as a whole is never taken for one of its documents."""
    made = bench()
    answer = made.ask(
        method, path, {"parent_ids": [], "raw_config": {}} if method == "PUT" else None
    )
    assert answer.status == status
    if status == 405:
        assert answer.headers["allow"] == "POST"
