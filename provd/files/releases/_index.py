"""`plugins.db`: which plugins a server offers, parsed once into values that cannot be wrong.

    {"acme-1.0": {"version": "1.4", "description": "…", "capabilities": {"Acme, A20, 1.0": {}},
                  "filename": "acme-1.0-1.4.tar.bz2", "dsize": 20480, "sha1sum": "…", "sha256": "…"}}

Every entry is a plugin-info with the archive beside it.  One that is wrong is not offered, and told; it
takes nothing from the others.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct

from provd.documents.reading import Reading
from provd.files._definition import Source
from provd.files.releases._errors import IndexRefused
from provd.values import Invalid, Problem
from provd.values.package import PACKAGE_VERSION, PLUGIN_ID

DB = "plugins.db"
SIGNATURE = ".minisig"
"""What the signature of an index is called, after the index."""
LONGEST = 16 << 20
"""Bytes of an index."""
MOST = 5_000
"""Plugins in one."""
LARGEST = 64 << 20
"""Bytes of one archive."""
MOST_TOLD = 20
"""Problems of one index that are told."""

_FILENAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,254}")
_SHA256 = re.compile("[0-9a-f]{64}")
_SHA1 = re.compile("[0-9a-f]{40}")


class Release(Struct, frozen=True, kw_only=True):
    """One version of one plugin, as it is offered."""

    id: str
    version: str
    description: str
    capabilities: tuple[str, ...]
    """`Vendor, Model, Version`, each."""
    filename: str
    size: int
    sha1: str
    """Empty where it is not told."""
    sha256: str
    """Empty where only the SHA-1 is told."""

    @property
    def digest(self) -> str:
        """By what its archive is checked."""
        return "sha256" if self.sha256 else "sha1"

    def source(self, url: str, sha256: str) -> Source:
        """Its archive, as downloads and the cache know files."""
        return Source(
            name=self.filename,
            size=self.size,
            sha256=sha256,
            urls=(url,) if url else (),
            hint="",
            archive="tar",
            take=(),
        )


class Index(Struct, frozen=True, kw_only=True):
    """What one server offers."""

    releases: Mapping[str, Release]
    problems: tuple[str, ...] = ()
    """What of it is wrong, and so not offered."""


def parse_index(text: bytes, subject: str, *, sha1: bool = False) -> Index:
    """What a JSON text offers; `subject` names it, `sha1` takes plugins without a SHA-256.

    @raise IndexRefused: it is no index, or has no plugin that could be taken.
    """
    given = _object(text, subject)
    releases: dict[str, Release] = {}
    problems: list[str] = []
    for plugin_id, entry in given.items():
        try:
            releases[plugin_id] = _release(plugin_id, entry, sha1=sha1)
        except Invalid as error:
            told = "; ".join(map(str, error.problems))
            problems.append(f"{error.subject} is not offered: {told}")
    if given and not releases:
        raise IndexRefused(
            subject, f"none of its {len(given)} plugins can be taken ({problems[0]})"
        )
    return Index(releases=releases, problems=tuple(problems[:MOST_TOLD]))


def _object(text: bytes, subject: str) -> Mapping[str, Any]:
    if len(text) > LONGEST:
        raise IndexRefused(subject, f"it has more than {LONGEST} bytes")
    try:
        given = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise IndexRefused(subject, f"it is not JSON ({error})") from error
    if not isinstance(given, dict):
        raise IndexRefused(subject, "it is no JSON object by plugin")
    if len(given) > MOST:
        raise IndexRefused(subject, f"it has {len(given)} plugins, and {MOST} are read at most")
    return given


def _release(plugin_id: str, entry: object, *, sha1: bool) -> Release:
    """@raise Invalid: with everything that is wrong with an entry."""
    subject = plugin_id[:80] if PLUGIN_ID.fullmatch(plugin_id) else repr(plugin_id[:80])
    if not isinstance(entry, Mapping):
        raise Invalid(subject, (Problem("", "is no object", "a plugin-info"),))
    read = Reading(entry, subject)
    if not PLUGIN_ID.fullmatch(plugin_id):
        read.note("", "cannot be the name of a directory", PLUGIN_ID.pattern)
    capabilities = read.mapping("capabilities", required=True)
    made = Release(
        id=plugin_id,
        version=read.matching("version", PACKAGE_VERSION, PACKAGE_VERSION.pattern),
        description=read.filled("description") or "",
        capabilities=tuple(capabilities),
        filename=read.matching("filename", _FILENAME, _FILENAME.pattern),
        size=_size(read),
        sha1=_digest(read, "sha1sum", _SHA1),
        sha256=_digest(read, "sha256", _SHA256),
    )
    if not made.sha256 and not (sha1 and made.sha1):
        expected = "a SHA-256, or sha1 = true for its server in [plugins]"
        read.note("sha256", "is missing", expected)
    read.finish()
    return made


def _digest(read: Reading, key: str, pattern: re.Pattern[str]) -> str:
    text = (read.text(key) or "").lower()
    if text and not pattern.fullmatch(text):
        read.note(key, f"is {text[:80]!r}", pattern.pattern)
    return text


def _size(read: Reading) -> int:
    size = read.whole("dsize", None, 1, LARGEST)
    if size is None:
        read.note("dsize", "is missing or no such number", f"1 to {LARGEST}")
    return size or 0
