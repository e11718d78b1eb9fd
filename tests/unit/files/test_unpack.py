"""Archives become files below one directory, or nothing: hostile ones are named, and leave nothing."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import struct
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provd.files import Definition, HostileArchive, NothingTaken, Stop, Stopped, unpack
from provd.files import _members as members
from provd.files._names import plain_path
from provd.testing.packages import a_source, a_tar, a_zip, defined, ignore, tree, written

HONEST = {"a/fw.rom": b"rom", "a/b/readme.txt": b"read", "lang/de.txt": b"Deutsch"}


def unpacked(tmp_path: Path, content: bytes, archive: str, **more: Any) -> dict[str, bytes]:
    """What an archive gives."""
    definition = defined(a_source("x", content, archive=archive, **more))
    unpack(definition, written(tmp_path / "in", {"x": content}), tmp_path / "out", Stop(), ignore)
    return tree(tmp_path / "out")


def refused(tmp_path: Path, content: bytes, archive: str, **more: Any) -> str:
    """Why it gives nothing; nothing is left, and nothing was made elsewhere."""
    with pytest.raises((HostileArchive, NothingTaken)) as caught:
        unpacked(tmp_path, content, archive, **more)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in"]
    assert [path.name for path in (tmp_path / "in").iterdir()] == ["x"]
    return str(caught.value)


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
def test_tars(tmp_path: Path, mode: str) -> None:
    """Plain, and compressed in each of three ways; directories of their own are nothing to take."""
    content = a_tar({"./": b"", **HONEST}, mode, **{"./": tarfile.DIRTYPE})
    assert unpacked(tmp_path, content, "tar") == HONEST


def test_zips(tmp_path: Path) -> None:
    """Their members, under their names."""
    assert unpacked(tmp_path, a_zip({"a/": b"", **HONEST}), "zip") == HONEST


def test_what_is_no_archive(tmp_path: Path) -> None:
    """It goes into the package under its name, beside what archives bring; progress counts all of it."""
    contents = {"fw.rom": b"rom" * 100_000, "more.zip": a_zip(HONEST)}
    sources = [
        a_source("fw.rom", contents["fw.rom"]),
        a_source("more.zip", contents["more.zip"], archive="zip"),
    ]
    told: list[int] = []
    found = unpack(
        defined(*sources), written(tmp_path / "in", contents), tmp_path / "out", Stop(), told.append
    )
    assert found["fw.rom"] == 300_000
    assert tree(tmp_path / "out") == {"fw.rom": contents["fw.rom"], **HONEST}
    assert 300_000 < sum(told) <= 300_000 + len(contents["more.zip"])
    assert (tmp_path / "out" / "fw.rom").stat().st_mode & 0o777 == 0o644


def test_members_are_taken(tmp_path: Path) -> None:
    """By name or pattern, to a name, a directory, or as they are; the rest stays."""
    take = [
        {"member": "**/*.rom", "as": "phone.rom"},
        {"member": "lang/*", "as": "i18n/"},
        {"member": "a/b/readme.txt"},
    ]
    assert unpacked(tmp_path, a_zip({**HONEST, "other": b"x"}), "zip", take=take) == {
        "phone.rom": b"rom",
        "i18n/de.txt": b"Deutsch",
        "a/b/readme.txt": b"read",
    }


@pytest.mark.parametrize(
    ("member", "place"), [("b/*", ""), ("**", "one"), ("fw.rom", ""), ("a", "")]
)
def test_a_definition_that_does_not_fit(tmp_path: Path, member: str, place: str) -> None:
    """A member that is not there, several for one place, and a directory where a file is named."""
    refused(tmp_path, a_tar(HONEST), "tar", take=[{"member": member, "as": place}])


def test_an_image_that_is_not_there(tmp_path: Path) -> None:
    """A device would be pointed to nothing."""
    content = a_zip(HONEST)
    definition = defined(a_source("x", content, archive="zip"), image="a/fw.bin")
    with pytest.raises(NothingTaken, match=r"a/fw\.bin"):
        unpack(definition, written(tmp_path, {"x": content}), tmp_path / "out", Stop(), ignore)
    assert not (tmp_path / "out").exists()


NAMES = [
    "../x",
    "a/../../x",
    "/etc/x",
    "//x",
    "C:/x",
    "c:x",
    "a\\..\\..\\x",
    "a\nb",
    "a\x7f",
    "a/" * 30 + "x",
    "x" * 300,
    "é" * 130,
    "..",
    ".",
]


@pytest.mark.parametrize("name", [*NAMES, "a\0b"])
def test_hostile_names_in_zips(tmp_path: Path, name: str) -> None:
    """A name that leads elsewhere, or is none, spoils the whole archive, whether it is taken or not."""
    content = a_zip({"ok": b"1", name: b"x"})
    assert "nothing of it was installed" in refused(tmp_path, content, "zip")
    refused(tmp_path, content, "zip", take=[{"member": "ok"}])


@pytest.mark.parametrize("name", NAMES)
def test_hostile_names_in_tars(tmp_path: Path, name: str) -> None:
    """The same."""
    refused(tmp_path, a_tar({"ok": b"1", name: b"x"}), "tar")


def test_a_name_that_is_not_utf8(tmp_path: Path) -> None:
    """No file is made of it."""
    out = io.BytesIO()
    with tarfile.open(
        fileobj=out, mode="w", format=tarfile.GNU_FORMAT, encoding="latin-1"
    ) as archive:
        archive.addfile(tarfile.TarInfo("\xff\xfe"))
    assert "UTF-8" in refused(tmp_path, out.getvalue(), "tar")


KINDS = {
    "a symbolic link": tarfile.SYMTYPE,
    "a hard link": tarfile.LNKTYPE,
    "a pipe": tarfile.FIFOTYPE,
    "a character device": tarfile.CHRTYPE,
    "a block device": tarfile.BLKTYPE,
}


@pytest.mark.parametrize("kind", KINDS)
def test_links_and_devices_in_tars(tmp_path: Path, kind: str) -> None:
    """They are never made; where the definition takes other members, they do no harm."""
    content = a_tar({"x": b"/etc/passwd", "ok": b"1"}, x=KINDS[kind])
    refused(tmp_path, content, "tar")
    assert unpacked(tmp_path, content, "tar", take=[{"member": "ok"}]) == {"ok": b"1"}


@pytest.mark.parametrize("mode", [0o120777, 0o010644, 0o020644, 0o060644])
def test_links_and_devices_in_zips(tmp_path: Path, mode: int) -> None:
    """The same."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        info = zipfile.ZipInfo("x")
        info.external_attr = mode << 16
        archive.writestr(info, "/etc/passwd")
    assert "it is a " in refused(tmp_path, out.getvalue(), "zip")


