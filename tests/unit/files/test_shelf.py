"""Packages in a plugin's tree: installed whole or not at all, removed without a rest, swept after a crash."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import pytest

from provd.files import (
    FILE,
    Definition,
    Installed,
    NotInstalled,
    PlaceTaken,
    Shelf,
    Shelves,
    Stop,
    noted,
)
from provd.testing.packages import a_package, a_source, defined, definitions, ignore, tree, written

FILES = {"t46.rom": b"rom", "readme.txt": b"read"}


class Site:
    """One plugin's directory."""

    def __init__(self, tmp_path: Path) -> None:
        self.directory = tmp_path / "plugins" / "acme"
        self.tftpboot = self.directory / "var" / "tftpboot"
        self.tftpboot.mkdir(parents=True)
        self.shelf = Shelf(self.directory)

    def define(
        self, version: str = "1.0", files: dict[str, bytes] | None = None, **more: Any
    ) -> Definition:
        """A package of plain files."""
        sources = [a_source(name, content) for name, content in (files or FILES).items()]
        return defined(*sources, **{"version": version, **more})

    def install(
        self, version: str = "1.0", files: dict[str, bytes] | None = None, **more: Any
    ) -> Installed:
        """Install one, not as the current."""
        definition = self.define(version, files, **more)
        note, apart = self.unpack(definition, files or FILES)
        self.shelf.put(note, apart)
        return note

    def unpack(self, definition: Definition, files: dict[str, bytes]) -> tuple[Installed, Path]:
        """Unpack it, apart."""
        paths = written(self.directory.parent / "cache", files)
        apart, found = self.shelf.unpacked(definition, paths, Stop(), ignore)
        return noted(definition, found, 5.0, "alice", "call-1"), apart

    def served(self) -> dict[str, bytes]:
        """What devices can be given."""
        return tree(self.tftpboot)

    def rest(self) -> list[str]:
        """Everything that is left of packages."""
        everything = [*self.tftpboot.rglob("*"), *(self.directory / "var" / "packages").rglob("*")]
        return sorted(path.relative_to(self.directory / "var").as_posix() for path in everything)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """A plugin without packages."""
    return Site(tmp_path)


def test_a_version_has_a_place_of_its_own(site: Site) -> None:
    """Two versions stand side by side; removing one leaves the other, and removing both leaves nothing."""
    note = site.install("1.0")
    site.install("2.0", {"t46.rom": b"new"})
    assert site.served() == {
        "firmware/t46/1.0/t46.rom": b"rom",
        "firmware/t46/1.0/readme.txt": b"read",
        "firmware/t46/2.0/t46.rom": b"new",
    }
    assert sorted((each.version, each.who) for each in site.shelf.installed()) == [
        ("1.0", "alice"),
        ("2.0", "alice"),
    ]
    assert note.size == 7
    assert site.shelf.remove("t46", "1.0") == note
    assert site.served() == {"firmware/t46/2.0/t46.rom": b"new"}
    site.shelf.remove("t46", "2.0")
    assert [each for each in site.rest() if each != "packages/.staging"] == []


def test_current(site: Site) -> None:
    """None is, until one is made so; the one that is removed is not any more."""
    site.install("1.0")
    site.install("2.0")
    assert site.shelf.current("t46") == ""
    for version in ("1.0", "2.0"):
        site.shelf.use("t46", version)
        assert site.shelf.current("t46") == version
    site.shelf.remove("t46", "1.0")
    assert site.shelf.current("t46") == "2.0"
    site.shelf.remove("t46", "2.0")
    assert site.shelf.current("t46") == ""


@pytest.mark.parametrize("name", ["t46", "x", "../x"])
def test_what_is_not_installed(site: Site, name: str) -> None:
    """It can be neither used nor removed."""
    site.install("1.0")
    for change in (site.shelf.use, site.shelf.remove):
        with pytest.raises(NotInstalled):
            change(name, "3.0")


def test_only_what_was_installed_is_removed(site: Site) -> None:
    """A file of the site's own stays, and what is missing already is no matter."""
    site.install("1.0")
    own = site.tftpboot / "firmware" / "t46" / "1.0" / "own.txt"
    own.write_text("the site's")
    (site.tftpboot / "firmware" / "t46" / "1.0" / "t46.rom").unlink()
    site.shelf.remove("t46", "1.0")
    assert list(site.served()) == ["firmware/t46/1.0/own.txt"]
    with pytest.raises(PlaceTaken) as caught:
        site.install("1.0")
    assert caught.value.place == "firmware/t46/1.0"
    assert site.shelf.installed() == []


