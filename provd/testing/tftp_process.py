"""A real TFTP server on loopback, in a process of its own: `python -m provd.testing.tftp_process ROOT`.

It serves the files of a directory by their last name and prints the port it listens on; options
are settings, as `single_port=true`.  For system tests and benches; no device is identified.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TextIO, cast

import msgspec
from twisted.internet import epollreactor
from zope.interface import implementer

from provd.contracts import IInquiries
from provd.contracts.serving import Answered
from provd.servers.tftp import TFTPServer, TFTPSettings
from provd.testing.together import ask_each
from provd.values import Answer, Content, FileContent, Inquiry, Refusal, RefusalKind

__all__ = ["DirectoryAnswers", "main"]


@implementer(IInquiries)
class DirectoryAnswers:
    """Answers with the file of that name: from memory if `held`, else from disk."""

    def __init__(self, root: str, *, held: bool = False) -> None:
        self._root = root
        self._kept: dict[str, Content] | None = {} if held else None
        self._last = 0

    def inquiry_id(self) -> str:
        """Numbered from 1."""
        self._last += 1
        return str(self._last)

    def ask(self, inquiry: Inquiry) -> Answer:
        """The file, or not found."""
        path = os.path.join(self._root, os.path.basename(inquiry.path))  # noqa: PTH118, PTH119
        try:
            if self._kept is None:
                found = os.stat(path)  # noqa: PTH116
                return FileContent(path, found.st_size, found.st_mtime_ns)
            if path not in self._kept:
                self._kept[path] = Content(Path(path).read_bytes())
            return self._kept[path]
        except (OSError, ValueError):
            return Refusal(RefusalKind.NOT_FOUND, "there is no such file")

    def ask_all(self, inquiries: Sequence[Inquiry], answered: Answered) -> None:
        ask_each(self.ask, inquiries, answered)


def main(root: str, *options: str) -> None:
    """Serve until ended by a signal, then tell the counters on standard error."""
    told: dict[str, Any] = {"interface": "127.0.0.1", "port": "0"}
    for option in options:
        name, _, value = option.partition("=")
        told[name] = value
    held = told.pop("held", "") == "true"
    settings = msgspec.convert(told, TFTPSettings, strict=False)
    reactor = cast("Any", epollreactor.EPollReactor())
    server = TFTPServer(reactor, DirectoryAnswers(root, held=held), settings)
    server.start()
    reactor.addSystemEventTrigger("before", "shutdown", server.stop)
    reactor.callWhenRunning(say, sys.stdout, str(server.port))
    reactor.run()
    say(sys.stderr, msgspec.json.encode(server.counters()).decode())


def say(stream: TextIO, line: str) -> None:
    """One line, at once."""
    stream.write(line + "\n")
    stream.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
