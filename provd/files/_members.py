"""What archives hold, read one member after the other, within bounds of memory and of bytes that come out.

A zip's directory is bounded before it is read; a tar is inflated here, so that its decompressors are
bounded in memory and what comes out of them is counted, members included that nobody wants.
"""

from __future__ import annotations

import bz2
import lzma
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Generator
from errno import EINVAL
from pathlib import Path
from typing import IO, Any, Protocol, cast

from attrs import frozen

from provd.files._errors import HostileArchive
from provd.files._stop import Told

MOST_MEMBERS = 20_000
LARGEST_DIRECTORY = 8 << 20
"""Bytes of a zip's directory, and of what describes one member of a tar: all of it is read into memory."""
LONGEST_HEADER = 64 << 10
LARGEST_UNPACKED = 16 << 30
"""Bytes that may come out of one archive."""
FREE = 64 << 20
RATIO = 200
"""How many times larger than itself an archive may become, beyond the first `FREE` bytes."""
XZ_MEMORY = 192 << 20
PIECE = 1 << 18

BROKEN = (
    *(zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError),
    *(
        EOFError,
        NotImplementedError,
        RuntimeError,
        struct.error,
        ValueError,
        IndexError,
        OverflowError,
    ),
)
"""What the standard library raises for archives that are none."""


class Readable(Protocol):
    """What pieces can be read from."""

    def read(self, size: int) -> bytes:
        """So many bytes at most; none at the end."""

    def close(self) -> None:
        """Nothing more is read."""


@frozen
class Member:
    """One thing in an archive."""

    name: str
    kind: str
    """`file`, `directory`, or what else it is: `link`, `device`."""
    open: Callable[[], Readable]
    target: str = ""
    """Where a symbolic link leads, as the archive spells it."""


class Meter:
    """Counts what comes out of an archive."""

    def __init__(self, archive: Path) -> None:
        self._name = archive.name
        self._most = min(max(FREE, RATIO * archive.stat().st_size), LARGEST_UNPACKED)
        self._bytes = 0
        self._members = 0

    def member(self) -> None:
        """One more. @raise HostileArchive: that is too many."""
        self._members += 1
        if self._members > MOST_MEMBERS:
            raise HostileArchive(self._name, "", f"it has more than {MOST_MEMBERS} members")

    def bytes(self, count: int) -> None:
        """So many more came out. @raise HostileArchive: that is too many."""
        self._bytes += count
        if self._bytes > self._most:
            why = f"more than {self._most} bytes come out of it, which is no honest size for it"
            raise HostileArchive(self._name, "", why)


def zip_members(path: Path, meter: Meter, told: Told) -> Generator[Member, None, None]:
    """The members of a zip.

    @raise HostileArchive: its directory is too large.
    """
    _require_small_directory(path)
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            meter.member()
            # Python cuts a name at its first NUL; what was written there is what counts.
            yield Member(info.orig_filename, _kind_in_zip(info), _opener(archive, info, meter))
            told(info.compress_size)


def _opener(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, meter: Meter
) -> Callable[[], Readable]:
    def opened() -> Readable:
        if info.flag_bits & 1:
            raise zipfile.BadZipFile("it is encrypted")
        if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2}:
            raise zipfile.BadZipFile(f"it is compressed in a way ({info.compress_type}) not taken")
        return Counted(archive.open(info), meter)

    return opened


class Counted:
    """What is read of it counts as coming out of an archive."""

    def __init__(self, inside: IO[bytes], meter: Meter) -> None:
        self._inside = inside
        self._meter = meter

    def read(self, size: int) -> bytes:
        piece = self._inside.read(size)
        self._meter.bytes(len(piece))
        return piece

    def close(self) -> None:
        self._inside.close()


def _kind_in_zip(info: zipfile.ZipInfo) -> str:
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind == stat.S_IFLNK:
        return "link"
    if kind not in {0, stat.S_IFREG, stat.S_IFDIR}:
        return "device"
    return "directory" if info.orig_filename.endswith("/") else "file"


def _require_small_directory(path: Path) -> None:
    """Python reads the whole directory at once; how large it is stands at the end (APPNOTE 4.3.16, 4.3.14)."""
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - 65_557))
        end = file.read()
        at = end.rfind(b"PK\5\6")
        if at < 0 or len(end) - at < 22:
            raise zipfile.BadZipFile("it has no directory")
        (directory,) = struct.unpack_from("<L", end, at + 12)
        if directory == 0xFFFFFFFF and end[:at].rfind(b"PK\6\7") >= 0:
            (where,) = struct.unpack_from("<Q", end, end[:at].rfind(b"PK\6\7") + 8)
            file.seek(min(where, size))
            (directory,) = struct.unpack_from("<Q", file.read(56).ljust(56, b"\xff"), 40)
    if directory > LARGEST_DIRECTORY:
        raise HostileArchive(path.name, "", f"its directory has {directory} bytes")