@pytest.mark.parametrize("place", ["firmware", "firmware/t46", "firmware/t46/1.0"])
def test_a_file_where_a_directory_is_to_be(site: Site, place: str) -> None:
    """Or a link, which could lead anywhere: it is named, and nothing is left of the attempt."""
    for make in (Path.touch, lambda path: path.symlink_to("/tmp")):
        path = site.tftpboot / place
        path.parent.mkdir(parents=True, exist_ok=True)
        make(path)
        with pytest.raises(PlaceTaken):
            site.install("1.0")
        assert os.path.lexists(path)
        assert site.shelf.installed() == []
        assert not list((site.directory / "var" / "packages" / ".staging").iterdir())
        path.unlink()


LANGUAGES = {"kind": "languages", "id": "lang", "into": "i18n"}


def test_reached_in_a_directory_of_the_tree(site: Site) -> None:
    """The files of the current version, by links; those of another version take their place and leave none."""
    site.install("1.0", {"de.txt": b"alt", "fr.txt": b"fr"}, **LANGUAGES)
    assert "i18n/de.txt" not in site.served()
    site.shelf.use("lang", "1.0")
    assert {key: each for key, each in site.served().items() if key.startswith("i18n")} == {
        "i18n/de.txt": b"alt",
        "i18n/fr.txt": b"fr",
    }
    site.install("2.0", {"de.txt": b"neu"}, **LANGUAGES)
    site.shelf.use("lang", "2.0")
    assert {key: each for key, each in site.served().items() if key.startswith("i18n")} == {
        "i18n/de.txt": b"neu"
    }
    link = (site.tftpboot / "i18n" / "de.txt").readlink()
    assert str(link) == "../languages/lang/2.0/de.txt"
    site.shelf.remove("lang", "2.0")
    site.shelf.remove("lang", "1.0")
    assert site.served() == {}
    assert not (site.tftpboot / "i18n").exists()


def test_two_packages_that_want_one_place(site: Site) -> None:
    """The second is told whose it is, and stays unused; the first is as it was."""
    site.install("1.0", {"de.txt": b"alt"}, **LANGUAGES)
    site.shelf.use("lang", "1.0")
    site.install("1.0", {"de.txt": b"other"}, **{**LANGUAGES, "id": "other"})
    with pytest.raises(PlaceTaken) as caught:
        site.shelf.use("other", "1.0")
    assert (caught.value.place, caught.value.holder) == ("i18n/de.txt", "lang")
    assert site.served()["i18n/de.txt"] == b"alt"
    assert site.shelf.current("other") == ""


@pytest.mark.parametrize("place", ["i18n", "i18n/de.txt"])
def test_a_file_of_the_sites_own_is_not_replaced(site: Site, place: str) -> None:
    """It stays where it is."""
    path = site.tftpboot / place
    path.parent.mkdir(exist_ok=True)
    path.write_text("mine")
    site.install("1.0", {"de.txt": b"alt"}, **LANGUAGES)
    with pytest.raises(PlaceTaken) as caught:
        site.shelf.use("lang", "1.0")
    assert (caught.value.place, caught.value.holder) == (place, "")
    assert path.read_text() == "mine"
    site.shelf.remove("lang", "1.0")
    assert path.read_text() == "mine"


STEPS = ("rename", "mkdir", "unlink", "symlink_to", "replace", "rmdir")
NEW = {"de.txt": b"neu", "it.txt": b"it"}
OLD = {"de.txt": b"alt", "fr.txt": b"fr"}


