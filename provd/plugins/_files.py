"""What a plugin answers to devices that ask it for files: with their secrets, and without."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextvars import copy_context
from typing import Any

from msgspec.structs import replace
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.python.failure import Failure

from provd.plugins._asking import NOTHING_WITHOUT, Asking, paired
from provd.plugins._configuration import NotConfigured
from provd.plugins._guard import Guard
from provd.plugins._sense import senseless_answer
from provd.plugins._view import View
from provd.plugins._walk import ServedTree, segments
from provd.plugins.render import Templates
from provd.sdk import IServe, ITellSecrets, RawConfigError
from provd.values import (
    Answer,
    Content,
    FileContent,
    PluginFailed,
    Redirect,
    Refusal,
    RefusalKind,
)
from provd.values.package import PackageVersion

LONGEST_WAIT = 10.0
"""Seconds a plugin's Deferred may take."""

MOST_UNDER_WAY = 512
"""Answers of one plugin that may be waited for at once: its silence must leave room for the others."""

TOO_MANY = Refusal(
    RefusalKind.UNAVAILABLE, f"{MOST_UNDER_WAY} answers of its plugin are waited for already"
)
NO_SUCH_PATH = Refusal(RefusalKind.NOT_FOUND, "no file can have that path")
NO_TREE = Refusal(RefusalKind.NOT_FOUND, "the plugin serves no files")


class Files:
    """Asks one plugin for the files of its devices."""

    def __init__(  # noqa: PLR0913 - what an answer is made with, each named
        self,
        plugin: Any,
        guard: Guard,
        *,
        tree: ServedTree,
        templates: Templates,
        packages: Callable[[], Sequence[PackageVersion]],
        clock: IReactorTime,
        remember: Callable[[Asking, Content], None],
    ) -> None:
        """`packages` tells what is installed of it; `remember` keeps what was rendered."""
        self._plugin = plugin
        self._guard = guard
        self._tree = tree
        self._templates = templates
        self._packages = packages
        self._clock = clock
        self._remember_content = remember
        self._under_way = 0

    def ask(self, asking: Asking, asked_path: str) -> Answer | Deferred[Answer]:
        """The answer, sensible and remembered. @raise PluginFailed: a Deferred fails with it."""
        path = segments(asked_path)
        if path is None:
            return NO_SUCH_PATH
        if not IServe.providedBy(self._plugin):
            return NO_TREE
        answer = self._answer(asking, "/".join(path))
        if isinstance(answer, Deferred):
            return answer.addCallback(lambda answered: self._paired(asking, path, answered))
        return self._paired(asking, path, answer)

    def _answer(self, asking: Asking, path: str) -> Answer | Deferred[Answer]:
        view = self.view(asking)
        try:
            answer = self._guard.ask("serve a file", asking.keep, self._plugin.serve, path, view)
        except NotConfigured as error:
            return Refusal(RefusalKind.NOT_FOUND, str(error))
        if isinstance(answer, Deferred):
            return self._later(asking, answer)
        return answer if answer is view.found else self._checked(asking, answer)

    def _paired(
        self, asking: Asking, path: Sequence[str], answer: Answer
    ) -> Answer | Deferred[Answer]:
        """The answer, with what there is in its place for whoever may not have its secrets."""
        name = "/".join(path)
        if isinstance(answer, Content | FileContent) and self._tells_secrets(asking, name):
            return replace(answer, without=NOTHING_WITHOUT)
        bare = asking.bare() if isinstance(answer, Content | Redirect) else None
        if bare is None:
            return self._remember(asking, answer)
        try:
            without = self._answer(bare, name)
        except PluginFailed:
            without = NOTHING_WITHOUT
        if not isinstance(without, Deferred):
            return self._remember(asking, paired(answer, without))
        without.addErrback(_makes_nothing_of_it)
        return without.addCallback(lambda other: self._remember(asking, paired(answer, other)))

    def _tells_secrets(self, asking: Asking, path: str) -> bool:
        if not ITellSecrets.providedBy(self._plugin):
            return False
        question = "tell which files are secret"
        return bool(self._guard.ask(question, asking.keep, self._plugin.tells_secrets, path))

    def _checked(self, asking: Asking, answer: Answer) -> Answer:
        """The answer, if it makes sense; what is given without secrets is decided here alone."""
        note = senseless_answer(answer, self._tree)
        if note:
            raise self._guard.nonsense("serve a file", note, keep=asking.keep)
        if isinstance(answer, Content | Redirect) and answer.without is not None:
            return replace(answer, without=None)
        return answer

    def _later(self, asking: Asking, answer: Deferred[Answer]) -> Refusal | Deferred[Answer]:
        if self._under_way >= MOST_UNDER_WAY:
            answer.addErrback(lambda _cancelled: None)
            self._guard.ask("serve a file", asking.keep, answer.cancel)
            return TOO_MANY

        def over(outcome: Any) -> Any:
            self._under_way -= 1
            return outcome

        def failed(failure: Failure) -> Answer:
            if isinstance(failure.value, NotConfigured | RawConfigError):
                return Refusal(RefusalKind.NOT_FOUND, str(failure.value))
            raise self._guard.failed("serve a file", failure.value, keep=asking.keep)

        self._under_way += 1
        answer.addTimeout(LONGEST_WAIT, self._clock).addBoth(over)
        # Whoever fires it does so on his own behalf, not on that of this inquiry.
        within = copy_context().run
        return answer.addCallbacks(
            lambda result: within(self._checked, asking, result),
            lambda failure: within(failed, failure),
        )

    def _remember(self, asking: Asking, answer: Answer) -> Answer:
        if (
            asking.remember
            and type(answer) is Content
            and asking.lineage is not None
            and answer.etag
        ):
            self._remember_content(asking, answer)
        return answer

    def view(self, asking: Asking) -> View:
        """What the plugin sees of the device that it is asked about."""
        url, make, packages = asking.key[2], asking.raw_config, self._packages()
        return View(
            asking.device,
            url,
            make,
            self._tree,
            self._templates,
            packages,
            whence=asking,
            keep=asking.keep,
        )


def _makes_nothing_of_it(failure: Failure) -> Refusal:
    failure.trap(PluginFailed)
    return NOTHING_WITHOUT
