"""`packages.json`: which packages a plugin offers, parsed once into values that cannot be wrong.

    {"packages": [{
        "id": "t46", "version": "66.86.0.15", "kind": "firmware", "models": ["T46S"],
        "description": "…", "image": "T46S.rom",
        "files": [{
            "name": "t46.zip", "size": 25165824, "sha256": "…",
            "urls": ["https://…", "https://mirror…"], "hint": "where a person gets it",
            "archive": "zip", "take": [{"member": "**/*.rom", "as": "T46S.rom"}]
        }]
    }]}

Nothing is offered without its size and its SHA-256: what is fetched is checked against those, wherever it
comes from.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct

from provd.documents.reading import Reading, read_object
from provd.files._globs import is_pattern
from provd.files._names import Places, plain_path
from provd.values import Invalid, Problem
from provd.values.package import KINDS, PACKAGE_ID, PACKAGE_VERSION

FILE = "packages.json"
LONGEST = 4 << 20
"""Bytes of a definition."""
MOST_PACKAGES = 2_000
MOST_FILES = 64
"""Files of one package."""
MOST_URLS = 16
MOST_TAKEN = 256
MOST_MODELS = 1_000
LARGEST = 8 << 30
"""Bytes of one file."""
LONGEST_TEXT = 2_048

SCHEMES = ("https", "http", "file")
ARCHIVES = ("zip", "tar")
"""`tar` is any of them: plain, or compressed by gzip, bzip2 or xz."""

_SHA256 = re.compile("[0-9a-f]{64}")


class Take(Struct, frozen=True):
    """What of an archive goes where."""

    member: str
    """A path in the archive, or a pattern."""
    place: str
    """Where it goes: a path; with a slash at the end, the directory of all that match; empty: as it is called."""


class Source(Struct, frozen=True, kw_only=True):
    """One file that a package is made from."""

    name: str
    size: int
    sha256: str
    urls: tuple[str, ...]
    """Where it can be fetched, the dearest first; empty: its vendor lets nobody fetch it directly."""
    hint: str
    """Where a person gets it."""
    archive: str
    """One of `ARCHIVES`; empty: it is no archive, and goes into the package under its name."""
    take: tuple[Take, ...]
    """Empty: all of the archive."""


class Definition(Struct, frozen=True, kw_only=True):
    """One version of one package, as it is offered."""

    id: str
    version: str
    kind: str
    description: str
    models: tuple[str, ...]
    images: dict[str, str]
    """Model, or `*`, to the file that a device is pointed to."""
    into: str | None
    """The directory of the served tree in which its files are reached too, besides its own; None: nowhere."""
    files: tuple[Source, ...]

    @property
    def size(self) -> int:
        """Bytes of all that is to be fetched."""
        return sum(each.size for each in self.files)


def read_definitions(path: Path) -> tuple[Definition, ...]:
    """What a file offers; nothing where there is none.

    @raise Invalid: with every problem, and where it is.
    """
    try:
        with path.open("rb") as file:
            text = file.read(LONGEST + 1)
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise Invalid(str(path), (Problem("", error.strerror or str(error)),)) from error
    return parse_definitions(text, str(path))


def parse_definitions(text: bytes, subject: str) -> tuple[Definition, ...]:
    """What a JSON text offers, in its order.

    @raise Invalid: with every problem, each with its path; `subject` names the text.
    """
    given = read_object(text, subject, LONGEST, '{"packages": […]}')
    read = Reading(given, subject)
    packages = read.objects("packages", MOST_PACKAGES, _package)
    read.refuse_others()
    _require_apart(read, packages)
    read.finish()
    return packages


def _require_apart(read: Reading, packages: Iterable[Definition]) -> None:
    seen: dict[tuple[str, str], str] = {}
    kinds: dict[str, str] = {}
    for at, each in enumerate(packages):
        if seen.setdefault((each.id, each.version), f"packages.{at}") != f"packages.{at}":
            where = seen[each.id, each.version]
            read.note(f"packages.{at}.version", f"is that of {where}, which has the same id")
        if kinds.setdefault(each.id, each.kind) != each.kind:
            read.note(f"packages.{at}.kind", "is another than that of its other versions")


def _package(read: Reading) -> Definition:
    kind = _word(read, "kind", KINDS)
    package = Definition(
        id=read.matching("id", PACKAGE_ID, "a name in small letters, digits, - and _"),
        version=read.matching("version", PACKAGE_VERSION, "a version such as 66.86.0.15"),
        kind=kind,
        description=_line(read, "description"),
        models=_models(read),
        images=_images(read),
        into=_into(read, kind),
        files=read.objects("files", MOST_FILES, _source),
    )
    if not package.files and not read.problems:
        read.note("files", "is missing or empty", "a list of the files it is made from")
    places = Places()
    for at, source in enumerate(package.files):
        if not source.archive and source.name:
            _place(read, places, f"files.{at}.name", source.name)
    return package


def _place(read: Reading, places: Places, path: str, name: str) -> None:
    try:
        places.take(name)
    except ValueError as error:
        read.note(path, str(error), "another name")


def _source(read: Reading) -> Source:
    source = Source(
        name=_file_name(read),
        size=_size(read),
        sha256=_sha256(read),
        urls=_urls(read),
        hint=_line(read, "hint"),
        archive=_word(read, "archive", ARCHIVES, required=False),
        take=read.objects("take", MOST_TAKEN, _take),
    )
    if source.take and not source.archive:
        read.note("take", "is given, and this is no archive", "an archive")
    return source


def _size(read: Reading) -> int:
    if read.take("size") is None:
        read.note("size", "is missing", "the number of its bytes")
    return read.whole("size", 0, 1, LARGEST)


def _sha256(read: Reading) -> str:
    text = (read.text("sha256") or "").lower()
    if not _SHA256.fullmatch(text):
        detail = "is no SHA-256" if text else "is missing"
        read.note("sha256", detail, "64 hexadecimal digits")
    return text


def _file_name(read: Reading) -> str:
    name = read.text("name") or ""
    try:
        found = plain_path(name)
    except ValueError as error:
        read.note("name", str(error), "a file's name")
        return ""
    if "/" in found or found != name:
        read.note("name", "is a path", "a file's name")
    return found


def _urls(read: Reading) -> tuple[str, ...]:
    urls = read.texts("urls") if read.has("urls") else ()
    if len(urls) > MOST_URLS:
        read.note("urls", f"has {len(urls)} entries", f"{MOST_URLS} at most")
        return ()
    for at, url in enumerate(urls):
        if not is_url(url):
            read.note(f"urls.{at}", f"{url[:200]!r} is no URL", "https://host/path, without a user")
    return urls


def is_url(text: str) -> bool:
    """Whether something may be fetched from there, as far as its spelling tells."""
    if len(text) > LONGEST_TEXT or not text.isascii() or not text.isprintable() or " " in text:
        return False
    try:
        parts = urlsplit(text)
        _port = parts.port
    except ValueError:
        return False
    if parts.scheme not in SCHEMES or "@" in parts.netloc or parts.fragment:
        return False
    if parts.scheme == "file":
        return not parts.netloc and parts.path.startswith("/") and not parts.query
    return bool(parts.hostname)


def _take(read: Reading) -> Take:
    member, place = read.text("member") or "", read.text("as") or ""
    if is_pattern(place):
        read.note("as", "is a pattern", "a path, or a directory that ends with a slash")
    directory = "/" if place.endswith("/") else ""
    return Take(_plain(read, "member", member), place and _plain(read, "as", place) + directory)


def _plain(read: Reading, key: str, text: str) -> str:
    try:
        return plain_path(text)
    except ValueError as error:
        read.note(key, str(error), "a path")
        return ""


def _models(read: Reading) -> tuple[str, ...]:
    models = read.texts("models") if read.has("models") else ()
    if len(models) > MOST_MODELS:
        read.note("models", f"has {len(models)} entries", f"{MOST_MODELS} at most")
    for at, model in enumerate(models):
        if not model or len(model) > 256 or not model.isprintable():
            read.note(f"models.{at}", "is no model", "as the plugin calls it")
    return models


def _images(read: Reading) -> dict[str, str]:
    said = read.take("image")
    images = {"*": said} if isinstance(said, str) else said or {}
    if not isinstance(images, dict):
        read.note("image", "is neither a file nor an object of files by model")
        return {}
    return dict(_each_image(read, images))


def _each_image(read: Reading, images: dict[Any, Any]) -> Iterator[tuple[str, str]]:
    for model, file in images.items():
        try:
            yield str(model), plain_path(file if isinstance(file, str) else "")
        except ValueError as error:
            read.note(f"image.{str(model)[:80]}", str(error), "a file of the package")


def _into(read: Reading, kind: str) -> str | None:
    into = read.text("into")
    if into is None or into in {"", ".", "./"}:
        return None if into is None else ""
    found = _plain(read, "into", into)
    if found.split("/")[0] in KINDS and kind:
        read.note("into", "is among the packages themselves", "another directory")
    return found


def _word(read: Reading, key: str, words: tuple[str, ...], *, required: bool = True) -> str:
    text = read.text(key) or ""
    if text not in words and (text or required):
        read.note(key, f"is {text[:40]!r}" if text else "is missing", ", ".join(words))
        return ""
    return text


def _line(read: Reading, key: str) -> str:
    text = read.text(key) or ""
    if len(text) > LONGEST_TEXT or not text.isprintable():
        read.note(key, "is longer than a line", f"{LONGEST_TEXT} printable characters at most")
        return ""
    return text
