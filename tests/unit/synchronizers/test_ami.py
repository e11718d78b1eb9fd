"""The driver that asks Asterisk, against the fake in memory."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionDone
from twisted.internet.protocol import Factory
from twisted.internet.task import Clock
from twisted.python.failure import Failure
from twisted.test.iosim import FakeTransport, connect
from zope.interface.verify import verifyObject

from provd.contracts import ISynchronizer
from provd.synchronizers import AmiDriver, AmiSettings
from provd.synchronizers._ami_connection import PING, AmiConnection
from provd.testing.ami import FakeAsterisk
from provd.testing.network import connected
from provd.values import Account, Errand, Notify, NotTold
from provd.wire.ami import LONGEST_LINE, MOST_LINES, UnsendableAction

ERRAND = Errand(
    device_id="phone",
    address="192.0.2.9",
    way=Notify(event="check-sync", reboot="check-sync;reboot=true"),
    account=Account(username="u1"),
)


class Talk:
    """One connection of ours to the fake, over a network in memory."""

    def __init__(self, asterisk: FakeAsterisk | None = None) -> None:
        self.clock = Clock()
        self.asterisk = asterisk or FakeAsterisk(endpoints={"u1"})
        self.ours = AmiConnection(self.clock, 10.0)
        server = self.asterisk.factory().buildProtocol(None)
        assert server is not None
        self.pump = connect(
            server,
            FakeTransport(server, isServer=True),
            self.ours,
            FakeTransport(self.ours, isServer=False),
        )

    def outcome(self, going: Deferred[Any]) -> Any:
        """What comes of it, once everything was said; a failure's exception."""
        found: list[Any] = []
        going.addBoth(found.append)
        self.pump.flush()
        assert found, "nothing came of it"
        return found[0].value if isinstance(found[0], Failure) else found[0]

    def log_in(self, secret: str = "ami-secret") -> Any:
        """Prove who we are."""
        return self.outcome(Deferred.fromCoroutine(self.ours.log_in("provd", secret)))


def test_logging_in() -> None:
    """By a digest: the secret itself is never said; events are heard from there on."""
    talk = Talk()
    heard: list[str] = []
    talk.ours.heard_by(lambda message: heard.append(message.first("event")))
    assert talk.log_in() is None
    assert talk.ours.logged_in
    assert heard == ["FullyBooted"]


def test_a_wrong_secret() -> None:
    """Asterisk's word is told, and where to look."""
    error = Talk().log_in("wrong")
    assert isinstance(error, NotTold)
    assert "Authentication failed" in str(error)
    assert "manager.conf" in str(error)


def test_nobody_answers() -> None:
    """Within ten seconds."""
    talk = Talk()
    talk.log_in()
    talk.asterisk.silent = True
    failed: list[Any] = []
    talk.ours.ask([("Action", "Ping")]).addErrback(failed.append)
    talk.pump.flush()
    talk.clock.advance(9)
    assert not failed
    talk.clock.advance(2)
    assert failed[0].check(NotTold)
    assert failed[0].value.again


def test_it_is_looked_after() -> None:
    """Asked every half a minute; one that does not answer is hung up on."""
    talk = Talk()
    talk.log_in()
    talk.clock.advance(PING)
    talk.pump.flush()
    assert talk.ours.connected
    talk.asterisk.silent = True
    talk.clock.advance(PING)
    talk.pump.flush()
    talk.clock.advance(11)
    talk.pump.flush()
    assert not talk.ours.connected


def test_asterisk_goes() -> None:
    """It says so first; what is under way fails, and may go better next time."""
    talk = Talk()
    talk.log_in()
    talk.asterisk.silent = True
    failed: list[Any] = []
    talk.ours.ask([("Action", "Ping")]).addErrback(failed.append)
    talk.asterisk.connections[0].tell((("Event", "Shutdown"), ("Shutdown", "Cleanly")))
    talk.pump.flush()
    assert failed[0].value.again
    assert not talk.ours.logged_in


def test_somebody_else() -> None:
    """Whoever does not greet as Asterisk does is hung up on."""
    ours, transport = connected(Factory.forProtocol(lambda: AmiConnection(Clock(), 10.0)))
    ours.dataReceived(b"220 mail.example ESMTP\r\n")
    assert transport.disconnected


@pytest.mark.parametrize(
    "said", [b"x" * (LONGEST_LINE + 1) + b"\r\n", b"a: b\r\n" * (MOST_LINES + 1), b"no colon\r\n"]
)
def test_what_nobody_keeps(said: bytes) -> None:
    """A line, or a message, without an end; a line that is none."""
    ours, transport = connected(Factory.forProtocol(lambda: AmiConnection(Clock(), 10.0)))
    ours.dataReceived(b"Asterisk Call Manager/9.0.0\r\n")
    ours.dataReceived(said)
    assert transport.disconnected


