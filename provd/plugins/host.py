"""The plugins of one provd: found, loaded, watched, and each kept to itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any

from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger
from zope.interface import implementer
from zope.interface.exceptions import Invalid as InterfaceInvalid
from zope.interface.verify import verifyObject

from provd.contracts import IAdaptPlugins, IPlugins
from provd.contracts.packages import IPackages
from provd.documents import DecodedConfigs, Device
from provd.plugins._advertised import Advertised
from provd.plugins._cache import DEFAULT_BYTES, RenderCache
from provd.plugins._find import find_plugins, is_plugin_id
from provd.plugins._guard import Guard
from provd.plugins._info import PluginInfo, read_plugin_info
from provd.plugins._load import forget, import_entry
from provd.plugins._loaded import LoadedPlugin
from provd.plugins._surroundings import Surroundings
from provd.plugins._walk import ServedTree
from provd.plugins.render import Library, Meter, Templates, survey
from provd.sdk import (
    Clue,
    IAct,
    IActOnSystem,
    IAssociate,
    IConfigure,
    IIdentify,
    IPlugin,
    IServe,
    ISynchronize,
    ITellSecrets,
)
from provd.values import Inquiry, PluginFailed, Protocol, ProvdError
from provd.values.package import PackageVersion

log = Logger("provd.plugins")

Survey = Mapping[str, Library]
"""Plugin id to what templates it has."""


CONTRACTS: tuple[Any, ...] = (
    IAct,
    IActOnSystem,
    IIdentify,
    IAssociate,
    IConfigure,
    IServe,
    ISynchronize,
    ITellSecrets,
)
"""What a plugin may provide beside IPlugin."""


@implementer(IPackages)
class NoPackages:
    """No plugin has any."""

    def of(self, plugin_id: str) -> tuple[PackageVersion, ...]:
        del plugin_id
        return ()


class BrokenContract(ProvdError):
    """A plugin says it can do something and cannot."""


@implementer(IPlugins)
class Plugins:
    """Every plugin below one directory.

    `overrides` holds, by plugin id, the templates that administrators put in the place of a plugin's
    own; it lies outside the plugins, so that it survives their upgrades.
    """

    def __init__(  # noqa: PLR0913 - where plugins are, and what they share
        self,
        directory: Path,
        overrides: Path,
        advertised: Advertised,
        clock: IReactorTime,
        *,
        cache_bytes: int = DEFAULT_BYTES,
        packages: IPackages | None = None,
        adapting: Sequence[IAdaptPlugins] = (),
    ) -> None:
        """Nothing is loaded before `load` or `load_all`; `adapting` are asked of each directory in turn."""
        self._adapting = tuple(adapting)
        self._directory = directory
        self._overrides = overrides
        self.cache = RenderCache(cache_bytes)
        self._shared = Surroundings(
            advertised, self.cache, DecodedConfigs(), clock, packages or NoPackages()
        )
        self._meter = Meter()
        self._loaded: dict[str, LoadedPlugin] = {}
        self._broken: dict[str, str] = {}
        self._generations = count(1)
        self.generation = 0

    def get(self, plugin_id: str) -> LoadedPlugin | None:
        return self._loaded.get(plugin_id)

    def loaded(self) -> Sequence[LoadedPlugin]:
        return [self._loaded[plugin_id] for plugin_id in sorted(self._loaded)]

    def broken(self) -> Mapping[str, str]:
        return dict(self._broken)

    def ids(self) -> Sequence[str]:
        return find_plugins(self._directory)

    def load_all(self) -> None:
        """Load every plugin there is; those that cannot be are told by `broken`."""
        for plugin_id in self.ids():
            try:
                self.load(plugin_id)
            except PluginFailed as error:
                log.error("{error}", error=error)

    def load(self, plugin_id: str) -> LoadedPlugin:
        if not is_plugin_id(plugin_id) or plugin_id not in self.ids():
            raise PluginFailed(
                plugin_id, "load", f"there is no such directory in {self._directory}"
            )
        guard = Guard(plugin_id, self._shared.clock.seconds)
        try:
            plugin = guard.ask("load", True, self._build, plugin_id)
        except PluginFailed:
            self._broken[plugin_id] = guard.last_failure
            raise
        self._replace(plugin_id, plugin)
        return plugin

    def base_url(self, inquiry: Inquiry, device: Device | None = None) -> str:
        """The URL under which the device that asks reaches this server; empty when there is no telling.

        With its tenant's provisioning key in it, if it is told one.
        """
        advertised = self._shared.advertised
        return advertised.url(inquiry) if device is None else advertised.told(inquiry, device)[0]

    def advertise(self, http_base_url: str | None, base_raw_config: Mapping[str, Any]) -> None:
        """Tell devices another URL and base from now on, in every file of every plugin."""
        self._shared.advertised.adopt(http_base_url, base_raw_config)
        self.cache.clear()

    def unload(self, plugin_id: str) -> None:
        self._broken.pop(plugin_id, None)
        self._replace(plugin_id, None)

    def renew(self, plugin_id: str) -> None:
        plugin = self._loaded.get(plugin_id)
        if plugin is not None:
            plugin.generation = next(self._generations)

    def survey(self) -> Survey:
        """What templates there are on disk now. Reads directories only; may run in a thread."""
        return {plugin_id: self._library(plugin_id) for plugin_id in list(self._loaded)}

    def adopt(self, found: Survey) -> tuple[str, ...]:
        """Use a newer survey; answers the plugins whose templates changed. Reactor thread only."""
        changed = []
        for plugin_id, library in found.items():
            plugin = self._loaded.get(plugin_id)
            if plugin is not None and plugin.templates.adopt(library):
                plugin.generation = next(self._generations)
                changed.append(plugin_id)
        return tuple(changed)

    def refresh(self) -> tuple[str, ...]:
        """Look for changed templates at once."""
        return self.adopt(self.survey())

    def _library(self, plugin_id: str) -> Library:
        return survey(self._overrides / plugin_id, self._directory / plugin_id / "templates")

    def _replace(self, plugin_id: str, plugin: LoadedPlugin | None) -> None:
        before = self._loaded.pop(plugin_id, None)
        if plugin is not None:
            self._loaded[plugin_id] = plugin
            self._broken.pop(plugin_id, None)
        if before is not None:
            # Nobody begins anything with it any more; what it does it ends with the code it began with.
            before.acting.none().addCallback(lambda _none: forget(before.package))
        if before is not plugin:
            self.generation += 1

    def _build(self, plugin_id: str) -> LoadedPlugin:
        """Everything that can go wrong with a plugin goes wrong in here."""
        directory = self._directory / plugin_id
        info = read_plugin_info(directory / "plugin-info")
        for adapting in self._adapting:
            if adapting.knows(directory):
                plugin = adapting.adapted(directory)
                verify(plugin)
                return self._loaded_plugin(plugin_id, info, plugin, "")
        module = import_entry(directory)
        package = module.__name__.partition(".")[0]
        try:
            plugin = getattr(module, "PLUGIN", None)
            verify(plugin)
            return self._loaded_plugin(plugin_id, info, plugin, package)
        except ProvdError:
            forget(package)
            raise

    def _loaded_plugin(
        self, plugin_id: str, info: PluginInfo, plugin: Any, package: str
    ) -> LoadedPlugin:
        return LoadedPlugin(
            plugin_id,
            info,
            plugin,
            package=package,
            tree=ServedTree(str(self._directory / plugin_id / "var" / "tftpboot")),
            templates=Templates(self._library(plugin_id), self._meter),
            generation=next(self._generations),
            shared=self._shared,
        )


def verify(plugin: Any) -> None:
    """Hold a plugin to what it says it can do.

    @raise BrokenContract: there is no plugin, a method is missing or takes other arguments, or a
        declaration is not what it should be.
    """
    if not IPlugin.providedBy(plugin):
        raise BrokenContract("entry.py has no PLUGIN that provides provd.sdk.IPlugin")
    promised = [contract for contract in CONTRACTS if contract.providedBy(plugin)]
    try:
        for contract in promised:
            verifyObject(contract, plugin)
    except InterfaceInvalid as error:
        raise BrokenContract(str(error)) from error
    if IIdentify.providedBy(plugin):
        _verify_declarations(plugin)


def _verify_declarations(plugin: Any) -> None:
    clues, by_address = plugin.clues, plugin.by_address
    if not isinstance(clues, tuple) or not all(isinstance(clue, Clue) for clue in clues):
        raise BrokenContract("its clues are no tuple of provd.sdk.Clue")
    if not isinstance(by_address, frozenset) or not by_address <= {*Protocol}:
        raise BrokenContract("its by_address is no frozenset of 'http', 'tftp' and 'dhcp'")
