"""Rendered files, kept as long as everything that went into them is what it was.

An entry names what it was made from: the device's revision, the plugin's generation, and the
revision or absence of every config of the device's lineage.  While no config at all has changed
since (same epoch), a look-up is a hit at once; otherwise the entry's own configs are looked at
again.  Nothing is ever walked because something was edited.
"""

from __future__ import annotations

from collections import OrderedDict

from msgspec import Struct

from provd.contracts import IReadable
from provd.documents import Lineage, revision_of
from provd.values import Content

Key = tuple[str, str, str]
"""Device id, path without needless slashes, and the URL the device is told: all that varies between two
renderings of the same inputs."""

DEFAULT_BYTES = 64 << 20

PER_ENTRY = 700
"""Bytes an entry occupies beside its body: objects, headers, its place in the table (measured)."""
PER_CONFIG = 150
"""Bytes for each config its lineage lists (measured)."""


class Entry(Struct, gc=False):
    """One rendered file and what it was made from."""

    content: Content
    device_revision: int
    generation: int
    epoch: int
    seen: tuple[tuple[str, int], ...]
    cost: int


class RenderCache:
    """Rendered files of all plugins, bounded in bytes; the least recently used go first."""

    def __init__(self, max_bytes: int = DEFAULT_BYTES) -> None:
        """Keep at most `max_bytes`; 0 keeps nothing."""
        self._max_bytes = max_bytes
        self._entries: OrderedDict[Key, Entry] = OrderedDict()
        self.used = 0
        """Bytes kept at present, overhead included."""
        self.hits = 0
        self.misses = 0

    def __len__(self) -> int:
        return len(self._entries)

    def get(
        self, key: Key, device_revision: int, generation: int, view: IReadable, *, keep: bool
    ) -> Content | None:
        """The file, if what is kept is still right. `keep` False changes nothing, the order included."""
        entry = self._entries.get(key)
        if (
            entry is None
            or entry.device_revision != device_revision
            or entry.generation != generation
            or (
                entry.epoch != (epoch := view.position("configs"))
                and not self._renewed(entry, view, epoch, keep=keep)
            )
        ):
            self.misses += keep
            return None
        if keep:
            self.hits += 1
            self._entries.move_to_end(key)
        return entry.content

    def put(
        self,
        key: Key,
        content: Content,
        device_revision: int,
        generation: int,
        epoch: int,
        lineage: Lineage,
    ) -> None:
        """Keep a file that was rendered when the configs stood at `epoch`.

        Documents that are only proposed have no revision to check later, so what was made from them
        is not kept.
        """
        seen = lineage.seen
        cost = PER_ENTRY + len(content.body) + 2 * len(key[1]) + PER_CONFIG * len(seen)
        if isinstance(content.without, Content):
            cost += len(content.without.body)
        if cost > self._max_bytes or device_revision <= 0 or any(n < 0 for _id, n in seen):
            return
        self._drop(key)
        self._entries[key] = Entry(content, device_revision, generation, epoch, seen, cost)
        self.used += cost
        while self.used > self._max_bytes:
            self._drop(next(iter(self._entries)))

    def hold(self, max_bytes: int) -> None:
        """Keep at most `max_bytes` from now on."""
        self._max_bytes = max_bytes
        while self.used > self._max_bytes:
            self._drop(next(iter(self._entries)))

    def clear(self) -> None:
        """Forget everything."""
        self._entries.clear()
        self.used = 0

    def _drop(self, key: Key) -> None:
        entry = self._entries.pop(key, None)
        if entry is not None:
            self.used -= entry.cost

    @staticmethod
    def _renewed(entry: Entry, view: IReadable, epoch: int, *, keep: bool) -> bool:
        """Some config changed since: whether none of the entry's own did."""
        for config_id, revision in entry.seen:
            if revision_of(view.get("configs", config_id)) != revision:
                return False
        if keep:
            entry.epoch = epoch
        return True