@given(st.lists(st.binary(max_size=60), max_size=10))
def test_noise(pieces: list[bytes]) -> None:
    """Whatever comes, the worst is that it is hung up on."""
    ours, transport = connected(Factory.forProtocol(lambda: AmiConnection(Clock(), 10.0)))
    for piece in (b"Asterisk Call Manager/9.0.0\r\n", *pieces):
        if not transport.disconnected:
            ours.dataReceived(piece)
    if not transport.disconnected:
        ours.connectionLost(Failure(ConnectionDone()))


class Driving:
    """The driver, whose connections lead to the fake."""

    def __init__(self, tmp_path: Path, **settings: Any) -> None:
        secret = tmp_path / "secret"
        secret.write_text("ami-secret\n", encoding="ascii")
        given = AmiSettings(host="192.0.2.60", secret=str(secret), **settings)
        self.driver = AmiDriver(given, Clock())
        self.talk = Talk()
        self.talk.log_in()
        self.driver._connected = self._connected  # type: ignore[method-assign]

    async def _connected(self) -> AmiConnection:
        return self.talk.ours

    def tell(self, errand: Errand = ERRAND) -> Any:
        """What comes of telling it."""
        return self.talk.outcome(self.driver.tell(errand))

    def said(self) -> dict[str, str]:
        """The last action that Asterisk did."""
        return dict(self.talk.asterisk.notified[-1].lines)


def test_it_keeps_the_contract() -> None:
    """Of what synchronizes."""
    assert verifyObject(ISynchronizer, AmiDriver(AmiSettings(), Clock()))


def test_to_the_contact(tmp_path: Path) -> None:
    """The device's own address: Asterisk cannot make several of it."""
    driving = Driving(tmp_path)
    assert driving.tell() == "Asterisk: NOTIFY sent"
    said = driving.said()
    assert (said["Action"], said["URI"]) == ("PJSIPNotify", "sip:u1@192.0.2.9:5060")
    assert said["Variable"] == "Event=check-sync"
    assert "Endpoint" not in said


def test_to_the_endpoint(tmp_path: Path) -> None:
    """As long as no other device is that endpoint."""
    driving = Driving(tmp_path, to="endpoint")
    assert driving.driver.why_not(ERRAND) == ""
    driving.tell(replace(ERRAND, reboot=True))
    said = driving.said()
    assert said["Endpoint"] == "u1"
    assert said["Variable"] == "Event=check-sync;reboot=true"
    shared = replace(ERRAND, account=Account(username="u1", shared_by="device other"))
    assert "device other runs the endpoint" in driving.driver.why_not(shared)
    assert "nobody knows" in driving.driver.why_not(replace(ERRAND, account=Account()))


def test_what_asterisk_refuses(tmp_path: Path) -> None:
    """Is told in its words, and not tried again."""
    driving = Driving(tmp_path, to="endpoint")
    error = driving.tell(replace(ERRAND, account=Account(username="nobody")))
    assert str(error) == "Asterisk says: Unable to retrieve endpoint nobody"
    assert not error.again


def test_a_body(tmp_path: Path) -> None:
    """Line by line; a comma would end a variable."""
    driving = Driving(tmp_path)
    way = Notify(event="service-control", content_type="text/plain", body="a=1\r\nb={}\r\n")
    driving.tell(replace(ERRAND, way=way))
    variables = [
        value for key, value in driving.talk.asterisk.notified[-1].lines if key == "Variable"
    ]
    assert variables == [
        "Event=service-control",
        "Content-type=text/plain",
        "Content=a=1",
        "Content=b={}",
    ]
    assert "comma" in driving.driver.why_not(replace(ERRAND, way=Notify(event="x", body="a,b")))


def test_nothing_adds_a_line(tmp_path: Path) -> None:
    """A value of a document never becomes an action of its own."""
    driving = Driving(tmp_path, to="endpoint")
    error = driving.tell(replace(ERRAND, account=Account(username="u1\r\nAction: Command")))
    assert isinstance(error.__cause__, UnsendableAction)
    assert not driving.talk.asterisk.notified


def test_without_asterisk() -> None:
    """It says so."""
    assert AmiDriver(AmiSettings(), Clock()).why_not(ERRAND) == "no Asterisk is set up"


def test_a_secret_that_cannot_be_read() -> None:
    """Is told by the name of its setting."""
    driver = AmiDriver(AmiSettings(host="192.0.2.60", secret="/nowhere"), Clock())
    with pytest.raises(NotTold, match=r"ami\.secret cannot be read"):
        driver._secret()
