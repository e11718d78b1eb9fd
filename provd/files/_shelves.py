"""The packages of every plugin: what each offers, and what of it is installed, as it was seen last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec import Struct
from zope.interface import implementer

from provd.contracts.packages import IPackages
from provd.documents.natural import natural_key
from provd.files._definition import FILE, Definition, read_definitions
from provd.files._shelf import Installed, Shelf
from provd.values import Invalid
from provd.values.package import PackageVersion

Key = tuple[str, str]
"""Package and version."""


class Stock(Struct, frozen=True, kw_only=True):
    """What there is for one plugin."""

    offered: Mapping[Key, Definition] = {}
    installed: Mapping[Key, Installed] = {}
    current: Mapping[str, str] = {}
    problem: str = ""
    """Why nothing is offered, or not everything."""

    @property
    def seen(self) -> tuple[PackageVersion, ...]:
        """Every version, in order of id, the newest first, as devices see them."""
        keys = list({*self.offered, *self.installed})
        keys.sort(key=lambda key: natural_key(key[1]), reverse=True)
        keys.sort(key=lambda key: key[0])
        return tuple(self._seen(key) for key in keys)

    def _seen(self, key: Key) -> PackageVersion:
        note = self.installed.get(key)
        if note is not None:
            return note.seen(current=self.current.get(key[0]) == key[1])
        offer = self.offered[key]
        return PackageVersion(
            id=offer.id,
            version=offer.version,
            kind=offer.kind,
            models=offer.models,
            images=offer.images,
        )


NOTHING = Stock()


@implementer(IPackages)
class Shelves:
    """Looks on the disk in threads, and tells what it saw from memory."""

    def __init__(self, plugins: Path, overrides: Path) -> None:
        """`overrides` holds, by plugin, a `packages.json` of the site's own beside its templates."""
        self._plugins = plugins
        self._overrides = overrides
        self._stocks: dict[str, Stock] = {}
        self._seen: dict[str, tuple[PackageVersion, ...]] = {}

    def shelf(self, plugin_id: str) -> Shelf:
        """Where the packages of a plugin are."""
        return Shelf(self._plugins / plugin_id)

    def settle(self, plugin_ids: Sequence[str]) -> None:
        """At the start: sweep what was left half done, and look at what there is. Blocks."""
        for plugin_id in plugin_ids:
            self.shelf(plugin_id).settle()
            self.adopt(plugin_id, self.look(plugin_id))

    def look(self, plugin_id: str) -> Stock:
        """What there is on the disk now. Blocks."""
        shelf = self.shelf(plugin_id)
        notes = {(note.id, note.version): note for note in shelf.installed()}
        current = {package: shelf.current(package) for package, _version in notes}
        offered: dict[Key, Definition] = {}
        problems = []
        for directory in (self._plugins / plugin_id, self._overrides / plugin_id):
            try:
                for each in read_definitions(directory / FILE):
                    offered[each.id, each.version] = each
            except Invalid as error:
                problems.append(str(error))
        return Stock(
            offered=offered,
            installed=notes,
            current={
                package: each for package, each in current.items() if (package, each) in notes
            },
            problem="; ".join(problems),
        )

    def adopt(self, plugin_id: str, stock: Stock) -> bool:
        """Tell this from now on; whether devices see something else than before."""
        before = self._seen.get(plugin_id, ())
        self._stocks[plugin_id] = stock
        self._seen[plugin_id] = seen = stock.seen
        return seen != before

    def stock(self, plugin_id: str) -> Stock:
        """What was seen last."""
        return self._stocks.get(plugin_id, NOTHING)

    def of(self, plugin_id: str) -> tuple[PackageVersion, ...]:
        return self._seen.get(plugin_id, ())

    def warnings(self) -> list[str]:
        """What is wrong with definitions."""
        return [stock.problem for _id, stock in sorted(self._stocks.items()) if stock.problem]
