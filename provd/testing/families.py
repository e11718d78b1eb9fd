"""A vendor family's source under test: installed in a scratch directory, loaded, and asked."""

from __future__ import annotations

from pathlib import Path

import msgspec
from msgspec import Struct
from twisted.internet.task import Clock

from provd.pipeline.dispatch import field_of
from provd.plugins import Advertised, Plugins
from provd.plugins.assemble import assemble, editions
from provd.sdk import Asked, Clue
from provd.values import Info, Inquiry, Protocol

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