def test_a_link_and_a_file_through_it(tmp_path: Path) -> None:
    """The way a link is used to write elsewhere ends at the link."""
    outside = tmp_path / "in"
    content = a_tar({"d": str(outside).encode(), "d/x2": b"x"}, d=tarfile.SYMTYPE)
    refused(tmp_path, content, "tar")


@pytest.mark.parametrize(
    "names",
    [("a", "a"), ("a", "A"), ("a/x", "A/y"), ("a", "a/b"), ("a/b", "a"), ("é", "é"), ("ß", "SS")],
)
def test_one_place_for_two(tmp_path: Path, names: tuple[str, str]) -> None:
    """A name that is there twice, or that only case or the making of an accent tells from another."""
    refused(tmp_path, a_zip([(name, b"x") for name in names]), "zip")


def test_two_members_taken_to_one_place(tmp_path: Path) -> None:
    """A directory that all go to may have one of a name."""
    content = a_zip({"a/x": b"1", "b/x": b"2"})
    refused(tmp_path, content, "zip", take=[{"member": "*/x", "as": "d/"}])


def test_a_bomb(tmp_path: Path) -> None:
    """What becomes two hundred times itself is stopped on its way, in every form."""
    zeros = bytes(members.FREE + (1 << 20))
    assert "honest size" in refused(tmp_path, a_zip({"x": zeros}), "zip")
    for pack in (gzip.compress, bz2.compress, lzma.compress):
        assert "honest size" in refused(tmp_path, pack(a_tar({"x": zeros}, "w")), "tar")


def test_a_bomb_that_nobody_takes(tmp_path: Path) -> None:
    """It would cost the time all the same."""
    content = a_tar({"x": bytes(members.FREE + (1 << 20)), "ok": b"1"})
    refused(tmp_path, content, "tar", take=[{"member": "ok"}])


def test_a_zip_whose_members_overlap(tmp_path: Path) -> None:
    """Many entries for the same bytes: what comes out counts, not what is there."""
    content = bytearray(a_zip({"0": bytes(1 << 20)}))
    start = content.rfind(b"PK\1\2")
    entry, end = bytes(content[start:-22]), bytearray(content[-22:])
    names = [str(number).encode() for number in range(10)]
    directory = b"".join(entry[:46] + name for name in names * 1)
    many = directory * 20
    struct.pack_into("<HHLL", end, 8, 200, 200, len(many), start)
    refused(tmp_path, bytes(content[:start]) + many + bytes(end), "zip")


