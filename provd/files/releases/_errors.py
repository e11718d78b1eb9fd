"""What can go wrong with plugins from elsewhere: each condition by name, each a sentence for the operator."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import define

from provd.values import ProvdError


@define
class UnusableKey(ProvdError):
    """A text is no key of minisign's."""

    why: str

    def __str__(self) -> str:
        return f"it is no key: {self.why}"


@define
class NotSigned(ProvdError):
    """Nobody who is trusted signed a text."""

    subject: str
    why: str

    def __str__(self) -> str:
        return f"{self.subject}: {self.why}; nothing of it is taken"


@define
class IndexRefused(ProvdError):
    """An index of plugins cannot be used."""

    subject: str
    why: str

    def __str__(self) -> str:
        return f"{self.subject}: {self.why}; the index that was there before is kept"


@define
class WrongArchive(ProvdError):
    """An archive is unpacked, and is not the plugin that the index tells of."""

    archive: str
    why: str

    def __str__(self) -> str:
        return f"{self.archive}: {self.why}; nothing was changed"


@define
class ArchiveNotHad(ProvdError):
    """The archive of a plugin does not come from its server."""

    archive: str
    reasons: Sequence[str]

    def __str__(self) -> str:
        return f"{self.archive} cannot be fetched: {'; '.join(self.reasons)}; nothing was changed"


@define
class CannotCarry(ProvdError):
    """What a site has put into the tree of a plugin cannot be taken along."""

    plugin_id: str
    path: str
    why: str

    def __str__(self) -> str:
        return f"{self.path} of {self.plugin_id} cannot be taken along: {self.why}; nothing was changed"


class NothingToDo(ProvdError):
    """There is nothing of what is asked for that could be done."""


@define
class NothingBefore(NothingToDo):
    """There is no version before to go back to."""

    plugin_id: str

    def __str__(self) -> str:
        return f"there is no version of {self.plugin_id} before this one that could come back"


@define
class AlreadyInstalled(NothingToDo):
    """A plugin that is to be installed is there."""

    plugin_id: str

    def __str__(self) -> str:
        return f"{self.plugin_id} is there already; `provd plugins upgrade` takes what is newer"


@define
class NothingNewer(NothingToDo):
    """What is offered of a plugin is not newer than what is there."""

    plugin_id: str
    version: str
    offered: str

    def __str__(self) -> str:
        return (
            f"{self.plugin_id} is at {self.version or 'no version'}, and {self.offered} is offered"
        )


class NoServers(NothingToDo):
    """Plugins are to be had from nowhere."""

    def __str__(self) -> str:
        return "no server of plugins is known: name one in servers of [plugins]"


@define
class IndexesRefused(ProvdError):
    """Not every index could be taken; what was there before of those that could not is kept."""

    reasons: Sequence[str]

    def __str__(self) -> str:
        return "; ".join(self.reasons)


@define
class NotTaken(ProvdError):
    """A plugin was put in its place, could not be loaded there, and is gone again."""

    plugin_id: str
    version: str
    before: str
    """The version that is back; empty: there was none."""
    reason: str

    def __str__(self) -> str:
        came = f"{self.before} is back in its place" if self.before else "it was removed again"
        return f"{self.plugin_id} {self.version} cannot be loaded, so {came}: {self.reason}"
