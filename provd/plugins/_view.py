"""What a plugin sees while it answers one device."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from typing import Any, Protocol

import msgspec
from twisted.logger import Logger
from zope.interface import implementer

from provd.documents import Device
from provd.plugins._configuration import NotConfigured
from provd.plugins._walk import ServedTree
from provd.plugins.render import Templates
from provd.sdk import IView
from provd.sdk.packages import Firmware, firmware
from provd.values import Answer, Content, Format, Refusal, RefusalKind, in_detail
from provd.values.package import PACKAGES, PackageVersion

log = Logger("provd.plugins.render")

NO_SUCH_FILE = Refusal(RefusalKind.NOT_FOUND, "there is no such file in the plugin's tree")

ETAG_DIGITS = 32


class Whence(Protocol):
    """Where what a view shows comes from."""

    @property
    def shared_url(self) -> str:
        """The URL that devices are told, without what is one tenant's."""

    def base(self) -> dict[str, Any]:
        """The server's own part of every raw config."""

    def inputs(self) -> object:
        """What the raw config is made from; None without a config."""


@implementer(IView)
class View:
    """One device, one plugin's directory, for the time of one answer."""

    __slots__ = (
        "_make_raw_config",
        "_packages",
        "_raw_config",
        "_templates",
        "_tree",
        "_whence",
        "base_url",
        "device",
        "found",
        "keep",
    )

    def __init__(  # noqa: PLR0913 - what a plugin sees, part by part
        self,
        device: Device,
        base_url: str,
        make_raw_config: Callable[[], dict[str, Any]],
        tree: ServedTree,
        templates: Templates,
        packages: Sequence[PackageVersion] = (),
        *,
        whence: Whence,
        keep: bool,
    ) -> None:
        """`make_raw_config` is called once, if the plugin asks at all: a static file needs no config."""
        self._whence = whence
        self.keep = keep
        self.device = device
        self.base_url = base_url
        self._make_raw_config = make_raw_config
        self._raw_config: dict[str, Any] | None = None
        self._tree = tree
        self._templates = templates
        self._packages = packages
        self.found: Answer = NO_SUCH_FILE
        """What `file` answered last: known to make sense."""

    @property
    def raw_config(self) -> dict[str, Any]:
        """Completed by the server and by the plugin.

        @raise NotConfigured: there is none that the plugin can use; let it pass.
        """
        if self._raw_config is None:
            self._raw_config = self._make_raw_config()
        return self._raw_config

    @property
    def base(self) -> dict[str, Any]:
        """The caller's own."""
        return self._whence.base()

    @property
    def shared_url(self) -> str:
        """What files that all devices share may tell."""
        return self._whence.shared_url

    @property
    def inputs(self) -> object:
        """Costs a walk through the device's configs, and no decoding."""
        return self._whence.inputs()

    @property
    def is_rendered(self) -> bool:
        """Whether the answer depends on the device's configs."""
        return self._raw_config is not None

    def file(self, relative: str) -> Answer:
        self.found = self._tree.find(relative) or NO_SUCH_FILE
        return self.found

    def firmware(self) -> Firmware | None:
        if not self._packages:
            return None
        try:
            raw_config = self.raw_config
        except NotConfigured:
            raw_config = {PACKAGES: self._packages}
        return firmware(self.device.model, raw_config)

    def render(
        self,
        candidates: Sequence[str],
        context: Mapping[str, Any],
        format: Format,  # noqa: A002 - as in the contract
        media_type: str = "text/plain; charset=utf-8",
    ) -> Answer:
        """The first of these templates that exists, rendered.

        @raise NoSuchTemplate: none does.
        """
        name = self._templates.find(candidates)
        body = self._templates.render(name, format, self._variables(context))
        if in_detail():
            log.debug("rendered {template}: {size} bytes", template=name, size=len(body))
        etag = sha256(body).hexdigest()[:ETAG_DIGITS]
        return Content(body, media_type, etag)

    def _variables(self, context: Mapping[str, Any]) -> dict[str, Any]:
        device = describe(self.device)
        return {
            **self.raw_config,
            "device": device,
            "XX_options": device["options"],
            "base_url": self.base_url,
            **context,
        }


def describe(device: Device) -> dict[str, Any]:
    """A device as templates see it."""
    return {
        "id": device.id,
        "mac": device.mac,
        "ip": device.ip,
        "sn": device.sn,
        "uuid": device.uuid,
        "vendor": device.vendor,
        "model": device.model,
        "version": device.version,
        "description": device.description,
        "options": msgspec.json.decode(device.options),
    }