def test_too_many_members(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files without end would use up a disk's inodes."""
    monkeypatch.setattr(members, "MOST_MEMBERS", 10)
    many = {str(number): b"" for number in range(11)}
    assert "10 members" in refused(tmp_path, a_zip(many), "zip")
    assert "10 members" in refused(tmp_path, a_tar(many), "tar")


def test_a_large_directory(tmp_path: Path) -> None:
    """A zip whose end says that its directory has gigabytes is not asked for them, in either form."""
    content = bytearray(a_zip(HONEST))
    struct.pack_into("<L", content, len(content) - 22 + 12, 0x7FFFFFFF)
    assert "directory" in refused(tmp_path, bytes(content), "zip")
    struct.pack_into("<L", content, len(content) - 22 + 12, 0xFFFFFFFF)
    record = b"PK\6\6" + struct.pack("<QHHLLQQQQ", 44, 45, 45, 0, 0, 1, 1, 1 << 40, 0)
    at = len(content) - 22
    locator = b"PK\6\7" + struct.pack("<LQL", 0, at, 1)
    large = bytes(content[:at]) + record + locator + bytes(content[at:])
    assert "directory" in refused(tmp_path, large, "zip")


def test_a_large_header(tmp_path: Path) -> None:
    """A tar whose member is told of by megabytes."""
    content = a_tar({"x" * 120_000: b""}, "w")
    assert "tell of one member" in refused(tmp_path, content, "tar")


def test_memory_of_a_decompressor(tmp_path: Path) -> None:
    """An xz that asks for a window of a gigabyte is refused before it has it."""
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 1, "dict_size": 1 << 30}]
    header = bytearray(
        lzma.compress(a_tar(HONEST, "w"), filters=[{**filters[0], "dict_size": 1 << 16}])
    )
    # The block header's properties byte: 36 stands for a dictionary of 1 GiB (xz file format 5.3.1).
    at = header.index(b"\x21\x01") + 2
    header[at] = 36
    import zlib

    size = (header[12] + 1) * 4
    header[12 + size - 4 : 12 + size] = struct.pack(
        "<L", zlib.crc32(bytes(header[12 : 12 + size - 4]))
    )
    assert "emory" in refused(tmp_path, bytes(header), "tar")


@pytest.mark.parametrize("archive", ["zip", "tar"])
@pytest.mark.parametrize(
    "content", [b"", b"x", b"PK\5\6", b"\x1f\x8b", b"BZh9", b"\xfd7zXZ\0", os.urandom(2000)]
)
def test_what_is_no_archive_of_its_kind(tmp_path: Path, archive: str, content: bytes) -> None:
    """It is broken, and said to be."""
    if archive == "tar" and content == b"":
        content = b"\0"
    refused(tmp_path, content or b"\0", archive)


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
def test_truncated_tars(tmp_path: Path, mode: str) -> None:
    """Cut anywhere, it is broken or, behind its last byte of content, whole."""
    content = a_tar({"x": os.urandom(3000)}, mode)
    for length in range(1, len(content) - 1, max(len(content) // 37, 1)):
        place = tmp_path / str(length)
        try:
            found = unpacked(place, content[:length], "tar")
        except HostileArchive:
            assert not (place / "out").exists()
        else:
            assert found["x"] == content[512:3512] or mode != "w"


def test_broken_zips(tmp_path: Path) -> None:
    """Any byte of it may be another: what is not told by a checksum is refused as something else."""
    content = a_zip({"x": b"hello" * 50})
    for at in range(0, len(content), 3):
        spoilt = bytearray(content)
        spoilt[at] ^= 0x55
        place = tmp_path / str(at)
        try:
            unpacked(place, bytes(spoilt), "zip")
        except (HostileArchive, NothingTaken):
            assert not (place / "out").exists()


def test_an_encrypted_zip(tmp_path: Path) -> None:
    """Nobody gives a password."""
    content = bytearray(a_zip({"x": b"hello"}))
    content[6] |= 1
    content[content.rfind(b"PK\1\2") + 8] |= 1
    assert "encrypted" in refused(tmp_path, bytes(content), "zip")


def test_two_streams_after_each_other(tmp_path: Path) -> None:
    """As `cat a.gz b.gz` makes them: they are one."""
    plain = a_tar(HONEST, "w")
    for pack in (gzip.compress, bz2.compress, lzma.compress):
        content = pack(plain[:700]) + pack(plain[700:])
        assert unpacked(tmp_path / pack.__module__, content, "tar") == HONEST


def test_it_can_be_stopped(tmp_path: Path) -> None:
    """Between two members, and nothing is left."""
    content = a_zip(HONEST)
    stop = Stop()
    definition: Definition = defined(a_source("x", content, archive="zip"))
    with pytest.raises(Stopped):
        unpack(
            definition,
            written(tmp_path, {"x": content}),
            tmp_path / "out",
            stop,
            lambda _n: stop.ask(),
        )
    assert not (tmp_path / "out").exists()


@given(st.text(max_size=40))
def test_a_plain_path_stays_inside(name: str) -> None:
    """Whatever a name is: it is refused, or leads below where it starts."""
    try:
        path = plain_path(name)
    except ValueError:
        return
    assert plain_path(path) == path
    assert os.path.normpath(os.path.join("/root", path)) == f"/root/{path}"  # noqa: PTH118 - what it is about
