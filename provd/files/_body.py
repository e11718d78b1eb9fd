"""A body as it comes from the network: taken in pieces, each written before more is read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.protocol import Protocol
from twisted.python.failure import Failure
from twisted.web.client import ResponseDone
from twisted.web.http import PotentialDataLoss

from provd.files._errors import NotFetched, Stopped
from provd.files._line import Line
from provd.files._stop import Stop
from provd.values import ProvdError

PIECE = 512 << 10
"""Bytes that are gathered before they are written."""


class Body(Protocol):
    """Takes no byte more than there should be, and waits no longer than `patience` for the next.

    `whole` fires once all that came is written: with None, or failing with why it is not the whole.
    """

    transport: Any

    def __init__(
        self,
        reactor: Any,
        write: Callable[[bytes], Deferred[None]],
        line: Line,
        stop: Stop,
        patience: float,
    ) -> None:
        """`write` keeps one piece; `line` is cut where what comes is not wanted."""
        self._write = write
        self._line = line
        self._stop = stop
        self._patience = patience
        self._quiet = reactor.callLater(patience, self._silent)
        self._pieces: list[bytes] = []
        self._gathered = 0
        self._writing = False
        self._ended = False
        self._error: Failure | None = None
        self._url = ""
        self._left = 0
        self._or_less = False
        self.whole: Deferred[None] = Deferred(lambda _whole: self.stop())

    def expect(self, url: str, size: int) -> Body:
        """So many bytes are to come from there."""
        self._url, self._left = url, size
        return self

    def expect_up_to(self, url: str, most: int) -> Body:
        """No more than so many bytes are to come from there."""
        self._or_less = True
        return self.expect(url, most)

    def stop(self) -> None:
        """Nobody wants it any more."""
        self._fail(Failure(Stopped()))

    def dataReceived(self, data: bytes) -> None:
        if self._error is not None:
            return
        self._quiet.reset(self._patience)
        self._left -= len(data)
        if self._stop.asked:
            self.stop()
        elif self._left < 0:
            self._refuse("its server sends more than it should")
        else:
            self._pieces.append(data)
            self._gathered += len(data)
            if self._gathered >= PIECE and not self._writing:
                self._flush()

    def connectionLost(self, reason: Failure) -> None:  # type: ignore[override]  # the default is no Failure of ours
        self._ended = True
        if self._quiet.active():
            self._quiet.cancel()
        if self._or_less:
            if reason.check(PotentialDataLoss):
                self._refuse("its server does not tell where it ends")
            elif not reason.check(ResponseDone):
                self._refuse("it broke off")
        elif self._left or not (reason.check(ResponseDone) or reason.check(PotentialDataLoss)):
            self._refuse(f"it broke off with {max(self._left, 0)} bytes to come")
        if not self._writing:
            self._flush()

    def _silent(self) -> None:
        self._refuse(f"nothing came for {self._patience:g} seconds")

    def _refuse(self, why: str) -> None:
        self._fail(Failure(NotFetched(self._url, why)))

    def _fail(self, failure: Failure) -> None:
        """What came is written all the same: it can be gone on with."""
        if self._error is None:
            self._error = failure
        if self._quiet.active():
            self._quiet.cancel()
        if not self._ended:
            self._line.abort()

    def _flush(self) -> None:
        piece, self._pieces, self._gathered = b"".join(self._pieces), [], 0
        if not piece:
            self._settle()
            return
        self._writing = True
        if not self._ended:
            self.transport.pauseProducing()
        self._write(piece).addCallbacks(self._written, self._unwritten)

    def _written(self, _none: None) -> None:
        self._writing = False
        if self._ended or self._gathered >= PIECE:
            self._flush()
        elif self._error is None:
            self._quiet.reset(self._patience)
            self.transport.resumeProducing()

    def _unwritten(self, failure: Failure) -> None:
        self._writing = False
        self._pieces, self._gathered = [], 0
        if self._error is None or not self._error.check(ProvdError):
            self._error = failure
        self._fail(failure)
        if self._ended:
            self._settle()

    def _settle(self) -> None:
        if not self._ended or self.whole.called:
            return
        if self._error is not None:
            self.whole.errback(self._error)
        else:
            self.whole.callback(None)
