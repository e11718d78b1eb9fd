"""The indexes of all servers, as they were fetched last: kept with their signatures, and checked again when read.

A server that cannot be relied on changes nothing: what it offered before is kept.  Where several offer a plugin,
the server of the highest priority is taken, and of those the newest version.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

import msgspec
from attrs import frozen
from msgspec import Struct
from twisted.logger import Logger

from provd.documents.natural import natural_key
from provd.files._disk import sync_directory, write_synced
from provd.files.releases._errors import IndexRefused, NotSigned
from provd.files.releases._index import DB, SIGNATURE, Index, Release, parse_index
from provd.files.releases._minisign import Signed, read_public_key, verify
from provd.values import ProvdError

log = Logger("provd.plugins")


class PluginServer(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somewhere plugins are offered."""

    url: str
    """The directory that `plugins.db` and the archives are in."""
    priority: int = 0
    """Of two servers that offer a plugin, the one with more is taken."""
    keys: tuple[str, ...] = ()
    """Public keys of minisign's; one of them has to have signed the index."""
    unsigned: bool = False
    """Take an index that nobody signed; only where there are no keys."""
    sha1: bool = False
    """Take plugins whose index tells no SHA-256."""

    def at(self, name: str) -> str:
        """The URL of a file there."""
        return f"{self.url.rstrip('/')}/{quote(name)}"


class _Kept(Struct, frozen=True, kw_only=True):
    """An index on the disk."""

    url: str
    at: float
    text: bytes
    signature: bytes


@frozen
class Served:
    """What one server offers, and who signed that."""

    server: PluginServer
    index: Index
    signed: Signed | None
    at: float
    """When it was fetched, in seconds since the epoch."""


@frozen
class Offer:
    """One plugin, from the server that it is taken from."""

    release: Release
    server: PluginServer
    key: str
    """The id of the key that signed its index; empty: nobody did."""
    at: float

    @property
    def url(self) -> str:
        """Of its archive."""
        return self.server.at(self.release.filename)


class Indexes:
    """What there is to be had."""

    def __init__(self, directory: Path) -> None:
        """Nothing is offered before `load`."""
        self._directory = directory
        self._problems: dict[str, str] = {}
        self._served: dict[str, Served] = {}
        self.servers: tuple[PluginServer, ...] = ()

    def load(self, servers: Sequence[PluginServer]) -> None:
        """Hold to these servers, and read again what was kept of them. Blocks."""
        served: dict[str, Served] = {}
        problems: dict[str, str] = {}
        for server in servers:
            try:
                found = self._read(server)
            except (ProvdError, OSError, ValueError) as error:
                log.warn("an index of plugins is not taken: {error}", error=error)
                problems[server.url] = str(error)
            else:
                served |= {server.url: found} if found is not None else {}
        self.servers, self._served, self._problems = tuple(servers), served, problems

    def _read(self, server: PluginServer) -> Served | None:
        path = self._path(server)
        if not path.is_file():
            return None
        kept = msgspec.msgpack.decode(path.read_bytes(), type=_Kept)
        return self.checked(server, kept.text, kept.signature, kept.at)

    def checked(self, server: PluginServer, text: bytes, signature: bytes, at: float) -> Served:
        """What a server offers by a text, held to what is trusted of it.

        @raise NotSigned, IndexRefused: it is not taken.
        """
        subject = server.at(DB)
        signed = None
        if server.keys:
            if not signature:
                raise NotSigned(subject, f"there is no signature beside it ({DB}{SIGNATURE})")
            keys = [read_public_key(key) for key in server.keys]
            signed = verify(subject, text, signature, keys)
        elif not server.unsigned:
            raise NotSigned(subject, "no keys are trusted to sign it, nor is it taken unsigned")
        return Served(server, parse_index(text, subject, sha1=server.sha1), signed, at)

    def keep(self, served: Served, text: bytes, signature: bytes) -> None:
        """Have it survive the end of the server, and offer it from now on. Blocks.

        @raise IndexRefused: it was signed before the one that is there.
        @raise OSError: the disk refuses.
        """
        self._require_no_older(served)
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._path(served.server)
        kept = _Kept(url=served.server.url, at=served.at, text=text, signature=signature)
        apart = path.with_suffix(".new")
        try:
            write_synced(apart, msgspec.msgpack.encode(kept))
            apart.replace(path)
        except OSError:
            apart.unlink(missing_ok=True)
            raise
        sync_directory(self._directory)
        if served.server in self.servers:  # settings may have changed meanwhile
            self._served[served.server.url] = served
            self._problems.pop(served.server.url, None)

    def _require_no_older(self, served: Served) -> None:
        """Whoever stands in between could show an index of long ago, whose signature is good."""
        before = self._served.get(served.server.url)
        known = before.signed if before is not None else None
        if served.signed is not None and known is not None and served.signed.at < known.at:
            why = "it was signed before the one that is there, so it is out of date"
            raise IndexRefused(served.server.at(DB), why)

    def offers(self) -> Mapping[str, Offer]:
        """The plugins that can be had, by id."""
        found: dict[str, Offer] = {}
        for offer in self._all():
            other = found.get(offer.release.id)
            if other is None or _rank(offer) > _rank(other):
                found[offer.release.id] = offer
        return found

    def _all(self) -> Iterator[Offer]:
        for served in self._served.values():
            key = served.signed.key if served.signed is not None else ""
            for release in served.index.releases.values():
                yield Offer(release, served.server, key, served.at)

    def warnings(self) -> list[str]:
        """What is wrong with indexes that were kept, and which servers are believed without a proof."""
        weak = [
            f"plugins of {server.url} are taken {how}"
            for server in self.servers
            for how, taken in (
                ("though nobody signs its index", not server.keys),
                ("by their SHA-1 alone, which can be forged", server.sha1),
            )
            if taken
        ]
        return sorted([*self._problems.values(), *weak])

    def _path(self, server: PluginServer) -> Path:
        return self._directory / sha256(server.url.encode("utf-8")).hexdigest()[:32]


def _rank(offer: Offer) -> tuple[int, tuple[tuple[int, int, str], ...]]:
    return offer.server.priority, natural_key(offer.release.version)
