"""One loaded plugin, behind its guard."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from twisted.internet.defer import CancelledError, Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure
from zope.interface import implementer

from provd.contracts import ILoadedPlugin, IReadable
from provd.documents import Device, Lineage
from provd.plugins._actions import UnderWay, actions_of, sensible_result, system_actions_of
from provd.plugins._asking import Asking
from provd.plugins._cache import Key
from provd.plugins._configuration import NotConfigured, lineage_of, raw_config_of, wanted_of
from provd.plugins._files import LONGEST_WAIT, Files
from provd.plugins._guard import Guard
from provd.plugins._info import PluginInfo
from provd.plugins._options import sensible_options
from provd.plugins._provisioning import revision_with_credential, with_provisioning
from provd.plugins._sense import sensible_info, sensible_support
from provd.plugins._surroundings import Surroundings
from provd.plugins._walk import ServedTree
from provd.plugins._ways import accounts_file_of, sensible_ways
from provd.plugins.render import Templates
from provd.sdk import (
    Action,
    Asked,
    Clue,
    Firmware,
    IAnswerDHCP,
    IAssociate,
    IConfigure,
    IIdentify,
    ISynchronize,
    RawConfigError,
    Way,
)
from provd.values import (
    Answer,
    Content,
    Info,
    Inquiry,
    Invalid,
    PluginFailed,
    PluginOptions,
    Problem,
    in_detail,
)
from provd.values.package import PACKAGES

log = Logger("provd.plugins")

NO_OPTIONS = PluginOptions({})

_SLASHES = re.compile(r"/{2,}")


@implementer(ILoadedPlugin)
class LoadedPlugin:
    """A plugin that was imported and found to keep the contract."""

    def __init__(  # noqa: PLR0913 - the parts of a plugin, put together in one place
        self,
        plugin_id: str,
        info: PluginInfo,
        plugin: Any,
        *,
        package: str,
        tree: ServedTree,
        templates: Templates,
        generation: int,
        shared: Surroundings,
    ) -> None:
        """Put a plugin together; `package` is the private package its code lives in."""
        self.id = plugin_id
        self.info: Mapping[str, Any] = info.all
        self.capabilities = info.capabilities
        self.generation = generation
        self.package = package
        self.templates = templates
        self.clues: tuple[Clue, ...] = ()
        self.by_address: frozenset[str] = frozenset()
        self._plugin = plugin
        self._advertised = shared.advertised
        self._cache = shared.cache
        self._decoded = shared.decoded
        self._clock = shared.clock
        self._packages = shared.packages
        self._guard = Guard(plugin_id, shared.clock.seconds)
        self._files = Files(
            plugin,
            self._guard,
            tree=tree,
            templates=templates,
            packages=partial(shared.packages.of, plugin_id),
            clock=shared.clock,
            remember=self._remember,
        )
        if IIdentify.providedBy(plugin):
            self.clues = self._plugin.clues
            self.by_address = self._plugin.by_address

        self.actions = self._declared(actions_of)
        self.system_actions = self._declared(system_actions_of)
        self.acting = UnderWay()
        """Actions that have not ended: whoever unloads it waits for them."""

    def _declared(
        self, tell: Callable[[Any], tuple[Mapping[str, Action], str]]
    ) -> Mapping[str, Action]:
        """The actions that make sense of those that it declares; the others are counted."""
        found, note = self._guard.ask("tell its actions", True, tell, self._plugin)
        if note:
            self._guard.nonsense("tell its actions", note, keep=True)
        return found

    @property
    def synchronizes(self) -> bool:
        return bool(ISynchronize.providedBy(self._plugin))

    @property
    def failures(self) -> int:
        return self._guard.failures

    @property
    def last_failure(self) -> str:
        return self._guard.last_failure

    def testify(self, clue: Clue, asked: Asked, *, keep: bool = True) -> Info | None:
        """What the plugin concludes; unknown or senseless facts are left out and counted."""
        said = self._guard.ask("identify a request", keep, clue.testify, asked)
        # A mapping of the vendor's own making is vendor code too.
        info, notes = self._guard.ask("identify a request", keep, sensible_info, said)
        for note in notes:
            self._guard.nonsense("identify a request", note, keep=keep)
        return info

    def associate(self, info: Info, *, keep: bool = True) -> int:
        """How well it supports the device; a senseless answer is counted and means not at all."""
        if not IAssociate.providedBy(self._plugin):
            return 0
        said = self._guard.ask("associate a device", keep, self._plugin.associate, dict(info))
        level, note = sensible_support(said)
        if note:
            self._guard.nonsense("associate a device", note, keep=keep)
        return level

    def check(self, device: Device, view: IReadable, base: Mapping[str, Any]) -> Sequence[str]:
        """Why the device cannot be configured; empty when it can."""
        try:
            self._configure(device, view, base, keep=False)
        except NotConfigured as error:
            return error.reasons
        except PluginFailed as error:
            return (str(error),)
        return ()

    def wanted(self, device: Device, view: IReadable, base: Mapping[str, Any]) -> Firmware | None:
        """Which firmware package it should run, installed or not; None where nobody wants any."""
        known = self._packages.of(self.id)
        return wanted_of(device, view, base, self._decoded, known) if known else None

    def serve(
        self, inquiry: Inquiry, device: Device, view: IReadable, *, keep: bool
    ) -> Answer | Deferred[Answer]:
        """Answer from the cache, or ask the plugin.

        A view that holds proposals is neither answered from the cache nor remembered in it.

        @raise PluginFailed: the plugin raised or answered nonsense; a Deferred fails with it.
        """
        url, plain_url = self._advertised.told(inquiry, device)
        # Nobody is to fill the cache, or have a file rendered again, by spelling its path in other ways.
        path = inquiry.path.strip("/")
        key = (device.id, _SLASHES.sub("/", path) if "//" in path else path, url)
        settled = not getattr(view, "changed", False)
        if settled:
            revision = revision_with_credential(device, view)
            content = self._cache.get(key, revision, self.generation, view, keep=keep)
            if content is not None:
                if not keep and in_detail():
                    log.debug(
                        "{plugin}: {path} is rendered already", plugin=self.id, path=inquiry.path
                    )
                return content
        if not keep and in_detail():
            log.debug("{plugin} is asked for {path}", plugin=self.id, path=inquiry.path)
        asking = self._asking(key, plain_url, device, view, keep=keep, remember=keep and settled)
        return self._files.ask(asking, inquiry.path)

    def _remember(self, asking: Asking, content: Content) -> None:
        if asking.lineage is not None:
            self._cache.put(
                asking.key,
                content,
                asking.revision,
                self.generation,
                asking.epoch,
                asking.lineage,
            )

    def dhcp_options(
        self, inquiry: Inquiry, device: Device, view: IReadable, *, keep: bool
    ) -> PluginOptions:
        """What makes sense of what it answers; the rest is counted and left out.

        @raise PluginFailed: it raised.
        """
        if not IAnswerDHCP.providedBy(self._plugin):
            return NO_OPTIONS
        url, plain_url = self._advertised.told(inquiry, device)
        asking = self._asking((device.id, "", url), plain_url, device, view, keep=keep)
        options = self._options(asking, inquiry)
        bare = asking.bare()
        if bare is None:
            return PluginOptions(options)
        try:
            without = self._options(bare, inquiry)
        except PluginFailed:
            without = {}
        return PluginOptions(options, without)

    def _options(self, asking: Asking, inquiry: Inquiry) -> Mapping[int, bytes]:
        question, keep, seen = "tell its DHCP options", asking.keep, self._files.view(asking)
        try:
            said = self._guard.ask(question, keep, self._plugin.dhcp_options, Asked(inquiry), seen)
            options, notes = self._guard.ask(question, keep, sensible_options, said)
        except NotConfigured:
            return {}
        for note in notes:
            self._guard.nonsense(question, note, keep=keep)
        return options

    def act(
        self,
        command: str,
        device: Device,
        view: IReadable,
        base: Mapping[str, Any],
        parameters: Mapping[str, Any],
    ) -> Deferred[dict[str, Any]]:
        """Do it, within ten seconds."""
        acting = self._act(command, device, view, base, parameters)
        return self.acting.watch(Deferred.fromCoroutine(acting))

    def act_on_system(
        self, command: str, parameters: Mapping[str, Any]
    ) -> Deferred[dict[str, Any]]:
        """Do it, within ten seconds."""
        return self.acting.watch(Deferred.fromCoroutine(self._act_on_system(command, parameters)))

    async def _act_on_system(self, command: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        act = self._plugin.act_on_system
        answer = self._guard.ask(command, True, act, command, dict(parameters))
        return await self._result(command, answer)

    async def _act(
        self,
        command: str,
        device: Device,
        view: IReadable,
        base: Mapping[str, Any],
        parameters: Mapping[str, Any],
    ) -> dict[str, Any]:
        question = f"{command} a device"
        if in_detail():
            log.debug(
                "{plugin} is to {question}: {device}",
                plugin=self.id,
                question=question,
                device=device.id,
            )
        raw_config = self.raw_config(device, view, base)
        answer = self._guard.ask(
            question, True, self._plugin.act, command, device, raw_config, dict(parameters)
        )
        return await self._result(question, answer)

    async def _result(self, question: str, answer: Any) -> dict[str, Any]:
        if isinstance(answer, Deferred):
            answer = await self._in_time(question, answer)
        result, note = sensible_result(answer)
        if note:
            raise self._guard.nonsense(question, note, keep=True)
        return result

    def raw_config(
        self, device: Device, view: IReadable, base: Mapping[str, Any]
    ) -> dict[str, Any]:
        """What the device is configured with. @raise Invalid: it cannot be, and why."""
        try:
            return self._configure(device, view, base, keep=True)
        except NotConfigured as error:
            raise Invalid("device", tuple(Problem("", each) for each in error.reasons)) from error

    def ways(self, device: Device, raw_config: Mapping[str, Any]) -> Sequence[Way]:
        """The ways that make sense of those it says; the others are counted and left out."""
        question = "tell how a device is synchronized"
        said = self._guard.ask(question, True, self._plugin.ways, device, raw_config)
        ways, note = sensible_ways(said)
        if note:
            self._guard.nonsense(question, note, keep=True)
        return ways

    def accounts_file(self, device: Device) -> str:
        """The name of the file with the device's accounts; empty where it has none."""
        question = "tell where accounts are"
        return self._guard.ask(question, True, accounts_file_of, self._plugin, device)

    async def _in_time(self, question: str, answer: Deferred[Any]) -> Any:
        def failed(failure: Failure) -> Any:
            # Whoever asked does not want it any more: that is no failure of the plugin.
            if failure.check(CancelledError):
                return failure
            raise self._guard.failed(question, failure.value, keep=True)

        return await answer.addTimeout(LONGEST_WAIT, self._clock).addErrback(failed)

    def _asking(
        self,
        key: Key,
        plain_url: str,
        device: Device,
        view: IReadable,
        *,
        keep: bool,
        remember: bool = False,
    ) -> Asking:
        def raw_config(lineage: Lineage, url: str) -> dict[str, Any]:
            found = raw_config_of(lineage, self._advertised.base(url), self._decoded)
            with_provisioning(found, device, view)
            return found

        return Asking(
            key,
            plain_url,
            device,
            view,
            raw_config,
            self._configured,
            keep=keep,
            remember=remember,
        )

    def _configure(
        self, device: Device, view: IReadable, base: Mapping[str, Any], *, keep: bool
    ) -> dict[str, Any]:
        """The raw config with what the plugin makes of it. @raise NotConfigured: with the reasons."""
        raw_config = raw_config_of(lineage_of(device, view), base, self._decoded)
        with_provisioning(raw_config, device, view)
        return self._configured(device, raw_config, keep)

    def _configured(
        self,
        device: Device,
        raw_config: dict[str, Any],
        keep: bool,  # noqa: FBT001 - internal
    ) -> dict[str, Any]:
        if known := self._packages.of(self.id):
            raw_config[PACKAGES] = known
        if IConfigure.providedBy(self._plugin):
            self._guard.ask(
                "configure a device", keep, _configured, self._plugin, device, raw_config
            )
        return raw_config


def _configured(plugin: Any, device: Device, raw_config: dict[str, Any]) -> None:
    try:
        plugin.configure(device, raw_config)
    except RawConfigError as error:
        raise NotConfigured((str(error),)) from error
