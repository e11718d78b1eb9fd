"""Asterisk's manager interface in memory: as much of it as somebody needs who has phones notified.

A test has panoramisk, a client of others, speak with it, so that it is no echo of our own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from hashlib import md5

from attrs import define, field
from twisted.internet.protocol import Factory
from twisted.protocols.basic import LineReceiver

from provd.wire.ami import AmiMessage, parse_line

BANNER = "Asterisk Call Manager/9.0.0"
CHALLENGE = "168263148"

Lines = Iterable[tuple[str, str]]


@define
class FakeAsterisk:
    """What all connections share: who may log in, which endpoints there are, and what was sent."""

    users: dict[str, str] = field(factory=lambda: {"provd": "ami-secret"})
    endpoints: set[str] = field(factory=set)
    notified: list[AmiMessage] = field(factory=list)
    silent: bool = False
    """It takes what is said and answers nothing."""
    connections: list[FakeAmi] = field(factory=list)

    def factory(self) -> Factory:
        """To listen with."""
        return Factory.forProtocol(lambda: FakeAmi(self))


class FakeAmi(LineReceiver):
    """One connection to it."""

    delimiter = b"\r\n"

    def __init__(self, asterisk: FakeAsterisk) -> None:
        self._asterisk = asterisk
        self._lines: list[tuple[str, str]] = []
        self._logged_in = False

    def connectionMade(self) -> None:
        """Its first line."""
        self._asterisk.connections.append(self)
        self.sendLine(BANNER.encode("ascii"))

    def connectionLost(self, reason: object = None) -> None:
        """It has gone."""
        self._asterisk.connections.remove(self)

    def lineReceived(self, line: bytes) -> None:
        """Another line of an action, or its end."""
        if line:
            self._lines.append(parse_line(line))
        elif self._lines:
            action, self._lines = AmiMessage(tuple(self._lines)), []
            if not self._asterisk.silent:
                self._do(action)

    def tell(self, lines: Lines) -> None:
        """Send a message."""
        for key, value in lines:
            self.sendLine(f"{key}: {value}".encode())
        self.sendLine(b"")

    def _do(self, action: AmiMessage) -> None:
        name = action.first("Action").lower()
        if not self._logged_in and name not in {"login", "challenge", "logoff"}:
            self._answer(action, "Error", ("Message", "Permission denied"))
            return
        known: dict[str, Callable[[AmiMessage], None]] = {
            "challenge": self._challenge,
            "login": self._log_in,
            "logoff": self._log_off,
            "ping": self._ping,
            "pjsipnotify": self._notify,
        }
        if name in known:
            known[name](action)
        else:
            self._answer(action, "Error", ("Message", "Invalid/unknown command"))

    def _answer(self, action: AmiMessage, response: str, *more: tuple[str, str]) -> None:
        number = action.first("ActionID")
        about = (("ActionID", number),) if number else ()
        self.tell((("Response", response), *about, *more))

    def _challenge(self, action: AmiMessage) -> None:
        if action.first("AuthType").upper() != "MD5":
            self._answer(action, "Error", ("Message", "Must specify AuthType"))
        else:
            self._answer(action, "Success", ("Challenge", CHALLENGE))

    def _log_in(self, action: AmiMessage) -> None:
        secret = self._asterisk.users.get(action.first("Username"))
        if secret is None or not self._proves(action, secret):
            self._answer(action, "Error", ("Message", "Authentication failed"))
            if self.transport is not None:
                self.transport.loseConnection()
            return
        self._logged_in = True
        self._answer(action, "Success", ("Message", "Authentication accepted"))
        if action.first("Events").lower() != "off":
            self.tell(
                (("Event", "FullyBooted"), ("Privilege", "system,all"), ("Status", "Fully Booted"))
            )

    def _proves(self, action: AmiMessage, secret: str) -> bool:
        if action.first("AuthType").upper() == "MD5":
            wanted = md5(f"{CHALLENGE}{secret}".encode(), usedforsecurity=False).hexdigest()
            return action.first("Key") == wanted
        return action.first("Secret") == secret

    def _log_off(self, action: AmiMessage) -> None:
        self._answer(action, "Goodbye", ("Message", "Thanks for all the fish."))
        if self.transport is not None:
            self.transport.loseConnection()

    def _ping(self, action: AmiMessage) -> None:
        self._answer(action, "Success", ("Ping", "Pong"), ("Timestamp", "1795193294.000000"))

    def _notify(self, action: AmiMessage) -> None:
        endpoint, uri = action.first("Endpoint"), action.first("URI")
        if not endpoint and not uri:
            why = "PJSIPNotify requires either an endpoint name or a SIP URI."
            self._answer(action, "Error", ("Message", why))
        elif not action.first("Variable"):
            why = "PJSIPNotify requires at least one Variable"
            self._answer(action, "Error", ("Message", why))
        elif endpoint and endpoint not in self._asterisk.endpoints:
            why = f"Unable to retrieve endpoint {endpoint}"
            self._answer(action, "Error", ("Message", why))
        else:
            self._asterisk.notified.append(action)
            self._answer(action, "Success", ("Message", "NOTIFY sent"))
