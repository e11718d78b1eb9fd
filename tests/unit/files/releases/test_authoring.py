"""What authors make is what servers take."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from provd.cli import main
from provd.files.releases import (
    SecretKey,
    WrongArchive,
    parse_index,
    verify,
    write_archive,
    write_index,
)
from provd.testing.packages import a_tar
from provd.testing.releases import a_plugin


def source(directory: Path, version: str, name: str = "acme") -> Path:
    """A plugin as its author has it."""
    for path, content in a_plugin(
        name, version, **{"tests/test_it.py": b"", "__pycache__/x": b""}
    ).items():
        place = directory / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    return directory / name


def run(*words: object) -> str:
    """What a command says."""
    done = CliRunner().invoke(main, [str(word) for word in words])
    assert done.exit_code == 0, done.output
    return done.output


def test_from_a_source_to_a_signed_index(tmp_path: Path) -> None:
    """Key, archives, index, signature: the newest is indexed, and the index is believed."""
    offered = tmp_path / "offered"
    offered.mkdir()
    told = run("plugin", "key", tmp_path / "key").strip()
    for version in ("1.9", "1.10"):
        run("plugin", "build", source(tmp_path, version), "--output", offered)
    run("plugin", "index", offered, "--key", tmp_path / "key")
    text = (offered / "plugins.db").read_bytes()
    secret = SecretKey.read((tmp_path / "key").read_text())
    assert secret.public.text == told
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600
    signature = (offered / "plugins.db.minisig").read_bytes()
    assert verify("", text, signature, [secret.public]).comment.startswith("timestamp:")
    release = parse_index(text, "plugins.db").releases["acme"]
    assert (release.version, release.filename) == ("1.10", "acme-1.10.tar.bz2")
    assert release.size == (offered / release.filename).stat().st_size
    (offered / "plugins.db.minisig").unlink()
    run("plugin", "sign", offered, "--key", tmp_path / "key")
    signature = (offered / "plugins.db.minisig").read_bytes()
    assert verify("", text, signature, [secret.public]).key == secret.public.name


def test_the_same_files_make_the_same_bytes(tmp_path: Path) -> None:
    """Whoever builds it, and whenever."""
    made = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        made.append(write_archive(source(tmp_path / name, "1.0"), tmp_path).read_bytes())
    assert made[0] == made[1]


def test_a_key_is_never_written_over(tmp_path: Path) -> None:
    """It would be lost."""
    run("plugin", "key", tmp_path / "key")
    assert CliRunner().invoke(main, ["plugin", "key", str(tmp_path / "key")]).exit_code == 1


def test_an_index_of_another_time(tmp_path: Path) -> None:
    """Its signature goes with it."""
    write_archive(source(tmp_path, "1.0"), tmp_path)
    (tmp_path / "plugins.db.minisig").write_bytes(b"old")
    write_index(tmp_path)
    assert not (tmp_path / "plugins.db.minisig").exists()


@pytest.mark.parametrize(
    "archive",
    [b"noise", a_tar({"acme/entry.py": b""}, "w:bz2"), a_tar({"acme/plugin-info": b"["}, "w:bz2")],
)
def test_what_nobody_could_install(tmp_path: Path, archive: bytes) -> None:
    """Is not indexed."""
    (tmp_path / "acme-1.0.tar.bz2").write_bytes(archive)
    with pytest.raises(WrongArchive):
        write_index(tmp_path)


def test_a_version_that_is_no_version(tmp_path: Path) -> None:
    """It would be part of a file's name."""
    with pytest.raises(WrongArchive):
        write_archive(source(tmp_path, "../1"), tmp_path)
