"""Waiting for changes: told at once, not before, and not for ever."""

from __future__ import annotations

import json
from typing import Any

import pytest
from twisted.internet.address import IPv4Address
from twisted.internet.error import ConnectionDone
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure

from provd.testing.api import Answer, Bench, bench, parse
from provd.testing.plugins import acme

URL = "/api/v1/devices"


@pytest.fixture
def api() -> Bench:
    """A server with one device."""
    made = bench(acme())
    phone = {"id": "phone", "mac": "00:00:5e:00:53:01", "plugin": "acme-1.0", "config": "autoprov"}
    assert made.ask("POST", URL, phone).status == 201
    return made


class Client:
    """A connection on which something is waited for."""

    def __init__(self, api: Bench, path: str, etag: str, wait: str = "wait=30") -> None:
        self.api = api
        address = IPv4Address("TCP", "127.0.0.1", 40000)
        self.transport = StringTransport(peerAddress=address)
        self.protocol = api.site.buildProtocol(address)
        self.protocol.makeConnection(self.transport)
        head = f"GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n"
        head += f"if-none-match: {etag}\r\nprefer: {wait}\r\n\r\n"
        self.protocol.dataReceived(head.encode())
        api.core.clock.advance(0)

    @property
    def answer(self) -> Answer | None:
        """What it was answered, if it was."""
        self.api.core.clock.advance(0)
        value = self.transport.value()
        return parse(value) if value else None


class TestWaiting:
    """`Prefer: wait`."""

    def etag(self, api: Bench, path: str) -> str:
        """Of what is there."""
        return api.ask("GET", path).headers["etag"]

    def test_a_change_is_told_at_once(self, api: Bench) -> None:
        """Not before there is one, and not for another device."""
        client = Client(api, f"{URL}/phone", self.etag(api, f"{URL}/phone"))
        api.ask("POST", URL, {"id": "other"})
        assert client.answer is None
        api.ask("PATCH", f"{URL}/phone", {"sn": "S"})
        assert client.answer is not None
        assert (client.answer.status, client.answer.json["sn"]) == (200, "S")
        assert client.answer.headers["preference-applied"] == "wait=30"

    def test_nothing_happens(self, api: Bench) -> None:
        """304 when the time is over, and nothing is left waiting."""
        client = Client(api, f"{URL}/phone", self.etag(api, f"{URL}/phone"))
        api.core.clock.advance(31)
        assert client.answer is not None
        assert client.answer.status == 304
        assert len(api.operators.waiting) == 0

    def test_something_else_is_there_already(self, api: Bench) -> None:
        """Then nobody waits."""
        client = Client(api, f"{URL}/phone", '"1"')
        assert client.answer is not None
        assert client.answer.status == 200

    def test_it_goes(self, api: Bench) -> None:
        """404 as soon as it is gone."""
        client = Client(api, f"{URL}/phone", self.etag(api, f"{URL}/phone"))
        api.ask("DELETE", f"{URL}/phone")
        assert client.answer is not None
        assert client.answer.status == 404

    def test_lists(self, api: Bench) -> None:
        """Their validator moves with whatever they may show; until then they are not searched again."""
        etag = self.etag(api, URL)
        assert api.ask("GET", URL, if_none_match=etag).status == 304
        client = Client(api, f"{URL}?fields=id", etag)
        assert client.answer is None
        api.ask("POST", URL, {"id": "other"})
        assert client.answer is not None
        assert [each["id"] for each in client.answer.json["items"]] == ["other", "phone"]
        client = Client(api, URL, self.etag(api, URL))
        api.core.clock.advance(31)
        assert client.answer is not None
        assert client.answer.status == 304

    def test_a_client_that_goes(self, api: Bench) -> None:
        """Waits no longer."""
        client = Client(api, f"{URL}/phone", self.etag(api, f"{URL}/phone"))
        assert len(api.operators.waiting) == 1
        client.protocol.connectionLost(Failure(ConnectionDone()))
        assert len(api.operators.waiting) == 0
        assert not api.operators.waiting._waiting

    def test_too_many(self, api: Bench) -> None:
        """Are refused, and told when to ask again."""
        api.operators.waiting._most = 1
        etag = self.etag(api, f"{URL}/phone")
        Client(api, f"{URL}/phone", etag)
        second = Client(api, f"{URL}/phone", etag)
        assert second.answer is not None
        assert second.answer.status == 503
        assert "retry-after" in second.answer.headers

    @pytest.mark.parametrize("wait", ["wait=x", "wait", "wait=-1", "respond-async", "wait=0"])
    def test_other_preferences(self, api: Bench, wait: str) -> None:
        """Are ignored, as RFC 7240 wants it."""
        client = Client(api, f"{URL}/phone", self.etag(api, f"{URL}/phone"), wait)
        assert client.answer is not None
        assert client.answer.status == 304

    def test_operations(self, api: Bench) -> None:
        """Can be waited for, which is what they are for."""
        etag = self.etag(api, "/api/v1/operations")
        client = Client(api, "/api/v1/operations", etag, "respond-async, wait=5")
        assert client.answer is None
        draft = api.core.store.draft("test")
        kind: Any = api.core.store.kinds["operations"].type
        draft.put("operations", kind(id="x", kind="test"))
        api.core.store.commit(draft)
        assert client.answer is not None
        assert json.loads(client.answer.body)["total"] == 1
