"""Events over a real WebSocket: TLS, somebody else's client, our own client and command, and the end of a server."""

from __future__ import annotations

import contextlib
import json
import re
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from provd.application.certificate import own_files
from provd.client import Api, StreamEnded
from provd.testing.daemon import PATIENCE, Daemon

pytestmark = pytest.mark.system

PROVD = Path(sys.executable).with_name("provd")


class Secured:
    """A server over HTTPS where everybody has to prove who they are, with its first user's token."""

    def __init__(self, home: Path) -> None:
        settings: Any = {"api": {"tls": "on", "http2": True}, "access": {"required": True}}
        self.server = Daemon(home, settings=settings, families=())
        self.server.start()
        self.url = f"https://127.0.0.1:{self.server.ports[2]}"
        self.pem = str(own_files(self.server.data)[0])
        end = time.monotonic() + PATIENCE
        while not (found := re.search(r"^ +(provd-once-\S+)$", self.server.log, re.MULTILINE)):
            assert time.monotonic() < end, self.server.log
            time.sleep(0.02)
        with contextlib.closing(Api(self.url, ca=self.pem)) as api:
            self.token = api.log_in_with(found[1])["token"]

    def api(self, token: str = "") -> Api:
        """A client."""
        return Api(self.url, ca=self.pem, token=token or self.token)

    def listen(self, token: str = "", **more: Any) -> ClientConnection:
        """Somebody else's client; it offers compression, which is not wanted."""
        context = ssl.create_default_context(cafile=self.pem)
        return connect(
            f"{self.url.replace('https', 'wss')}/api/v1/events",
            ssl=context,
            additional_headers={"Authorization": f"Bearer {token or self.token}"},
            proxy=None,
            **more,
        )


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    """One server."""
    made = Secured(tmp_path_factory.mktemp("events") / "server")
    try:
        yield made
    finally:
        made.server.close()


def say(client: ClientConnection, **message: Any) -> Any:
    """Send a message; the next that comes."""
    client.send(json.dumps(message))
    return hear(client)


def hear(client: ClientConnection) -> Any:
    """The next message."""
    return json.loads(client.recv(PATIENCE))


def test_somebody_elses_client(secured: Secured) -> None:
    """Opens it over TLS, is told of a change, pings, and parts in peace."""
    with secured.listen() as client, contextlib.closing(secured.api()) as api:
        assert hear(client)["type"] == "welcome"
        assert say(client, op="subscribe", id="d", kind="devices", action="created")["resumed"]
        api.devices.create({"id": "phone", "description": "das Büro"})
        event = hear(client)
        assert (event["kind"], event["action"], event["key"]) == ("devices", "created", "phone")
        assert event["document"]["description"] == "das Büro"
        assert client.ping().wait(PATIENCE)
        assert say(client, op="unsubscribe", id="x")["problem"]["status"] == 422
        client.send("x" * 5000)
        with pytest.raises(ConnectionClosed) as closed:
            client.recv(PATIENCE)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1009


def test_messages_in_fragments(secured: Secured) -> None:
    """Are heard whole."""
    with secured.listen(compression=None) as client:
        hear(client)
        client.send(iter(['{"op":"subscribe",', '"id":"a",', '"kind":"devices"}']))
        assert hear(client)["type"] == "subscribed"


def test_who_may_not(secured: Secured) -> None:
    """Is refused in HTTP."""
    with pytest.raises(InvalidStatus) as refused:
        secured.listen(token="nonsense")
    assert refused.value.response.status_code == 401


def test_a_token_is_taken_back(secured: Secured) -> None:
    """While somebody listens with it: the stream ends with its code."""
    with contextlib.closing(secured.api()) as api:
        other = api.tokens.issue({})
        with secured.listen(other["token"]) as client:
            hear(client)
            say(client, op="subscribe", id="d")
            api.tokens.revoke(other["id"])
            with pytest.raises(ConnectionClosed) as closed:
                client.recv(PATIENCE)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4401


def test_our_own_client(secured: Secured) -> None:
    """Goes on where it was, and is told why it ends."""
    with contextlib.closing(secured.api()) as api, api.events() as stream:
        stream.subscribe(kind="configs", action="created")
        api.configs.create({"id": "a", "parent_ids": [], "raw_config": {}})
        event = next(iter(stream))
        assert event["key"] == "a"
        api.configs.create({"id": "b", "parent_ids": [], "raw_config": {}})
        with api.events() as late:
            assert late.subscribe(kind="configs", since=event["position"])["resumed"]
            assert next(iter(late))["key"] == "b"
            late.unsubscribe("configs *")
        assert next(iter(stream))["key"] == "b"


