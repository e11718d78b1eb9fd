"""Trees of plugins: switched whole, with all that is the site's, and back again from wherever it ended."""

from __future__ import annotations

import os
import tarfile
from collections.abc import Callable
from errno import EPERM
from pathlib import Path

import msgspec
import pytest

from provd.files import HostileArchive, Stop
from provd.files.releases import (
    CannotCarry,
    NothingBefore,
    Provenance,
    Trees,
    WrongArchive,
    parse_index,
)
from provd.files.releases._index import Release
from provd.testing.packages import a_tar, ignore, tree
from provd.testing.releases import a_plugin, an_entry

ID = "acme-1.0"
OWN = {
    "var/tftpboot/logo.png": b"logo",
    "var/templates/base.tpl": b"an administrator's",
    "var/installed/fw": b"{}",
    "templates/extra.tpl": b"extra",
}


class Place:
    """The directory of all plugins."""

    def __init__(self, directory: Path) -> None:
        self.plugins = directory / "plugins"
        self.plugins.mkdir()
        self.archives = directory
        self.trees = Trees(self.plugins)
        self.live = self.plugins / ID

    def made(self, version: str, **files: bytes) -> None:
        """A tree apart, complete."""
        archive = self.archives / f"{version}.tar.bz2"
        archive.write_bytes(a_tar(a_plugin(ID, version, **files), "w:bz2"))
        release = Release(
            id=ID,
            version=version,
            description="",
            capabilities=(),
            filename=archive.name,
            size=archive.stat().st_size,
            sha1="",
            sha256="0" * 64,
        )
        brought = self.trees.make(ID, release.source("", "0" * 64), archive, Stop(), ignore)
        note = Provenance(
            id=ID,
            version=version,
            files=brought,
            server="https://plugins.example",
            digest="sha256",
            sha256="0" * 64,
            key="",
            at=1.0,
        )
        self.trees.complete(ID, note)

    def installed(self, version: str, **files: bytes) -> None:
        """A version is there."""
        self.made(version, **files)
        self.trees.prepare(ID)
        self.trees.switch(ID)
        self.trees.keep(ID)

    def put(self, **files: bytes) -> None:
        """Files of the site's."""
        for path, content in files.items():
            place = self.live / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)

    def apart(self) -> set[str]:
        """What is left beside it."""
        return {path.name for path in (self.plugins / ".releases" / "trees").glob("*/*")}


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Without a plugin."""
    return Place(tmp_path)


def test_what_is_the_sites_own(place: Place) -> None:
    """Survives an upgrade and the way back; what an archive brought goes with it."""
    place.installed("1.0", **{"templates/old.tpl": b"old", "var/tftpboot/shipped": b"1"})
    place.put(**OWN)
    place.installed("2.0", **{"templates/new.tpl": b"new", "var/tftpboot/shipped": b"2"})
    found = tree(place.live)
    assert {path: found[path] for path in OWN} == OWN
    assert "templates/old.tpl" not in found
    assert (found["templates/new.tpl"], found["var/tftpboot/shipped"]) == (b"new", b"2")
    (place.live / "var/tftpboot/logo.png").unlink()
    place.put(**{"var/tftpboot/later": b"later"})
    version, note = place.trees.bring_back(ID)
    place.trees.complete(ID, note)
    place.trees.prepare(ID)
    place.trees.switch(ID)
    place.trees.keep(ID)
    found = tree(place.live)
    assert (version, found["var/tftpboot/shipped"]) == ("1.0", b"1")
    assert "var/tftpboot/logo.png" not in found
    assert found["var/tftpboot/later"] == b"later"
    assert "templates/new.tpl" not in found


def test_an_override_where_the_new_version_has_a_file(place: Place) -> None:
    """The administrator's stays."""
    place.installed("1.0")
    place.put(**OWN)
    place.installed("2.0", **{"var/templates/base.tpl": b"shipped"})
    assert tree(place.live)["var/templates/base.tpl"] == b"an administrator's"


def test_it_takes_no_room_twice(place: Place) -> None:
    """What is the site's is the same file in both."""
    place.installed("1.0")
    place.put(**OWN)
    before = (place.live / "var/tftpboot/logo.png").stat().st_ino
    place.installed("2.0")
    assert (place.live / "var/tftpboot/logo.png").stat().st_ino == before


