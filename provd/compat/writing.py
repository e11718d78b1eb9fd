"""Whether the files of a legacy plugin's devices are what they should be, and making them so.

A device's files are written when it asks and what they are made from has changed; nothing is written because
a config was edited that ten thousand devices inherit.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from twisted.internet.defer import Deferred
from twisted.logger import Logger

from provd.compat.configuring import Configuring, Refused
from provd.compat.views import device_as_legacy, raw_config_as_legacy
from provd.sdk import IView, RawConfigError
from provd.values import ProvdError

log = Logger("provd.plugins")

MOST_REMEMBERED = 200_000
"""Devices of one plugin of which it is known that their files are up to date."""

COMMON = ""
"""What the files are known under that all devices share."""


class Writing:
    """The files of one plugin."""

    def __init__(self, plugin_id: str, configuring: Configuring) -> None:
        self._plugin_id = plugin_id
        self._configuring = configuring
        self._current: OrderedDict[str, object] = OrderedDict()
        self._under_way: dict[tuple[str, object], list[Deferred[None]]] = {}

    def is_current(self, view: IView) -> bool:
        """Whether nothing has to be written for the device that asks."""
        inputs, current = view.inputs, self._current
        return current.get(COMMON) == view.shared_url and (
            inputs is None or current.get(view.device.id) == inputs
        )

    async def write(self, view: IView) -> Mapping[str, bytes]:
        """Have everything written that is not current; in a what-if, told instead.

        @raise RawConfigError: the plugin cannot configure the device.
        """
        rehearsed: dict[str, bytes] = {}
        if self._current.get(COMMON) != view.shared_url:
            rehearsed |= await self._common(view)
        inputs = view.inputs
        if inputs is not None and self._current.get(view.device.id) != inputs:
            rehearsed |= await self._own(view, inputs)
        return rehearsed

    def forget(self, device_id: str) -> None:
        """What is on disk for a device is not to be relied on any more."""
        self._current.pop(device_id, None)

    async def _common(self, view: IView) -> Mapping[str, bytes]:
        """Where these fail the device's own are written all the same, as the field is used to."""
        try:
            return await self._once(
                COMMON, view.shared_url, "configure_common", {}, view.base, view
            )
        except ProvdError as error:
            log.error(
                "Plugin {plugin} failed to write what its devices share: {error}",
                plugin=self._plugin_id,
                error=error,
            )
            self._know(COMMON, view.shared_url)
            return {}

    async def _own(self, view: IView, inputs: object) -> Mapping[str, bytes]:
        device = device_as_legacy(view.device)
        try:
            return await self._once(
                view.device.id, inputs, "configure", device, view.raw_config, view
            )
        except Refused as error:
            raise RawConfigError(str(error)) from error

    async def _once(
        self,
        key: str,
        inputs: object,
        what: str,
        device: Mapping[str, Any],
        raw_config: Mapping[str, Any],
        view: IView,
    ) -> Mapping[str, bytes]:
        """Do a job, unless it is under way: then wait for that."""
        job = raw_config_as_legacy(raw_config)
        if not view.keep:
            return await self._configuring.ask(self._plugin_id, what, device, job, keep=False)
        waiting = self._under_way.get((key, inputs))
        if waiting is not None:
            mine: Deferred[None] = Deferred()
            waiting.append(mine)
            await mine
            return {}
        waiting = self._under_way[key, inputs] = []
        try:
            await self._configuring.ask(self._plugin_id, what, device, job)
            self._know(key, inputs)
        except ProvdError as error:
            self._let_go(key, inputs, error)
            raise
        self._let_go(key, inputs, None)
        return {}

    def _let_go(self, key: str, inputs: object, error: ProvdError | None) -> None:
        for each in self._under_way.pop((key, inputs)):
            each.errback(error) if error is not None else each.callback(None)

    def _know(self, key: str, inputs: object) -> None:
        self._current[key] = inputs
        self._current.move_to_end(key)
        while len(self._current) > MOST_REMEMBERED:
            self._current.popitem(last=False)
