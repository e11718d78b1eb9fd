"""A vendor family's source under test: installed in a scratch directory, loaded, and asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from typing import Protocol as Structure
from xml.etree import ElementTree as ET

import msgspec
from msgspec import Struct
from twisted.internet.task import Clock

from provd.documents import CONFIGS, CREDENTIALS, DEVICES
from provd.pipeline.dispatch import field_of
from provd.plugins import Advertised, Plugins
from provd.plugins.assemble import assemble, editions
from provd.sdk import Asked, Clue
from provd.store import MemoryStore
from provd.testing.documents import a_config, a_device
from provd.testing.inquiries import http, tftp
from provd.values import Content, Info, Inquiry, Protocol

BASE_URL = "http://192.0.2.9:8667"


class RecordedRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One entry of a family's `requests.json`: what was asked, what it tells, and who says so."""

    protocol: Protocol
    expect: dict[str, str] | None
    """What the plugin must conclude; null where it must not testify at all."""
    source: str
    path: str = ""
    headers: dict[str, str] = {}
    dhcp: dict[int, str] = {}

    def inquiry(self) -> Inquiry:
        """The request as a server hands it on."""
        return Inquiry(
            id="recorded",
            protocol=self.protocol,
            path=self.path,
            headers=self.headers,
            dhcp={code: value.encode("latin-1") for code, value in self.dhcp.items()},
            peer="192.0.2.7",
            arrived=0.0,
        )

    def __str__(self) -> str:
        asked = self.headers.get("user-agent") or self.path or next(iter(self.dhcp.values()), "")
        return f"{self.protocol} {asked!r}"


def recorded_requests(source: Path) -> list[RecordedRequest]:
    """The requests that come with a family source."""
    text = (source / "requests.json").read_bytes()
    return msgspec.json.decode(text, type=list[RecordedRequest])


def installed(source: Path, scratch: Path, base_url: str = BASE_URL) -> Plugins:
    """Every edition of a family, installed below `scratch` and loaded.

    @raise provd.values.PluginFailed: one of them cannot be.
    """
    plugins = Plugins(scratch, scratch / "no-overrides", Advertised(base_url, 8667, 69), Clock())
    for edition in editions(source) or ("",):
        plugins.load(assemble(source, edition, scratch).name)
    return plugins


def concluded(plugins: Plugins, inquiry: Inquiry) -> list[Info]:
    """What each clue that a request matches concludes, in order of plugin id."""
    said = [
        plugin.testify(clue, Asked(inquiry))
        for plugin in plugins.loaded()
        for clue in plugin.clues
        if _matches(clue, inquiry)
    ]
    return [info for info in said if info]


class Serving(Structure):
    """How a test asks a family for a file."""

    def __call__(
        self, plugins: Plugins, path: str, raw_config: Mapping[str, Any], **device: Any
    ) -> Any:
        """The answer to the test's phone, or to one that differs from it by `device`."""


def asking_as(ask: Callable[..., Inquiry] = http, **phone: Any) -> Serving:
    """What fetches files as one phone (fields of a device, its plugin among them) over HTTP or TFTP."""

    def asked(plugins: Plugins, path: str, raw_config: Mapping[str, Any], **device: Any) -> Any:
        draft = MemoryStore((DEVICES, CONFIGS, CREDENTIALS), Clock()).draft("test")
        draft.put("configs", a_config("c", revision=0, **raw_config))
        document = a_device(**{"config": "c", **phone, **device})
        plugin = plugins.get(document.plugin or "")
        assert plugin is not None
        return plugin.serve(ask(path, local="192.0.2.9"), document, draft, keep=False)

    return asked


def named_values(answer: Any) -> dict[str, str]:
    """What a rendered file of `<… name="…" value="…"/>` says, by the names; some vendors call a name `ID`."""
    assert isinstance(answer, Content), answer
    elements = ET.fromstring(answer.body).iter()  # noqa: S314 - our own file
    named = {each.get("name") or each.get("ID"): each.get("value") for each in elements}
    return {name: value for name, value in named.items() if name and value is not None}


def levels(plugins: Plugins, vendor: str, info: Mapping[str, str | None]) -> list[int]:
    """How well each plugin takes a device of a vendor of which `info` is known; None is unknown."""
    known = {key: value for key, value in {"vendor": vendor, **info}.items() if value}
    return [plugin.associate(known) for plugin in plugins.loaded()]


def assert_ranges_are_guesses(plugins: Plugins, vendor: str, own_file: str) -> None:
    """Hardware addresses hint at the vendor over DHCP alone, and are those believed in a file's name.

    `own_file` is how a phone names its file over TFTP, with `{}` for its twelve digits.
    """
    [plugin] = plugins.loaded()
    [guess] = [clue for clue in plugin.clues if clue.guess]
    assert (guess.protocol, guess.guess) == ("dhcp", vendor)
    for prefix in guess.prefixes:
        mac = f"{prefix}:00:53:01"
        said = concluded(plugins, tftp(own_file.format(mac.replace(":", ""))))
        assert said == [{"vendor": vendor, "mac": mac}]


def _matches(clue: Clue, inquiry: Inquiry) -> bool:
    """Whether the host would show the request to whoever gave the clue (see `provd.sdk.Clue`)."""
    if clue.protocol != inquiry.protocol or clue.guess:
        return False
    value = field_of(clue.field)(inquiry)
    for each in value if isinstance(value, tuple) else (value,):
        text = (each.decode("latin-1") if isinstance(each, bytes) else each).lower()
        starts = text.startswith(tuple(prefix.lower() for prefix in clue.prefixes))
        if starts or text.endswith(tuple(suffix.lower() for suffix in clue.suffixes)):
            return True
    return False
