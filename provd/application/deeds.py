"""What can be done beside changing documents: with one document, or with the server as a whole.

A deed says what it takes, in parameters and in rights, and by whom it is done.  The collections that have
something to do say which deeds there are for a document now; nothing else is listed.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any

from msgspec import Struct, to_builtins

from provd.access import Right
from provd.application.backups import Backups
from provd.application.configs import Configs
from provd.application.health import Health
from provd.application.operations import Operations
from provd.application.plugins import Plugins
from provd.application.releases import Releases
from provd.application.reseals import Reseals
from provd.application.restores import Restores, copy_problems
from provd.application.revalidation import Revalidation
from provd.application.system import System
from provd.contracts import ILoadedPlugin, IPlugins
from provd.documents import State
from provd.values import Action, Invalid, NoSuchDocument, Problem

US = "provd"

Given = Mapping[str, Any]
Do = Callable[[Given, str], Awaitable[Mapping[str, Any]]]
"""Parameters and cause; answers a JSON object."""


def _nothing_more(_given: Given) -> Iterator[Problem]:
    return iter(())


class Deed(Struct, frozen=True, kw_only=True):
    """Something that can be done now."""

    action: Action
    right: Right
    """What it takes beside the right to act at all."""
    do: Do
    provider: str = US
    """Who does it: a plugin's id, or `provd`."""
    check: Callable[[Given], Iterator[Problem]] = _nothing_more
    """What is wrong with parameters that are there."""

    def told(self, command: str) -> dict[str, Any]:
        """It, as clients see it."""
        return {
            "command": command,
            "provider": self.provider,
            "about": self.action.about,
            "required": list(self.action.required),
            "optional": list(self.action.optional),
        }

    async def done(self, command: str, given: Given, cause: str) -> dict[str, Any]:
        """Do it, and tell what came of it.

        @raise Invalid: a parameter is missing, wrong, or one too many; all of them are told.
        """
        problems = [*parameter_problems(self.action, given), *self.check(given)]
        if problems:
            raise Invalid(f"action {command}", tuple(problems))
        result = await self.do(given, cause)
        return {"command": command, "provider": self.provider, "result": dict(result)}


Deeds = Callable[[str], Awaitable[Mapping[str, Deed]]]
"""From a document's id to what can be done with it now. Raises `NoSuchDocument`."""


def parameter_problems(action: Action, given: Given) -> Iterator[Problem]:
    """Parameters that are missing, and those that an action does not know."""
    known = {*action.required, *action.optional}
    for name in action.required:
        if given.get(name) is None:
            yield Problem(name, "is missing", "a value")
    for name in given:
        if name not in known:
            yield Problem(name, "is no parameter of this", ", ".join(sorted(known)))


def deeds_of_plugins(plugins: Plugins, releases: Releases) -> Deeds:
    """What can be done with a plugin: what is newer, or was before, can take its place."""

    async def of(plugin_id: str) -> Mapping[str, Deed]:
        await plugins.get(plugin_id)
        found = {
            "reload": Deed(
                action=Action(about="Load its code and templates anew."),
                right=("plugins", "reload"),
                do=lambda _given, cause: plugins.reload(plugin_id, cause),
            )
        }
        known = await releases.outline(plugin_id)
        if known.get("upgradable"):
            found["upgrade"] = Deed(
                action=Action(about="Put the version that is offered in its place."),
                right=("plugin-packages", "upgrade"),
                do=lambda _given, cause: releases.upgrade(plugin_id, cause),
            )
        if known.get("previous"):
            found["rollback"] = Deed(
                action=Action(about="Bring the version before back."),
                right=("plugin-packages", "rollback"),
                do=lambda _given, cause: releases.roll_back(plugin_id, cause),
            )
        return found

    return of


def deeds_of_operations(operations: Operations) -> Deeds:
    """What can be done with an operation: while it has not ended, it can be stopped."""

    async def of(operation_id: str) -> Mapping[str, Deed]:
        told = await operations.get(operation_id)
        if told["state"] not in {State.WAITING, State.PROGRESS}:
            return {}
        cancel = Deed(
            action=Action(about="Stop it where it stands; what is done stays done."),
            right=("operations", "cancel"),
            do=lambda _given, cause: operations.cancel(operation_id, cause),
        )
        return {"cancel": cancel}

    return of


