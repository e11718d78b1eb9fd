"""Packages for tests: archives built byte by byte, honest ones and others, and what defines them."""

from __future__ import annotations

import io
import tarfile
import warnings
import zipfile
from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec

from provd.files import Definition, parse_definitions


def a_zip(members: Mapping[str, bytes] | Iterable[tuple[str, bytes]]) -> bytes:
    """A zip with these members; with pairs, a name may be there twice."""
    pairs = members.items() if isinstance(members, Mapping) else members
    out = io.BytesIO()
    with (
        warnings.catch_warnings(action="ignore"),
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for name, content in pairs:
            info = zipfile.ZipInfo("placeholder")
            # What a constructor would tidy up is what is to be tested.
            info.filename = info.orig_filename = name
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o100644 << 16
            archive.writestr(info, content)
    return out.getvalue()


def a_tar(members: Mapping[str, bytes], mode: str = "w:gz", **types: bytes) -> bytes:
    """A tar with these members; `types` gives some of them, by name, another type than that of a file."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:  # type: ignore[call-overload]  # any mode
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            info.type = types.get(name, tarfile.REGTYPE)
            if info.type != tarfile.REGTYPE:
                info.size, info.linkname = 0, content.decode()
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


def a_source(name: str, content: bytes, **more: Any) -> dict[str, Any]:
    """One file of a definition, as JSON has it."""
    return {
        "name": name,
        "size": len(content),
        "sha256": sha256(content).hexdigest(),
        **more,
    }


def a_package(*files: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """One package of a definition, as JSON has it."""
    usual: dict[str, Any] = {"id": "t46", "version": "1.0", "kind": "firmware", "files": files}
    return {**usual, **more}


def definitions(*packages: Mapping[str, Any]) -> bytes:
    """A `packages.json`."""
    return msgspec.json.encode({"packages": packages})


def defined(*files: Mapping[str, Any], **more: Any) -> Definition:
    """One package, parsed."""
    [found] = parse_definitions(definitions(a_package(*files, **more)), "packages.json")
    return found


def written(directory: Path, contents: Mapping[str, bytes]) -> list[Path]:
    """Files of these contents, in their order."""
    directory.mkdir(parents=True, exist_ok=True)
    paths = [directory / name for name in contents]
    for path, content in zip(paths, contents.values(), strict=True):
        path.write_bytes(content)
    return paths


def tree(directory: Path) -> dict[str, bytes]:
    """Every file below a directory, by path; links as what they lead to."""
    return {
        path.relative_to(directory).as_posix(): path.read_bytes()
        for path in sorted(directory.rglob("*"))
        if path.is_file()
    }


def ignore(_bytes: int) -> None:
    """Nobody counts."""