def test_a_file_that_vanishes(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """While it is taken along: it is in neither tree."""
    place.installed("1.0")
    place.put(**OWN)
    link = os.link

    def vanishing(path: Path, to: Path, **more: bool) -> None:
        if path.name == "logo.png":
            path.unlink()
        link(path, to, **more)

    monkeypatch.setattr("provd.files.releases._carry.os.link", vanishing)
    place.installed("2.0")
    assert "var/tftpboot/logo.png" not in tree(place.live)
    assert "var/installed/fw" in tree(place.live)


def test_where_a_file_has_one_name(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a file system without hard links it is copied."""
    place.installed("1.0")
    place.put(**OWN)

    def refused(*_paths: Path, **_more: bool) -> None:
        raise PermissionError(EPERM, "no links here")

    monkeypatch.setattr("provd.files.releases._carry.os.link", refused)
    place.installed("2.0")
    assert tree(place.live)["var/tftpboot/logo.png"] == b"logo"


def test_links_of_packages(place: Place) -> None:
    """Lead where they led."""
    place.installed("1.0")
    place.put(**OWN)
    (place.live / "var/tftpboot/link").symlink_to("logo.png")
    (place.live / "var/tftpboot/directory").symlink_to("../installed")
    place.installed("2.0")
    assert (place.live / "var/tftpboot/link").read_bytes() == b"logo"
    assert (place.live / "var/tftpboot/directory").is_symlink()


def test_a_link_in_the_way(place: Place) -> None:
    """What the site has put elsewhere by a link is not left behind in silence."""
    place.installed("1.0")
    elsewhere = place.archives / "elsewhere"
    elsewhere.mkdir()
    (place.live / "var/cache").symlink_to(elsewhere)
    with pytest.raises(CannotCarry, match="var/cache"):
        place.made("2.0", **{"var/cache/x": b""})
    assert place.trees.version(ID) == "1.0"


STEPS: list[Callable[[Place], object]] = [
    lambda place: place.made("2.0"),
    lambda place: place.trees.prepare(ID),
    lambda place: place.live.rename(place.plugins / ".releases" / "trees" / ID / "before"),
    lambda place: (place.plugins / ".releases" / "trees" / ID / "next").rename(place.live),
]


@pytest.mark.parametrize("ended", range(len(STEPS) + 1))
@pytest.mark.parametrize("mark", [None, b"", b"{"])
def test_an_end_before_it_is_kept(place: Place, ended: int, mark: bytes | None) -> None:
    """The next start has the old one whole, and nothing beside it; twice is as good as once."""
    place.installed("1.0")
    place.put(**OWN)
    before = tree(place.live)
    for step in STEPS[:ended]:
        step(place)
    if mark is not None and ended == 2:
        (place.plugins / ".releases" / "trees" / ID / "switching").write_bytes(mark)
    for _start in range(2):
        Trees(place.plugins).settle()
        assert tree(place.live) == before
        assert place.apart() == set()


def test_an_end_while_it_is_put_back(place: Place) -> None:
    """The next start goes on with that."""
    place.installed("1.0")
    before = tree(place.live)
    for step in STEPS:
        step(place)
    place.live.rename(place.plugins / ".releases" / "trees" / ID / "failed")
    Trees(place.plugins).settle()
    assert (tree(place.live), place.apart()) == (before, set())


def test_an_end_after_it_is_kept(place: Place) -> None:
    """The next start has the new one, and the old one as the one before."""
    place.installed("1.0")
    for step in STEPS:
        step(place)
    (place.plugins / ".releases" / "trees" / ID / "switching").unlink()
    Trees(place.plugins).settle()
    assert (place.trees.version(ID), place.trees.previous(ID)) == ("2.0", "1.0")
    assert place.apart() == {"previous"}


def test_an_end_of_a_first_installation(place: Place) -> None:
    """There is nothing of it."""
    place.made("1.0")
    place.trees.prepare(ID)
    place.trees.switch(ID)
    Trees(place.plugins).settle()
    assert not place.live.exists()
    assert place.apart() == set()


def test_an_end_while_it_is_taken_away(place: Place) -> None:
    """It is back."""
    place.installed("1.0")
    place.trees.prepare(ID)
    place.trees.switch(ID)
    assert not place.live.exists()
    Trees(place.plugins).settle()
    assert place.trees.version(ID) == "1.0"


def test_nothing_before(place: Place) -> None:
    """There is no way back from the first version."""
    place.installed("1.0")
    with pytest.raises(NothingBefore):
        place.trees.bring_back(ID)


def test_another_version_than_the_index_says(place: Place) -> None:
    """The archive is not what was asked for; nothing is left of it."""
    with pytest.raises(WrongArchive, match=r"says version 3.0"):
        place.made("2.0", **{"plugin-info": b'{"version": "3.0"}'})
    assert place.apart() == set()


def test_code_that_was_compiled(place: Place) -> None:
    """Is nobody's own."""
    place.installed("1.0")
    place.put(**{"__pycache__/entry.pyc": b"old"})
    place.installed("2.0")
    assert not (place.live / "__pycache__").exists()


def test_a_link_inside_an_archive(place: Place) -> None:
    """One to a file of the same archive is a copy of that, and no link; also before the file has come."""
    a, b = f"{ID}/var/a.xml", f"{ID}/var/b/c.xml"
    members = {a: b"b/c.xml", **a_plugin(ID, "1.0"), b: b"ring"}
    found = unpacked(place, a_tar(members, "w:bz2", **{a: tarfile.SYMTYPE}))
    assert found["var/a.xml"] == b"ring"
    assert not (place.plugins / ".releases" / "trees" / ID / "next" / "var/a.xml").is_symlink()


def test_names_that_only_case_tells_apart(place: Place) -> None:
    """Some phones ask for a file in either spelling, so plugins have both; the same name twice is refused."""
    names = {f"{ID}/var/RINGLIST.XML": b"1", f"{ID}/var/Ringlist.xml": b"2"}
    found = unpacked(place, a_tar({**a_plugin(ID, "1.0"), **names}, "w:bz2"))
    assert (found["var/RINGLIST.XML"], found["var/Ringlist.xml"]) == (b"1", b"2")
    twice = {**a_plugin(ID, "1.0"), **names, f"{ID}/var/./Ringlist.xml": b"3"}
    with pytest.raises(HostileArchive, match="it is there twice"):
        unpacked(place, a_tar(twice, "w:bz2"))


@pytest.mark.parametrize(
    "target", ["/etc/passwd", "../../../../../etc/passwd", "a.xml", "", ".", "b", "../var"]
)
def test_a_link_elsewhere(place: Place, target: str) -> None:
    """Is refused, with the whole archive."""
    a = f"{ID}/var/a.xml"
    members = {**a_plugin(ID, "1.0"), f"{ID}/var/b/c.xml": b"ring", a: target.encode()}
    with pytest.raises(HostileArchive):
        unpacked(place, a_tar(members, "w:bz2", **{a: tarfile.SYMTYPE}))
    assert place.apart() == set()


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("other/file", "beside its one directory"),
        ("file", "beside its one directory"),
        (f"{ID}/.provenance.json", "the server's own"),
        (f"{ID}/../up", "climbs out"),
    ],
)
def test_what_no_archive_may_have(place: Place, name: str, why: str) -> None:
    """Anything beside the plugin, above it, or in the place of the server's own note."""
    with pytest.raises((WrongArchive, HostileArchive), match=why):
        unpacked(place, a_tar({**a_plugin(ID, "1.0"), name: b""}, "w:bz2"))
    assert place.apart() == set()


def test_a_bomb_of_links(place: Place) -> None:
    """Copies count as what comes out of an archive."""
    links = {f"{ID}/{number}": b"var/big" for number in range(80)}
    members = {**a_plugin(ID, "1.0"), f"{ID}/var/big": bytes(1 << 20), **links}
    with pytest.raises(HostileArchive, match="come out of it"):
        unpacked(place, a_tar(members, "w:bz2", **dict.fromkeys(links, tarfile.SYMTYPE)))


def unpacked(place: Place, archive: bytes) -> dict[str, bytes]:
    """The files of a tree that is made of an archive."""
    path = place.archives / "archive"
    path.write_bytes(archive)
    entry = an_entry(archive, "archive", "1.0")
    release = parse_index(msgspec.json.encode({ID: entry}), "").releases[ID]
    place.trees.make(ID, release.source("", release.sha256), path, Stop(), ignore)
    return tree(place.plugins / ".releases" / "trees" / ID / "next")
