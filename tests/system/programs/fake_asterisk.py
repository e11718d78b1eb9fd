"""The fake Asterisk as a process of its own: `fake_asterisk.py PORT`; says each NOTIFY on its output."""

from __future__ import annotations

import sys

from twisted.internet import reactor

from provd.testing.ami import FakeAsterisk
from provd.wire.ami import AmiMessage


def say(text: str) -> None:
    """A line of output, at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


class Telling(list[AmiMessage]):
    """What was sent, said aloud."""

    def append(self, message: AmiMessage) -> None:
        """One more."""
        super().append(message)
        say("; ".join(f"{key}={value}" for key, value in message.lines))


asterisk = FakeAsterisk(endpoints={"u1"}, notified=Telling())
reactor.listenTCP(int(sys.argv[1]), asterisk.factory(), interface="127.0.0.1")  # type: ignore[attr-defined]
say("ready")
reactor.run()  # type: ignore[attr-defined]