def test_the_command(secured: Secured) -> None:
    """Prints one line for each event, for people and for programs."""
    environment = {"PROVD_URL": secured.url, "PROVD_CA": secured.pem, "PROVD_TOKEN": secured.token}
    with contextlib.closing(secured.api()) as api, api.events() as stream:
        since = stream.subscribe()["position"]
        api.devices.create({"id": "fax"})
        asked = [PROVD, "events", "watch", "--kind", "devices", "--action", "created"]
        asked += ["--since", since, "--count", "1"]
        told = [
            subprocess.run(
                [*asked, *more],
                env=environment,
                capture_output=True,
                text=True,
                timeout=PATIENCE,
                check=True,
            ).stdout
            for more in ((), ("--json",))
        ]
    assert "devices/fax created by admin" in told[0]
    assert json.loads(told[1])["document"]["id"] == "fax"
    refused = subprocess.run(
        [PROVD, "events", "watch", "--kind", "phones"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert refused.returncode == 1
    assert "kind" in refused.stderr


def test_over_http_2(secured: Secured) -> None:
    """There it is refused, and what to do is told; the same server agrees on HTTP/1.1 where that is offered."""
    told = subprocess.run(
        [
            *("curl", "--silent", "--show-error", "--http2", "--cacert", secured.pem),
            *("--header", f"Authorization: Bearer {secured.token}"),
            *("--write-out", "\n%{http_code} %{http_version}", f"{secured.url}/api/v1/events"),
        ],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    body, _line, end = told.rpartition("\n")
    assert end == "505 2"
    assert json.loads(body)["type"] == "urn:provd:problem:http-one-only"


def test_who_does_not_read(secured: Secured) -> None:
    """Costs the server its place and no more: others are told, and so is it once it reads."""
    with (
        contextlib.closing(secured.api()) as api,
        secured.listen() as slow,
        secured.listen() as quick,
    ):
        # The library reads into a queue of its own, and stops when that is full.
        for client in (slow, quick):
            hear(client)
            say(client, op="subscribe", id="d", kind="configs", action="changed")
        raw = {"X_note": "x" * 50_000}
        api.configs.create({"id": "large", "parent_ids": [], "raw_config": raw})
        for number in range(60):
            api.configs.change("large", {"raw_config": {"X_number": number}})
            assert hear(quick)["document"]["raw_config"]["X_number"] == number
        numbers = [hear(slow)["document"]["raw_config"]["X_number"] for _ in range(60)]
        assert numbers == list(range(60))


def test_nonsense_on_the_wire(secured: Secured) -> None:
    """Bytes that are no frames end the conversation, and harm nobody."""
    context = ssl.create_default_context(cafile=secured.pem)
    for junk in (
        b"\xff" * 4000,
        b"GET / HTTP/1.1\r\n\r\n" * 200,
        b"\x81\xff" + b"\x7f" * 12 + b"x" * 5000,
    ):
        with (
            socket.create_connection(("127.0.0.1", secured.server.ports[2]), PATIENCE) as plain,
            context.wrap_socket(plain, server_hostname="127.0.0.1") as wire,
        ):
            wire.sendall(
                b"GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n"
                b"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nAuthorization: Bearer "
                + secured.token.encode()
                + b"\r\n\r\n"
                + junk
            )
            got = b""
            while b"\x88" not in got.partition(b"\r\n\r\n")[2]:
                piece = wire.recv(65536)
                if not piece:
                    break
                got += piece
            assert b" 101 " in got
    with contextlib.closing(secured.api()) as api:
        assert api.ready()["ready"]
    assert " error " not in secured.server.log


def test_the_server_ends(tmp_path: Path) -> None:
    """Who listens is told: 1001, and where to go on; a new start knows nothing of what was."""
    server = Daemon(tmp_path / "server", families=())
    try:
        server.start()
        with contextlib.closing(server.api()) as api, api.events() as stream:
            stream.subscribe(kind="devices")
            api.devices.create({"id": "phone"})
            told = iter(stream)
            event = next(each for each in told if each["action"] == "created")
            api.devices.create({"id": "fax"})
            while next(told)["key"] != "fax":
                pass
            server.tell(signal.SIGTERM)
            with pytest.raises(StreamEnded) as ended:
                for _rest in told:
                    pass
            assert ended.value.code == 1001
            assert server.wait() == 0
        server.start()
        with contextlib.closing(server.api()) as api, api.events() as stream:
            assert not stream.subscribe("old", since=event["position"])["resumed"]
    finally:
        server.close()


def test_access_is_taken_up_by_who_listens(tmp_path: Path) -> None:
    """Who had nothing to prove must, and who came in by a way that is closed is shut out: at the reload itself."""
    server = Daemon(tmp_path / "server", families=())
    try:
        server.start()
        with contextlib.closing(server.api()) as api, api.events() as nobody:
            nobody.subscribe(kind="devices")
            server.configure({"access": {"required": True, "whitelist": {"127.0.0.1": "admin"}}})
            assert set(api.reload()["changed"]) == {"access.required", "access.whitelist"}
            with pytest.raises(StreamEnded) as ended:
                next(iter(nobody))
            assert ended.value.code == 4401
        end = time.monotonic() + PATIENCE
        while "provd-once-" not in server.log:
            assert time.monotonic() < end, server.log
            time.sleep(0.02)
        with contextlib.closing(server.api()) as api, api.events() as known:
            known.subscribe(kind="devices")
            server.configure({"access": {"required": True, "whitelist": {"127.0.0.2": "admin"}}})
            assert api.reload()["changed"] == ["access.whitelist"]
            with pytest.raises(StreamEnded) as ended:
                next(iter(known))
            assert ended.value.code == 4401
    finally:
        server.close()
