"""A family source becomes plugins, and an upgrade keeps what was gathered."""

from __future__ import annotations

from pathlib import Path

import pytest

from provd.plugins import NoSuchEdition, assemble, editions


@pytest.fixture
def family(tmp_path: Path) -> Path:
    """A source with two editions."""
    for name in (
        "entry.py",
        "templates/base.tpl",
        "templates/tests/kept.tpl",
        "golden/a.cfg",
        "tests/test_a.py",
        "__pycache__/entry.pyc",
        "editions/1.0/plugin-info",
        "editions/2.0/plugin-info",
        "editions/2.0/templates/base.tpl",
        "editions/2.0/var/tftpboot/a.st",
    ):
        path = tmp_path / "acme" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return tmp_path / "acme"


def installed(directory: Path) -> set[str]:
    """Every file there is, relative."""
    return {
        path.relative_to(directory).as_posix() for path in directory.rglob("*") if path.is_file()
    }


def test_an_edition_lies_over_what_is_shared(family: Path, tmp_path: Path) -> None:
    """Its files replace the shared ones; what is for authors stays at home."""
    home = assemble(family, "2.0", tmp_path / "plugins")
    assert home == tmp_path / "plugins" / "acme-2.0"
    assert installed(home) == {
        "entry.py",
        "plugin-info",
        "templates/base.tpl",
        "templates/tests/kept.tpl",
        "var/tftpboot/a.st",
    }
    assert (home / "templates" / "base.tpl").read_text() == "editions/2.0/templates/base.tpl"


def test_editions_are_told_apart(family: Path, tmp_path: Path) -> None:
    """Each is a plugin of its own; one that does not exist is named with those that do."""
    assert editions(family) == ("1.0", "2.0")
    with pytest.raises(NoSuchEdition, match=r"'3\.0'; it has 1\.0, 2\.0"):
        assemble(family, "3.0", tmp_path)
    with pytest.raises(NoSuchEdition):
        assemble(family, "", tmp_path)


def test_a_family_without_editions_is_one_plugin(tmp_path: Path) -> None:
    """It is called like the family."""
    (tmp_path / "zero").mkdir()
    (tmp_path / "zero" / "entry.py").write_text("")
    assert assemble(tmp_path / "zero", "", tmp_path / "plugins").name == "zero"
    with pytest.raises(NoSuchEdition, match="ask for the empty edition"):
        assemble(tmp_path / "zero", "1.0", tmp_path / "plugins")


def test_an_upgrade_keeps_what_was_gathered(family: Path, tmp_path: Path) -> None:
    """Firmware in var/ stays; code and templates that the new version no longer has go."""
    home = assemble(family, "1.0", tmp_path / "plugins")
    (home / "old.py").write_text("")
    (home / "templates" / "old.tpl").write_text("")
    (home / "var" / "tftpboot").mkdir(parents=True)
    (home / "var" / "tftpboot" / "downloaded.st").write_text("")
    assemble(family, "1.0", tmp_path / "plugins")
    assert installed(home) == {
        "entry.py",
        "plugin-info",
        "templates/base.tpl",
        "templates/tests/kept.tpl",
        "var/tftpboot/downloaded.st",
    }


def test_what_comes_where_a_package_has_a_link(family: Path, tmp_path: Path) -> None:
    """It takes the link's place; the package's own file stays as it is."""
    installed = assemble(family, "2.0", tmp_path / "plugins")
    tree = installed / "var" / "tftpboot"
    [name] = [path.name for path in sorted(tree.iterdir()) if path.is_file()][:1]
    packaged = tree / "firmware" / "fw" / "1.0" / name
    packaged.parent.mkdir(parents=True)
    packaged.write_text("a package's")
    (tree / name).unlink()
    (tree / name).symlink_to(f"firmware/fw/1.0/{name}")
    assemble(family, "2.0", tmp_path / "plugins")
    assert packaged.read_text() == "a package's"
    assert not (tree / name).is_symlink()
