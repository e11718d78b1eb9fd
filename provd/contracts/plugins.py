"""The plugins that are loaded, as the pipeline and the use cases see them: each behind its guard."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred
from zope.interface import Attribute, Interface

from provd.contracts.store import IReadable
from provd.values import Answer, Info, Inquiry, PluginOptions, Way


class ILoadedPlugin(Interface):
    """One plugin behind its guard: nothing here raises anything but `PluginFailed`."""

    id = Attribute("the plugin's id, the name of its directory (str)")
    info = Attribute("its plugin-info, parsed (mapping)")
    generation = Attribute(
        "changes whenever its code or a template (override included) changes (int)"
    )
    failures = Attribute("how often it failed since it was loaded (int)")
    last_failure = Attribute("when and why it failed last, with traceback (str, empty if never)")
    by_address = Attribute(
        "protocols (frozenset of str) over which its devices may send nothing better than their"
        " address, so that an address alone identifies them there"
    )
    clues = Attribute("the `provd.sdk.Clue`s by which it recognises requests (tuple)")
    capabilities = Attribute("its plugin-info capabilities (mapping)")

    actions = Attribute("what can be done with its devices (mapping of command to `Action`)")

    def act(
        command: str,
        device: Any,
        view: IReadable,
        base: Mapping[str, Any],
        parameters: Mapping[str, Any],
    ) -> Deferred[Any]:
        """Do one of its actions with a device; fires with a JSON object (a dict).

        Fails with `PluginFailed`, and for a device without a usable raw config with `Invalid`.
        """

    synchronizes = Attribute("whether it says how its devices are made to fetch again (bool)")

    def raw_config(device: Any, view: IReadable, base: Mapping[str, Any]) -> dict[str, Any]:
        """What a device is configured with, completed by the plugin; the caller's own.

        @raise Invalid: it cannot be configured, and why.  @raise PluginFailed: the plugin raised.
        """

    def ways(device: Any, raw_config: Mapping[str, Any]) -> Sequence[Way]:
        """How the device is made to fetch its files again, the best first; of one that `synchronizes`.

        @raise PluginFailed: it raised.
        """

    def accounts_file(device: Any) -> str:
        """The name of the file that tells the device its SIP accounts; empty where there is none.

        @raise PluginFailed: it raised.
        """

    system_actions = Attribute(
        "what it can do that is about no device (mapping of command to `Action`)"
    )

    def act_on_system(command: str, parameters: Mapping[str, Any]) -> Deferred[Any]:
        """Do one of those; fires with a JSON object (a dict), fails with `PluginFailed`."""

    def testify(clue: Any, asked: Any, *, keep: bool = True) -> Info | None:
        """What the plugin concludes from a request that matched one of its clues.

        `keep` False (what-if): a failure is not counted.  @raise PluginFailed: it raised.
        """

    def associate(info: Info, *, keep: bool = True) -> int:
        """How well it supports the device (`provd.sdk.DeviceSupport` value).

        `keep` False (what-if): a failure is not counted.  @raise PluginFailed: it raised.
        """

    def check(device: Any, view: IReadable, base: Mapping[str, Any]) -> Sequence[str]:
        """Why the device cannot be configured, as sentences; empty when it can.

        Flattens its config over `base`, validates and completes it, and asks the plugin to
        configure with it.  Costs about a render; keeps nothing.
        """

    def wanted(device: Any, view: IReadable, base: Mapping[str, Any]) -> Any:
        """Which firmware package a device should run (a `provd.sdk.Firmware`), installed or not, or None.

        Costs about a look at a dict where the plugin has no packages, a flattening where it has.
        """

    def serve(
        inquiry: Inquiry, device: Any, view: IReadable, *, keep: bool
    ) -> Answer | Deferred[Answer]:
        """Answer a device of this plugin from the plugin's own tree.

        Content, or the location of a redirect, that tells secrets of the device's has what there is
        for those who may not have them beside it (`without`).  Reads documents from `view` only.  `keep` False (what-if): answers the very same and
        leaves caches and counters as they were.
        """

    def dhcp_options(
        inquiry: Inquiry, device: Any, view: IReadable, *, keep: bool
    ) -> PluginOptions:
        """The options that a device of this plugin gets over DHCP, by code; empty when it says none.

        Beside them is what whoever may not have the secrets among them is told (`without`).  Reads documents from `view` only.  A device that cannot be configured gets those that need no
        config, or none.
        """


class IAdaptPlugins(Interface):
    """Makes plugins of directories whose code knows other contracts than ours.

    Called when a plugin is loaded, inside its guard: whatever is raised is that plugin's failure.
    """

    def knows(directory: Path) -> bool:
        """Whether it is one of its kind. Reads, and runs nothing."""

    def adapted(directory: Path) -> Any:
        """An object that provides `provd.sdk.IPlugin` and more."""


class IPlugins(Interface):
    """Every plugin found, loaded or not."""

    generation = Attribute("changes when a plugin is loaded, unloaded or reloaded (int)")

    def get(plugin_id: str) -> ILoadedPlugin | None:
        """The loaded plugin of that id, or None."""

    def loaded() -> Sequence[ILoadedPlugin]:
        """Every loaded plugin, in order of id."""

    def broken() -> Mapping[str, str]:
        """Plugins that are there but could not be loaded: id to reason, with traceback."""

    def load(plugin_id: str) -> ILoadedPlugin:
        """Load or reload one. @raise PluginFailed: it cannot be; the one loaded before stays."""

    def unload(plugin_id: str) -> None:
        """Forget one. Idempotent."""

    def renew(plugin_id: str) -> None:
        """Its packages are others than they were: nothing that it rendered before is answered any more."""

    def ids() -> Iterable[str]:
        """The ids of every plugin directory there is."""
