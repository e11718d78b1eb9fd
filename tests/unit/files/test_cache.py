"""The cache of files from elsewhere: checked before each use, bounded, and filled piece by piece."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from provd.files import Cache, NoRoom, Source, Stop, Stopped, UploadOutOfPlace, WrongFile
from provd.files._cache import Origin
from provd.testing.packages import a_source, defined

CONTENT = b"firmware" * 100


def a_file(content: bytes = CONTENT, name: str = "fw.rom") -> Source:
    """What a definition says of a file."""
    [source] = defined(a_source(name, content)).files
    return source


def cache_in(tmp_path: Path, most: int = 10_000) -> Cache:
    """An empty one."""
    return Cache(tmp_path / "cache", most)


def arrived(cache: Cache, content: bytes = CONTENT) -> Path:
    """A file that was uploaded."""
    source = a_file(content)
    cache.receive(source, 0, content)
    return cache.accept_sent(source, Stop())


def test_a_file_in_pieces(tmp_path: Path) -> None:
    """It is there once all of it is, and not before; nothing is left beside it."""
    cache, source = cache_in(tmp_path), a_file()
    assert cache.receive(source, 0, CONTENT[:300]) == 300
    assert not cache.has(source)
    assert cache.verified(source, Stop()) is None
    assert cache.receive(source, 300, CONTENT[300:]) == len(CONTENT)
    path = cache.accept_sent(source, Stop())
    assert path.read_bytes() == CONTENT
    assert cache.has(source)
    assert cache.verified(source, Stop()) == path
    assert [each.name for each in path.parent.iterdir()] == [source.sha256]
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_pieces_follow_on_each_other(tmp_path: Path) -> None:
    """A piece elsewhere is refused and told how much there is; at 0 it begins again."""
    cache, source = cache_in(tmp_path), a_file()
    cache.receive(source, 0, CONTENT[:300])
    with pytest.raises(UploadOutOfPlace) as caught:
        cache.receive(source, 301, b"x")
    assert caught.value.received == 300
    assert cache.receive(source, 0, CONTENT[:10]) == 10
    with pytest.raises(WrongFile):
        cache.receive(source, 10, CONTENT)


@pytest.mark.parametrize("sent", [b"other" * 160, CONTENT[:-1]])
def test_another_file_is_refused(tmp_path: Path, sent: bytes) -> None:
    """As large, or shorter: it is gone."""
    cache, source = cache_in(tmp_path), a_file()
    cache.receive(source, 0, sent)
    with pytest.raises(WrongFile):
        cache.accept_sent(source, Stop())
    assert list((tmp_path / "cache").iterdir()) == []


@pytest.mark.parametrize("spoilt", [b"", CONTENT[:-1] + b"!", CONTENT + b"x"])
def test_what_was_spoilt_is_not_used(tmp_path: Path, spoilt: bytes) -> None:
    """A file that is another than it was goes, and is fetched again."""
    cache = cache_in(tmp_path)
    arrived(cache).write_bytes(spoilt)
    assert cache.verified(a_file(), Stop()) is None
    assert list((tmp_path / "cache").iterdir()) == []


def test_checking_can_be_stopped(tmp_path: Path) -> None:
    """A gigabyte takes a second."""
    cache, stop = cache_in(tmp_path), Stop()
    arrived(cache)
    stop.ask()
    with pytest.raises(Stopped):
        cache.verified(a_file(), stop)
    assert cache.has(a_file())


def test_the_least_recently_used_goes(tmp_path: Path) -> None:
    """What is used stays, however old it is; so does what somebody works with."""
    cache = cache_in(tmp_path, 2_000)
    contents = [bytes([number]) * 600 for number in range(3)]
    for number, content in enumerate(contents):
        os.utime(arrived(cache, content), (number, number))
    cache.verified(a_file(contents[0]), Stop())
    with cache.using(a_file(contents[1])):
        arrived(cache)
    there = [cache.has(a_file(content)) for content in (*contents, CONTENT)]
    assert there == [True, True, False, True]


def test_what_never_fits(tmp_path: Path) -> None:
    """It is said before anything is fetched, and nothing goes for it."""
    cache = cache_in(tmp_path, 1_000)
    arrived(cache)
    with pytest.raises(NoRoom):
        cache.make_room(a_file(bytes(1_001)))
    assert cache.has(a_file())
    cache.most = 10
    cache.shrink()
    assert not cache.has(a_file())


def test_other_files_are_let_be(tmp_path: Path) -> None:
    """What the cache did not make it does not remove."""
    cache = cache_in(tmp_path, 0)
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "README").write_text("the site's own")
    cache.shrink()
    assert (tmp_path / "cache" / "README").exists()


ORIGIN = Origin("https://a.example/fw.rom", '"v1"')


@pytest.mark.parametrize(
    ("origin", "written", "expected"),
    [
        (ORIGIN, b"firm", (4, ORIGIN)),
        (ORIGIN, b"", (0, None)),
        (ORIGIN, CONTENT + b"x", (0, None)),
        (Origin(ORIGIN.url, ""), b"firm", (0, None)),
    ],
)
def test_what_can_be_gone_on_with(
    tmp_path: Path, origin: Origin, written: bytes, expected: Any
) -> None:
    """Bytes of a file that its server can still be held to."""
    cache, source = cache_in(tmp_path), a_file()
    cache.make_room(source)
    assert cache.part_of(source) == (0, None)
    cache.begin(source, origin)
    cache.part(source).write_bytes(written)
    assert cache.part_of(source) == expected
    cache.part(source).with_suffix(".from").write_bytes(b"{")
    assert cache.part_of(source) == (0, None)