class Dying:
    """A process that ends after so many steps that touch the disk: from then on it does nothing any more."""

    def __init__(self, steps: int, patched: pytest.MonkeyPatch) -> None:
        self._left = steps
        for name in STEPS:
            patched.setattr(Path, name, self._step(getattr(Path, name)))
        patched.setattr(shutil, "rmtree", self._step(shutil.rmtree))

    def _step(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def step(*given: Any, **named: Any) -> Any:
            if self._left <= 0:
                raise KeyboardInterrupt
            self._left -= 1
            return real(*given, **named)

        return step


def versions_after(site: Site, steps: int, change: Callable[[], object]) -> list[str]:
    """What is installed at the next start; nothing that was half done is left."""
    with pytest.MonkeyPatch.context() as patched, suppress(KeyboardInterrupt):
        Dying(steps, patched)
        change()
    fresh = Shelf(site.directory)
    fresh.settle()
    assert not [
        each for each in site.rest() if each.endswith((".installing", ".removing", "/link"))
    ]
    return sorted(each.version for each in fresh.installed())


def split(found: dict[str, bytes]) -> tuple[dict[str, dict[str, bytes]], dict[str, bytes]]:
    """By version, the files in their own places; and those in `i18n`."""
    own: dict[str, dict[str, bytes]] = {}
    for path, content in found.items():
        if path.startswith("languages/lang/"):
            own.setdefault(path.split("/")[2], {})[path.split("/")[3]] = content
    linked = {path.split("/")[1]: each for path, each in found.items() if path.startswith("i18n")}
    assert len(linked) + sum(map(len, own.values())) == len(found)
    return own, linked


@pytest.fixture
def two(site: Site) -> Site:
    """With two versions, the older of which is current."""
    site.install("1.0", OLD, **LANGUAGES)
    site.install("2.0", NEW, **LANGUAGES)
    site.shelf.use("lang", "1.0")
    return site


@pytest.mark.parametrize("steps", range(14))
def test_a_crash_while_it_is_installed(site: Site, steps: int) -> None:
    """All of it is there, or nothing; what was there before is as it was."""
    site.install("1.0", OLD, **LANGUAGES)
    site.shelf.use("lang", "1.0")
    versions = versions_after(site, steps, lambda: site.install("2.0", NEW, **LANGUAGES))
    whole = {"1.0": OLD, "2.0": NEW}
    assert split(site.served()) == ({version: whole[version] for version in versions}, OLD)


@pytest.mark.parametrize("steps", range(14))
def test_a_crash_while_another_is_used(two: Site, steps: int) -> None:
    """Devices get one version or the other, never something of both."""
    assert versions_after(two, steps, lambda: two.shelf.use("lang", "2.0")) == ["1.0", "2.0"]
    expected = {"1.0": OLD, "2.0": NEW}[two.shelf.current("lang")]
    assert split(two.served()) == ({"1.0": OLD, "2.0": NEW}, expected)


@pytest.mark.parametrize("steps", range(14))
def test_a_crash_while_it_is_removed(two: Site, steps: int) -> None:
    """It is there, used or not, or it is gone; the other is as it was."""
    versions = versions_after(two, steps, lambda: two.shelf.remove("lang", "1.0"))
    whole = {"1.0": OLD, "2.0": NEW}
    used = OLD if two.shelf.current("lang") else {}
    assert split(two.served()) == ({version: whole[version] for version in versions}, used)
    assert "2.0" in versions


def test_a_note_that_was_spoilt(site: Site) -> None:
    """Cut anywhere, or of something else: the start goes on, and nothing outside is ever touched."""
    site.install("1.0")
    path = site.directory / "var" / "packages" / "t46" / "1.0.json"
    whole = path.read_bytes()
    outside = site.directory / "entry.py"
    outside.write_text("code")
    for spoilt in (
        *(whole[:length] for length in range(0, len(whole), 7)),
        whole.replace(b'"firmware"', b'"../.."'),
        whole.replace(b'"t46"', b'"t47"'),
        whole.replace(b'"t46.rom"', b'"../../../../../entry.py"'),
        b"\xff\xfe",
    ):
        path.write_bytes(spoilt)
        assert Shelf(site.directory).installed() == []
        (path.parent / "1.0.removing").write_bytes(spoilt)
        Shelf(site.directory).settle()
        assert outside.exists()
        with pytest.raises(NotInstalled):
            site.shelf.use("t46", "1.0")
    path.write_bytes(whole)
    assert len(Shelf(site.directory).installed()) == 1


def test_the_packages_of_all_plugins(site: Site, tmp_path: Path) -> None:
    """What is offered, by the plugin and by the site over it; what is installed; the newest first."""
    overrides = tmp_path / "overrides" / "acme"
    overrides.mkdir(parents=True)
    sources = [a_source(name, content) for name, content in FILES.items()]
    offered = [a_package(*sources, version=version) for version in ("1.0", "10.0", "9.0")]
    (site.directory / FILE).write_bytes(definitions(*offered))
    own = a_package(*sources, version="9.0", description="The site's")
    (overrides / FILE).write_bytes(definitions(own, a_package(*sources, id="a")))
    site.install("1.0")
    site.shelf.use("t46", "1.0")
    shelves = Shelves(tmp_path / "plugins", tmp_path / "overrides")
    assert shelves.of("acme") == ()
    shelves.settle(["acme"])
    told = [(each.id, each.version, each.installed, each.current) for each in shelves.of("acme")]
    assert told == [
        ("a", "1.0", False, False),
        ("t46", "10.0", False, False),
        ("t46", "9.0", False, False),
        ("t46", "1.0", True, True),
    ]
    assert shelves.stock("acme").offered["t46", "9.0"].description == "The site's"
    assert shelves.warnings() == []
    assert shelves.adopt("acme", shelves.look("acme")) is False
    (overrides / FILE).write_bytes(msgspec.json.encode({"packages": [{}]}))
    assert shelves.adopt("acme", shelves.look("acme")) is True
    assert [each.version for each in shelves.of("acme")] == ["10.0", "9.0", "1.0"]
    [warning] = shelves.warnings()
    assert "packages.0.id: is missing" in warning
