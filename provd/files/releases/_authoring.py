"""For those who offer plugins: archives, an index of them, and its signature."""

from __future__ import annotations

import io
import os
import tarfile
from contextlib import closing
from hashlib import sha1, sha256
from pathlib import Path
from typing import Any

import msgspec

from provd.documents.natural import natural_key
from provd.files._members import Meter, is_broken, tar_members
from provd.files.releases._errors import WrongArchive
from provd.files.releases._index import DB, SIGNATURE, parse_index
from provd.files.releases._minisign import SecretKey
from provd.values.package import PACKAGE_VERSION, PLUGIN_ID

ENDING = ".tar.bz2"
INFO = "plugin-info"
LARGEST_INFO = 1 << 20


def write_archive(tree: Path, directory: Path) -> Path:
    """The archive of a plugin that is whole in `tree`, in `directory`; the same bytes from the same files.

    @raise WrongArchive: nobody could install it.
    """
    version = str(_info(tree / INFO).get("version", ""))
    if not PLUGIN_ID.fullmatch(tree.name) or not PACKAGE_VERSION.fullmatch(version):
        raise WrongArchive(
            tree.name, f"its name or its version {version!r} cannot be that of a plugin"
        )
    path = directory / f"{tree.name}-{version}{ENDING}"
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:bz2", format=tarfile.USTAR_FORMAT) as archive:
        for each in sorted(path for path in tree.rglob("*") if path.is_file()):
            content = each.read_bytes()
            info = tarfile.TarInfo(f"{tree.name}/{each.relative_to(tree).as_posix()}")
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    _replace(path, out.getvalue())
    return path


def write_index(directory: Path) -> tuple[Path, list[str]]:
    """The index of the archives in a directory: of each plugin its newest; where it is, and whose plugins.

    @raise WrongArchive: one is none that could be installed.
    """
    newest: dict[str, dict[str, Any]] = {}
    for path in sorted(directory.glob(f"*{ENDING}")):
        plugin_id, entry = _entry(path)
        before = newest.get(plugin_id)
        if before is None or _age(entry) > _age(before):
            newest[plugin_id] = entry
    text = msgspec.json.encode(dict(sorted(newest.items())))
    for problem in parse_index(text, str(directory / DB)).problems:
        raise WrongArchive(str(directory), problem)
    (directory / (DB + SIGNATURE)).unlink(missing_ok=True)  # it is of another index
    _replace(directory / DB, text)
    return directory / DB, sorted(newest)


def write_signature(directory: Path, key: SecretKey, comment: str) -> Path:
    """The signature of the index in a directory, beside it."""
    path = directory / (DB + SIGNATURE)
    _replace(path, key.sign((directory / DB).read_bytes(), comment))
    return path


def write_new_key(path: Path) -> SecretKey:
    """A new key, kept at `path` for nobody else to read, and its public one beside it.

    @raise FileExistsError: there is a key.
    """
    key = SecretKey.new()
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(key.text)
    comment = f"untrusted comment: minisign public key {key.public.name}"
    Path(f"{path}.pub").write_text(f"{comment}\n{key.public.text}\n", encoding="ascii")
    return key


def _age(entry: dict[str, Any]) -> tuple[tuple[int, int, str], ...]:
    return natural_key(entry["version"])


def _entry(path: Path) -> tuple[str, dict[str, Any]]:
    """What an index says of an archive, by the plugin's id."""
    content = path.read_bytes()
    plugin_id, info = _told_in(path)
    sums = {
        "sha1sum": sha1(content, usedforsecurity=False).hexdigest(),
        "sha256": sha256(content).hexdigest(),
    }
    return plugin_id, {**info, "filename": path.name, "dsize": len(content), **sums}


def _told_in(path: Path) -> tuple[str, dict[str, Any]]:
    try:
        with closing(tar_members(path, Meter(path), _ignore)) as members:
            for member in members:
                top, _slash, rest = member.name.removeprefix("./").partition("/")
                if rest == INFO and member.kind == "file":
                    return top, _object(path.name, member.open().read(LARGEST_INFO))
    except Exception as error:
        if not is_broken(error):
            raise
        raise WrongArchive(path.name, f"it is broken: {error}") from error
    raise WrongArchive(path.name, f"it has no {INFO}")


def _info(path: Path) -> dict[str, Any]:
    try:
        return _object(str(path), path.read_bytes())
    except OSError as error:
        raise WrongArchive(str(path), error.strerror or str(error)) from error


def _object(subject: str, text: bytes) -> dict[str, Any]:
    try:
        return msgspec.json.decode(text, type=dict[str, Any])
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise WrongArchive(subject, f"its {INFO} is no JSON object: {error}") from error


def _replace(path: Path, content: bytes) -> None:
    apart = path.with_name(f".{path.name}.new")
    apart.write_bytes(content)
    apart.replace(path)


def _ignore(_bytes: int) -> None:
    """Nobody counts."""
