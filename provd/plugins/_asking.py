"""One question on its way to a plugin: what it is asked about, and what the answer came to depend on.

Where what it is asked about holds secrets, it is asked a second time without them: only so is it known
whether its answer has any, whatever the plugin makes of them, and what there is for whoever may have none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

from provd.contracts import IReadable
from provd.documents import EMPTY_OBJECT, Device, Lineage, without_secrets
from provd.plugins._cache import Key
from provd.plugins._configuration import NotConfigured, lineage_of
from provd.plugins._provisioning import revision_with_credential
from provd.values import Answer, Content, Redirect, Refusal, RefusalKind

NOTHING_WITHOUT = Refusal(RefusalKind.NOT_FOUND, "its plugin makes nothing of it without secrets")

NO_CONFIGS = Lineage((), ())

RawConfigOf = Callable[[Lineage, str], dict[str, Any]]
"""From the configs of a device, and the URL it is told, to its raw config, completed by the server."""

Configured = Callable[[Device, dict[str, Any], bool], dict[str, Any]]
"""A raw config with what the plugin makes of it; False: a failure leaves nothing behind."""


class Asking:
    """A device, a path, the URL it is told; and the configs that were read for it."""

    __slots__ = (
        "_configured",
        "_plain",
        "_plain_url",
        "_raw_config_of",
        "_view",
        "device",
        "epoch",
        "keep",
        "key",
        "lineage",
        "remember",
        "revision",
    )

    def __init__(  # noqa: PLR0913 - what a question consists of, each named
        self,
        key: Key,
        plain_url: str,
        device: Device,
        view: IReadable,
        raw_config_of: RawConfigOf,
        configured: Configured,
        *,
        keep: bool,
        remember: bool,
    ) -> None:
        """`plain_url` is what the device is told where it may have no secrets: without its tenant's key."""
        self._view = view
        self._raw_config_of = raw_config_of
        self._configured = configured
        self._plain: dict[str, Any] | None = None
        self._plain_url = plain_url
        self.key = key
        self.device = device
        self.keep = keep
        self.remember = remember
        self.epoch = 0
        self.revision = revision_with_credential(device, view)
        self.lineage: Lineage | None = None

    def raw_config(self) -> dict[str, Any]:
        """The device's raw config; notes the configs it came from, and what it is without secrets.

        @raise NotConfigured: there is none that the plugin can use.
        """
        self.epoch = self._view.position("configs")
        self.lineage = lineage_of(self.device, self._view)
        raw_config = self._raw_config_of(self.lineage, self.key[2])
        plain, holds = without_secrets(raw_config)
        if self._tells_key:
            plain = self._without_key(self.lineage)
        if holds or self._tells_key:
            self._plain = plain
        return self._configured(self.device, raw_config, self.keep)

    def base(self) -> dict[str, Any]:
        """The server's own part, without any config."""
        return self._raw_config_of(NO_CONFIGS, self._plain_url)

    def inputs(self) -> object:
        """The revisions of everything that the raw config is made from; None without a config."""
        try:
            lineage = lineage_of(self.device, self._view)
        except NotConfigured:
            return None
        return (self.key[2], self.revision, *lineage.seen)

    @property
    def shared_url(self) -> str:
        """The URL it is told, without the key of one tenant."""
        return self._plain_url

    def bare(self) -> Asking | None:
        """The same question about the device without secrets; None where it has none that were asked for."""
        device = without_secret_options(self.device)
        if self._plain is None and device is self.device and not self._tells_key:
            return None
        return _BareAsking(self, device, self._plain)

    @property
    def _tells_key(self) -> bool:
        """Whether a provisioning key is in the URL."""
        return self.key[2] != self._plain_url

    def _without_key(self, lineage: Lineage) -> dict[str, Any]:
        """The raw config without secrets, a key in the URL among them."""
        plain: dict[str, Any] = without_secrets(self._raw_config_of(lineage, self._plain_url))[0]
        return plain


class _BareAsking(Asking):
    """It leaves nothing behind: what fails without secrets is no failure of the plugin."""

    __slots__ = ("_given",)

    def __init__(self, whole: Asking, device: Device, plain: Mapping[str, Any] | None) -> None:
        super().__init__(
            (*whole.key[:2], whole._plain_url),
            whole._plain_url,
            device,
            whole._view,
            whole._raw_config_of,
            whole._configured,
            keep=False,
            remember=False,
        )
        self._given = plain

    def raw_config(self) -> dict[str, Any]:
        """What the other one found, without secrets."""
        if self._given is None:
            self._given = self._without_key(lineage_of(self.device, self._view))
        return self._configured(self.device, dict(self._given), self.keep)


def without_secret_options(device: Device) -> Device:
    """The device with nothing in the place of secrets among its options; itself where there is none."""
    if device.options is EMPTY_OBJECT or device.options == EMPTY_OBJECT:
        return device
    options, holds = without_secrets(msgspec.json.decode(device.options))
    if not holds:
        return device
    return replace(device, options=msgspec.Raw(msgspec.json.encode(options)))


def paired(answer: Answer, bare: Answer) -> Answer:
    """The answer, with the one in its place for those who may not have secrets, where the two differ."""
    if isinstance(answer, Content) and isinstance(bare, Content) and answer.body == bare.body:
        return answer
    if isinstance(answer, Redirect) and bare == answer:
        return answer
    if isinstance(bare, Refusal):
        bare = NOTHING_WITHOUT
    return replace(answer, without=bare)
