"""The command against a real API on a real port of this process."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, ClassVar

from click.testing import CliRunner, Result
from twisted.internet.defer import Deferred
from twisted.internet.task import LoopingCall
from twisted.internet.threads import deferToThread
from twisted.trial.unittest import TestCase

from provd.cli import main
from provd.testing.api import bench
from provd.testing.plugins import acme


class CommandsTestCase(TestCase):
    """The server answers in this process, the command runs in a thread of it; `bench` is the server."""

    timeout = 30
    reactor: ClassVar[Any]
    """The one that the tests run on."""

    def setUp(self) -> None:
        """An API on a free port; its virtual clock moves with the real one."""
        self.bench = bench(acme(capabilities={"Acme, A1, 1.0": {}}))
        self.port = self.reactor.listenTCP(0, self.bench.site, interface="127.0.0.1")
        self.ticking = LoopingCall(lambda: self.bench.core.clock.advance(0.01))
        self.ticking.start(0.01)
        self.url = f"http://127.0.0.1:{self.port.getHost().port}"
        self.addCleanup(lambda: Deferred.fromCoroutine(self._stop()))

    async def _stop(self) -> None:
        self.ticking.stop()
        await self.port.stopListening()

    async def provd(self, *words: str, code: int = 0) -> Result:
        """Run a command; its exit code must be the one that is expected."""
        run: Callable[..., Result] = CliRunner().invoke
        result = await deferToThread(run, main, list(words), env={"PROVD_URL": self.url})
        self.assertEqual(code, result.exit_code, result.output)
        return result

    async def json(self, *words: str) -> Any:
        """What a command prints for programs."""
        return json.loads((await self.provd(*words, "--json")).stdout)
