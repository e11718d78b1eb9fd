"""What one source may have: transfers at a time, and bytes before it has proven to be there.

A source address in a UDP packet proves nothing.  Whatever is sent before the first
acknowledgement may hit somebody who asked for nothing, so it is paid from an allowance per
source that grows back slowly, and is given back once the acknowledgement comes.
"""

from __future__ import annotations

from ipaddress import IPv6Address

from provd.servers.tftp.settings import TFTPSettings

__all__ = ["Quotas", "Source", "source_of"]

_MOST_SOURCES = 8192


def source_of(host: str) -> str:
    """Whose quota an address uses: its own, or for IPv6 that of its /64, which one host may own."""
    if ":" not in host:
        return host
    return str(int(IPv6Address(host.partition("%")[0])) >> 64)


class Source:
    """One source's account. `allowance` is in bytes, as of `stamp`."""

    __slots__ = ("allowance", "sessions", "stamp")

    def __init__(self, allowance: float, stamp: float) -> None:
        self.sessions = 0
        self.allowance = allowance
        self.stamp = stamp


class Quotas:
    """The accounts of all sources; those that are idle and full are forgotten."""

    def __init__(self, settings: TFTPSettings) -> None:
        self._sources: dict[str, Source] = {}
        self.adopt(settings)

    def adopt(self, settings: TFTPSettings) -> None:
        """Hold to these limits from now on; the accounts stay."""
        self._sessions = settings.max_sessions_per_source
        self._most = float(settings.max_unproven_bytes)
        self._rate = float(settings.unproven_bytes_per_second)

    def enter(self, host: str, now: float) -> Source | None:
        """Count one more transfer; None where the source has as many as it may."""
        key = host if ":" not in host else source_of(host)
        source = self._sources.get(key)
        if source is None:
            if len(self._sources) >= _MOST_SOURCES:
                self._forget(now)
            source = self._sources[key] = Source(self._most, now)
        elif source.sessions >= self._sessions:
            return None
        source.sessions += 1
        return source

    def leave(self, source: Source) -> None:
        """One transfer less."""
        source.sessions -= 1

    def spend(self, source: Source, size: int, now: float) -> bool:
        """Whether `size` more bytes may go to a source that has not proven to be there."""
        allowance = source.allowance + (now - source.stamp) * self._rate
        source.stamp = now
        source.allowance = min(allowance, self._most)
        if source.allowance < size:
            return False
        source.allowance -= size
        return True

    def give_back(self, source: Source, size: int) -> None:
        """The bytes did reach somebody who wanted them."""
        source.allowance = min(source.allowance + size, self._most)

    def __len__(self) -> int:
        return len(self._sources)

    def _forget(self, now: float) -> None:
        """Make room: first for accounts that would be new again, else for the idle ones, oldest first."""
        idle = [key for key, source in self._sources.items() if not source.sessions]
        full = [key for key in idle if self._is_full(self._sources[key], now)]
        for key in full or idle[: _MOST_SOURCES // 8]:
            del self._sources[key]

    def _is_full(self, source: Source, now: float) -> bool:
        return source.allowance + (now - source.stamp) * self._rate >= self._most
