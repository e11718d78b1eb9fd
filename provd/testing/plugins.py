"""Plugins in memory: a registry that holds what a test puts into it, and nothing on disk."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from attrs import define, field
from twisted.internet.defer import Deferred, maybeDeferred
from zope.interface import implementer

from provd.contracts import ILoadedPlugin, IPlugins, IReadable
from provd.sdk import Asked, Clue, DeviceSupport
from provd.values import (
    Action,
    Answer,
    Content,
    Info,
    Inquiry,
    PluginFailed,
    PluginOptions,
    Protocol,
    Refusal,
    RefusalKind,
    Way,
)

Outcome = TypeVar("Outcome")


def nothing_here(inquiry: Inquiry, device: Any, view: IReadable) -> Answer:
    """A plugin without files."""
    del inquiry, device, view
    return Refusal(RefusalKind.NOT_FOUND, "no such file")


def greeting(inquiry: Inquiry, device: Any, view: IReadable) -> Answer:
    """Content that shows which plugin, device and path it was made for, and from which config."""
    config = view.get("configs", device.config) if device.config else None
    text = f"{device.plugin} {device.mac} {inquiry.path} {config.id if config else '-'}"
    return Content(text.encode(), "text/plain", etag=text)


@implementer(ILoadedPlugin)
@define
class MemoryPlugin:
    """One plugin whose every answer is given by the test."""

    id: str
    clues: tuple[Clue, ...] = ()
    by_address: frozenset[str] = frozenset()
    supports: Callable[[Info], int] = lambda _info: DeviceSupport.NONE
    answers: Callable[[Inquiry, Any, IReadable], Answer | Deferred[Answer]] = nothing_here
    checks: Callable[[Any, IReadable], Sequence[str]] = lambda _device, _view: ()
    info: Mapping[str, Any] = field(factory=dict)
    generation: int = 1
    failures: int = 0
    last_failure: str = ""
    capabilities: Mapping[str, Any] = field(factory=dict)
    actions: Mapping[str, Action] = field(factory=dict)
    acts: Callable[[str, Any, Mapping[str, Any]], Any] = lambda _command, _device, _given: {}
    system_actions: Mapping[str, Action] = field(factory=dict)
    acts_on_system: Callable[[str, Mapping[str, Any]], Any] = lambda _command, _given: {}
    tells: Callable[[Inquiry], Mapping[int, bytes]] = lambda _inquiry: {}
    """Over DHCP."""
    understands: tuple[Way, ...] = ()
    """How its devices are synchronized; none: it does not say."""
    raw: Mapping[str, Any] = field(factory=dict)
    """What each of its devices is configured with."""
    accounts_in: str = ""

    def act(
        self,
        command: str,
        device: Any,
        view: IReadable,
        base: Mapping[str, Any],
        parameters: Mapping[str, Any],
    ) -> Deferred[Any]:
        """What `acts` says; what it raises is named, as behind the real guard."""
        del view, base

        def acts(given: Any) -> Any:
            return self.acts(command, device, given)

        return maybeDeferred(self._guarded, f"{command} a device", True, acts, parameters)

    @property
    def synchronizes(self) -> bool:
        """Whether there are ways."""
        return bool(self.understands)

    def raw_config(self, device: Any, view: IReadable, base: Mapping[str, Any]) -> dict[str, Any]:
        """Always the same."""
        del device, view
        return {**base, **self.raw}

    def ways(self, device: Any, raw_config: Mapping[str, Any]) -> Sequence[Way]:
        """Always the same."""
        del device, raw_config
        return self.understands

    def accounts_file(self, device: Any) -> str:
        """Always the same."""
        del device
        return self.accounts_in

    def act_on_system(self, command: str, parameters: Mapping[str, Any]) -> Deferred[Any]:
        """What `acts_on_system` says."""

        def acts(given: Any) -> Any:
            return self.acts_on_system(command, given)

        return maybeDeferred(self._guarded, command, True, acts, parameters)

    def testify(self, clue: Clue, asked: Asked, *, keep: bool = True) -> Info | None:
        """What the clue concludes; what it raises is counted and named, as behind the real guard."""
        return self._guarded("identify a request", keep, clue.testify, asked)

    def associate(self, info: Info, *, keep: bool = True) -> int:
        """What `supports` says."""
        return self._guarded("associate a device", keep, self.supports, info)

    def _guarded(
        self,
        question: str,
        keep: bool,  # noqa: FBT001 - internal
        function: Callable[[Any], Outcome],
        asked: object,
    ) -> Outcome:
        try:
            return function(asked)
        except Exception as error:
            self.failures += keep
            raise PluginFailed(self.id, question, repr(error)) from error

    def check(self, device: Any, view: IReadable, base: Mapping[str, Any]) -> Sequence[str]:
        """What `checks` says."""
        del base
        return self.checks(device, view)

    def wanted(self, device: Any, view: IReadable, base: Mapping[str, Any]) -> Any:
        """It has no packages."""
        del device, view, base

    def serve(
        self, inquiry: Inquiry, device: Any, view: IReadable, *, keep: bool
    ) -> Answer | Deferred[Answer]:
        """What `answers` says."""
        del keep
        return self.answers(inquiry, device, view)

    def dhcp_options(
        self, inquiry: Inquiry, device: Any, view: IReadable, *, keep: bool
    ) -> PluginOptions:
        """What `tells` says."""
        del device, view
        said = self._guarded("tell its DHCP options", keep, self.tells, inquiry)
        return said if isinstance(said, PluginOptions) else PluginOptions(said)


@implementer(IPlugins)
class MemoryPlugins:
    """A registry of plugins in memory."""

    def __init__(self, *plugins: MemoryPlugin) -> None:
        """Hold these."""
        self.generation = 1
        self._plugins = {plugin.id: plugin for plugin in plugins}

    def add(self, plugin: MemoryPlugin) -> None:
        """Hold one more."""
        self._plugins[plugin.id] = plugin
        self.generation += 1

    def get(self, plugin_id: str) -> MemoryPlugin | None:
        """The plugin of that id."""
        return self._plugins.get(plugin_id)

    def loaded(self) -> Sequence[MemoryPlugin]:
        """All of them, in order of id."""
        return [self._plugins[plugin_id] for plugin_id in sorted(self._plugins)]

    def broken(self) -> Mapping[str, str]:
        """None ever is."""
        return {}

    def load(self, plugin_id: str) -> MemoryPlugin:
        """The plugin of that id, as it is."""
        if plugin_id not in self._plugins:
            raise PluginFailed(plugin_id, "load", "there is no such plugin")
        return self._plugins[plugin_id]

    def unload(self, plugin_id: str) -> None:
        """Forget one."""
        if self._plugins.pop(plugin_id, None) is not None:
            self.generation += 1

    def renew(self, plugin_id: str) -> None:
        """It renders nothing."""

    def ids(self) -> Iterable[str]:
        """Every id."""
        return sorted(self._plugins)


def acme_by_user_agent(asked: Asked) -> Info | None:
    """`Acme <model> <mac> <version> [sn=…] [uuid=…]`: what phones of a vendor that is not say."""
    pieces = asked.header("user-agent").split(" ")
    names = ("vendor", "model", "mac", "version")
    info = {
        name: piece for name, piece in zip(names, pieces, strict=False) if piece and piece != "-"
    }
    for piece in pieces[4:]:
        key, _equals, value = piece.partition("=")
        info[key] = value
    return info


def acme_by_filename(asked: Asked) -> Info | None:
    """`ACME<12 hex digits>.cfg`, or `ACME…` anything, which names the vendor only."""
    digits = asked.filename[4:16].lower()
    info = {"vendor": "Acme"}
    if asked.filename.endswith(".cfg") and len(digits) == len("005e00530001"):
        info["mac"] = ":".join(digits[at : at + 2] for at in range(0, 12, 2))
    return info


def acme(plugin_id: str = "acme-1.0", version: str = "1.0", **more: Any) -> MemoryPlugin:
    """A plugin for Acme phones over HTTP and TFTP."""

    def supports(info: Info) -> int:
        if info.get("vendor") != "Acme":
            return DeviceSupport.NONE
        return DeviceSupport.EXACT if info.get("version") == version else DeviceSupport.COMPLETE

    clues = (
        Clue.user_agent(acme_by_user_agent, "Acme "),
        Clue.filename(Protocol.TFTP, acme_by_filename, prefixes=("ACME",)),
    )
    return MemoryPlugin(plugin_id, clues, **{"supports": supports, "answers": greeting, **more})