def deeds_of_configs(configs: Configs, revalidation: Revalidation) -> Deeds:
    """What can be done with a config, of those that are there for the caller."""

    async def of(config_id: str) -> Mapping[str, Deed]:
        await configs.get(config_id)

        async def revalidate(_given: Given, cause: str) -> Mapping[str, Any]:
            revalidation.config_changed(config_id, cause)
            return {}

        about = "Look again whether every device that inherits from it can be configured."
        deed = Deed(action=Action(about=about), right=("configs", "act"), do=revalidate)
        return {"revalidate": deed}

    return of


class SystemDeeds:
    """What can be done with the server as a whole: by itself, and by its plugins."""

    def __init__(
        self,
        system: System,
        health: Health,
        backups: Backups,
        restores: Restores,
        reseals: Reseals,
        plugins: IPlugins,
    ) -> None:
        self._system = system
        self._health = health
        self._backups = backups
        self._restores = restores
        self._reseals = reseals
        self._plugins = plugins

    def all(self, plugin_id: str = "") -> list[tuple[str, Deed]]:
        """Every deed, in order of command, then of who does it; of one plugin where it is named."""
        found = [] if plugin_id else list(self._ours())
        for plugin in self._plugins.loaded():
            if plugin_id in {"", plugin.id}:
                found += self._of(plugin)
        return sorted(found, key=lambda each: (each[0], each[1].provider != US, each[1].provider))

    def one(self, command: str, plugin_id: str = "") -> Deed:
        """The deed of that name: our own, or the first plugin's. @raise NoSuchDocument: there is none."""
        for name, deed in self.all(plugin_id):
            if name == command:
                return deed
        raise NoSuchDocument("actions", command)

    def _of(self, plugin: ILoadedPlugin) -> list[tuple[str, Deed]]:
        def doing(command: str) -> Do:
            async def do(given: Given, _cause: str) -> Mapping[str, Any]:
                found: Mapping[str, Any] = await plugin.act_on_system(command, given)
                return found

            return do

        return [
            (
                command,
                Deed(action=action, right=("system", "act"), do=doing(command), provider=plugin.id),
            )
            for command, action in plugin.system_actions.items()
        ]

    def _ours(self) -> Iterator[tuple[str, Deed]]:
        yield (
            "reload",
            _ours("Read the settings again, all of them or none.", "reload", self._reload),
        )
        if not self._health.drained:
            about = "Have whoever chooses among servers choose another; nobody is cut off."
            yield "drain", _ours(about, "drain", self._drain)
        else:
            yield "fill", _ours("Be ready again.", "drain", self._fill)
        if self._backups.possible:
            about = "Copy the store while the server serves."
            yield "backup", _ours(about, "backup", self._backup)
            yield "restore", self._restoring()
        if self._reseals.possible:
            about = "Read the keys that seal documents again, and seal everything with the first."
            yield "reseal", _ours(about, "reseal", self._reseal)

    def _restoring(self) -> Deed:
        return Deed(
            action=Action(
                about="Put a copy in the place of what there is, all of it or nothing.",
                required=("name",),
                optional=("dryrun",),
            ),
            right=("system", "restore"),
            do=self._restore,
            check=_restore_problems,
        )

    async def _reload(self, _given: Given, cause: str) -> Mapping[str, Any]:
        return dict(to_builtins(await self._system.reload(cause)))

    async def _drain(self, _given: Given, cause: str) -> Mapping[str, Any]:
        await self._system.drain(cause)
        return {}

    async def _fill(self, _given: Given, cause: str) -> Mapping[str, Any]:
        await self._system.fill(cause)
        return {}

    async def _backup(self, _given: Given, cause: str) -> Mapping[str, Any]:
        return {"operation": await self._backups.start(cause)}

    async def _reseal(self, _given: Given, cause: str) -> Mapping[str, Any]:
        return {"operation": await self._reseals.start(cause)}

    async def _restore(self, given: Given, cause: str) -> Mapping[str, Any]:
        rehearse = bool(given.get("dryrun"))
        begun = await self._restores.start(given["name"], cause, rehearse=rehearse)
        return {"operation": begun}


def _ours(about: str, action: str, do: Do) -> Deed:
    return Deed(action=Action(about=about), right=("system", action), do=do)


def _restore_problems(given: Given) -> Iterator[Problem]:
    if given.get("name") is not None:
        yield from copy_problems(given)
    if not isinstance(given.get("dryrun", False), bool):
        yield Problem("dryrun", "is neither true nor false", "true or false")