def tar_members(path: Path, meter: Meter, told: Told) -> Generator[Member, None, None]:
    """The members of a tar, each to be read before the next is asked for."""
    with path.open("rb") as file:
        stream = cast("IO[bytes]", _Inflated(file, meter, told))
        with tarfile.open(fileobj=stream, mode="r|", tarinfo=_BoundedTarInfo) as archive:
            for info in archive:
                meter.member()
                kind, target = _kind_in_tar(info), info.linkname if info.issym() else ""
                yield Member(info.name, kind, lambda info=info: _in(archive, info), target)  # type: ignore[misc]  # bound at once


def _in(archive: tarfile.TarFile, info: tarfile.TarInfo) -> Readable:
    found = archive.extractfile(info)
    if found is None:
        raise tarfile.ReadError("it is no file")
    return found


class _BoundedTarInfo(tarfile.TarInfo):
    """What tells of a member is read into memory by whoever reads the archive: it has a bound."""

    def _proc_member(self, archive: tarfile.TarFile) -> Any:
        described = self.type in {
            *(tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK),
            *(tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE),
        }
        if self.size < 0 or (described and self.size > LONGEST_HEADER):
            raise tarfile.ReadError(f"{self.size} bytes tell of one member")
        if self.type == tarfile.GNUTYPE_SPARSE:
            raise tarfile.ReadError("it has a sparse file")
        return super()._proc_member(archive)  # type: ignore[misc]  # typeshed leaves it out


def _kind_in_tar(info: tarfile.TarInfo) -> str:
    if info.issym() or info.islnk():
        return "link"
    if info.isdir():
        return "directory"
    return "file" if info.isreg() and not info.issparse() else "device"


class _Inflated:
    """A file, inflated where it is compressed, counted on both sides."""

    def __init__(self, file: IO[bytes], meter: Meter, told: Told) -> None:
        self._file = file
        self._meter = meter
        self._told = told
        start = file.read(6)
        file.seek(0)
        self._new = _decompressor(start)
        self._inflate = self._new() if self._new is not None else None
        self._ready = bytearray()
        self._ended = False

    def read(self, size: int) -> bytes:
        """So many bytes, fewer at the end."""
        while len(self._ready) < size and not self._ended:
            self._more()
        piece = bytes(self._ready[:size])
        del self._ready[:size]
        return piece

    def _more(self) -> None:
        if self._inflate is None:
            found = self._piece()
            self._ended = not found
        else:
            found = self._inflated()
        self._meter.bytes(len(found))
        self._ready += found

    def _piece(self) -> bytes:
        piece = self._file.read(PIECE)
        self._told(len(piece))
        return piece

    def _inflated(self) -> bytes:
        """The next bytes that come out, `PIECE` at most, whatever goes in."""
        inflate = self._inflate
        assert inflate is not None  # noqa: S101 - asked for then only
        if inflate.eof:
            return self._next_stream(inflate.unused_data)
        given = self._piece() if inflate.needs_input else b""
        found = bytes(inflate.decompress(given, PIECE))
        if not found and not given and not inflate.eof:
            raise EOFError("it ends in the middle")
        return found

    def _next_stream(self, left: bytes) -> bytes:
        """Compressed files may be one after the other, and padded by zeros."""
        left = (left or self._piece()).lstrip(b"\0")
        if not left:
            self._ended = True
            return b""
        assert self._new is not None  # noqa: S101 - it is compressed
        self._inflate = self._new()
        return bytes(self._inflate.decompress(left, PIECE))


class _Gunzip:
    """zlib's decompressor in the manner of the other two."""

    def __init__(self) -> None:
        self._zlib = zlib.decompressobj(wbits=31)

    @property
    def eof(self) -> bool:
        return self._zlib.eof

    @property
    def unused_data(self) -> bytes:
        return self._zlib.unused_data

    @property
    def needs_input(self) -> bool:
        return not self._zlib.unconsumed_tail

    def decompress(self, data: bytes, most: int) -> bytes:
        return self._zlib.decompress(self._zlib.unconsumed_tail + data, most)


def _decompressor(start: bytes) -> Callable[[], Any] | None:
    if start.startswith(b"\x1f\x8b"):
        return _Gunzip
    if start.startswith(b"BZh"):
        return bz2.BZ2Decompressor
    if start.startswith(b"\xfd7zXZ\0"):
        return lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=XZ_MEMORY)
    return None


def is_broken(error: BaseException) -> bool:
    """Whether an error tells of the archive, and not of the disk."""
    if isinstance(error, OSError):
        # Of the first kind is what `bz2` raises, of the second a directory that leads before the beginning.
        return error.errno in {None, EINVAL}
    return isinstance(error, BROKEN)
