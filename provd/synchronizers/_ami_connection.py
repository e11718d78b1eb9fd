"""One connection to Asterisk's manager interface: logged in, asked, answered."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from hashlib import md5
from itertools import count
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.internet.protocol import connectionDone
from twisted.internet.task import LoopingCall
from twisted.logger import Logger
from twisted.protocols.basic import LineReceiver
from twisted.python.failure import Failure

from provd.values import MalformedPacket, NotTold
from provd.wire.ami import (
    LONGEST_LINE,
    MOST_LINES,
    AmiMessage,
    banner_version,
    encode_action,
    parse_line,
)

log = Logger("provd.synchronization")

PING = 30.0
"""Seconds between two looks whether Asterisk is still there."""

MOST_WAITING = 4_096
"""Actions that are not answered yet."""

FAREWELL = "Shutdown"
"""The event before Asterisk goes."""


class AmiConnection(LineReceiver):
    """Speaks with Asterisk."""

    delimiter = b"\r\n"
    MAX_LENGTH = LONGEST_LINE

    def __init__(self, clock: IReactorTime, timeout: float) -> None:
        self.version = ""
        self.logged_in = False
        self._clock = clock
        self._timeout = timeout
        self._numbers = count(1)
        self._waiting: dict[str, Deferred[AmiMessage]] = {}
        self._lines: list[tuple[str, str]] = []
        self._greeted: Deferred[None] = Deferred()
        self._heard: Callable[[AmiMessage], None] = _nobody_listens
        self._pinging = LoopingCall(self._ping)
        self._pinging.clock = clock

    def heard_by(self, heard: Callable[[AmiMessage], None]) -> None:
        """Tell events to somebody."""
        self._heard = heard

    async def log_in(self, username: str, secret: str) -> None:
        """Prove who we are, without telling the secret to whoever listens.

        @raise NotTold: Asterisk says no, or nothing.
        """
        await self._greeted.addTimeout(self._timeout, self._clock, _nobody_answers)
        challenge = await self.ask([("Action", "Challenge"), ("AuthType", "MD5")])
        key = md5(f"{challenge.first('Challenge')}{secret}".encode(), usedforsecurity=False)
        answer = await self.ask(
            [
                ("Action", "Login"),
                ("AuthType", "MD5"),
                ("Username", username),
                ("Key", key.hexdigest()),
                ("Events", "system"),
            ]
        )
        if not answer.succeeded:
            said = answer.first("Message") or "no"
            raise NotTold(
                f"Asterisk does not let {username} in: {said}; see its manager.conf", again=True
            )
        self.logged_in = True
        self._pinging.start(PING, now=False).addErrback(
            lambda failure: log.failure("Asterisk is not looked after any more", failure)
        )

    def ask(self, lines: Iterable[tuple[str, str]]) -> Deferred[AmiMessage]:
        """The response to an action; fails with `NotTold` where none comes.

        @raise UnsendableAction: it cannot be said.
        """
        number = f"provd-{next(self._numbers)}"
        written = encode_action([*lines, ("ActionID", number)])
        answer: Deferred[AmiMessage] = Deferred()
        if not self.connected or self.transport is None or len(self._waiting) >= MOST_WAITING:
            answer.errback(NotTold("Asterisk cannot be asked now", again=True))
            return answer
        self._waiting[number] = answer
        answer.addTimeout(self._timeout, self._clock, _nobody_answers)
        answer.addBoth(self._over, number)
        self.transport.write(written)
        return answer

    def _over(self, outcome: Any, number: str) -> Any:
        self._waiting.pop(number, None)
        return outcome

    def lineReceived(self, line: bytes) -> None:
        """A line of a message; what is none ends the connection."""
        try:
            if not self.version:
                self.version = banner_version(line)
                self._greeted.callback(None)
            elif line:
                self._keep(parse_line(line))
            elif self._lines:
                message, self._lines = AmiMessage(tuple(self._lines)), []
                self._received(message)
        except MalformedPacket as error:
            log.warn("Asterisk is not spoken with any more: {error}", error=error)
            self.close()

    def _keep(self, line: tuple[str, str]) -> None:
        if len(self._lines) >= MOST_LINES:
            raise MalformedPacket("ami", "a message does not end")
        self._lines.append(line)

    def lineLengthExceeded(self, line: bytes) -> None:
        """Nobody keeps so much."""
        log.warn("Asterisk is not spoken with any more: a line has {size} bytes", size=len(line))
        self.close()

    def _received(self, message: AmiMessage) -> None:
        if message.first("Event"):
            self._heard(message)
            if message.first("Event") == FAREWELL:
                self.close()
            return
        answer = self._waiting.get(message.first("ActionID"))
        if answer is not None and not answer.called:
            answer.callback(message)

    def _ping(self) -> Deferred[Any]:
        return self.ask([("Action", "Ping")]).addErrback(lambda _nothing: self.close())

    def close(self) -> None:
        """Be done with it."""
        if self.transport is not None:
            self.transport.abortConnection()  # type: ignore[attr-defined]  # every stream of ours has it

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """Whoever waits gets no answer."""
        self.connected = 0  # what nobody else does
        self.logged_in = False
        if self._pinging.running:
            self._pinging.stop()
        gone = NotTold(
            f"the connection to Asterisk was lost: {reason.getErrorMessage()}", again=True
        )
        for each in list(self._waiting.values()):
            if not each.called:
                each.errback(gone)
        if not self._greeted.called:
            self._greeted.addErrback(lambda _nobody: None)
            self._greeted.errback(gone)


def _nobody_answers(_outcome: Any, seconds: float) -> Any:
    raise NotTold(f"Asterisk did not answer within {seconds:g} s", again=True)


def _nobody_listens(_message: AmiMessage) -> None:
    """While nobody wants to hear events."""
