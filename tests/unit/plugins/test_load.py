"""Plugins are imported each for itself, and see what they may rely on."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from provd.plugins._load import ROOT, forget, import_entry


def plugin(directory: Path, **files: str) -> Path:
    """A directory with these modules; `__` in a name stands for a slash."""
    for name, text in files.items():
        path = directory / (name.replace("__", "/") + ".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return directory


def test_two_plugins_with_the_same_names_never_meet(tmp_path: Path) -> None:
    """Each finds its own `common`, by relative import."""
    for name in ("a", "b"):
        plugin(tmp_path / name, entry="from .common import NAME", common=f"NAME = {name!r}")
    modules = [import_entry(tmp_path / name) for name in ("a", "b", "a")]
    assert [module.NAME for module in modules] == ["a", "b", "a"]
    assert len({module.__name__ for module in modules}) == 3


def test_a_plugin_may_have_packages(tmp_path: Path) -> None:
    """With or without `__init__`, and modules that import each other."""
    home = plugin(
        tmp_path,
        entry="from .models import a20\nfrom . import models\nfrom .plain.deep import X\nMODEL = a20.NAME",
        models__a20="from ..common import NAME",
        common="NAME = 'A20'",
        plain__deep="X = 1",
    )
    (home / "models" / "__init__.py").write_text("")
    assert import_entry(home).MODEL == "A20"


def test_nothing_lands_outside_of_the_private_package(tmp_path: Path) -> None:
    """Neither `entry` nor `common` becomes a module anybody else can import."""
    import_entry(plugin(tmp_path, entry="from . import common", common=""))
    assert not {"entry", "common"} & set(sys.modules)
    assert str(tmp_path) not in sys.path


def test_an_absolute_import_of_a_neighbour_fails(tmp_path: Path) -> None:
    """`import common` means a module of the environment, and there is none."""
    with pytest.raises(ModuleNotFoundError):
        import_entry(plugin(tmp_path, entry="import common", common=""))


@pytest.mark.parametrize(
    "statement",
    [
        "import provd",
        "import provd.store",
        "from provd import values",
        "from provd.plugins import Plugins",
        "import provd.sdk_of_somebody_else",
        "def f():\n    import provd.values\nf()",
    ],
)
def test_the_rest_of_provd_is_out_of_sight(tmp_path: Path, statement: str) -> None:
    """What a plugin relies on is provd.sdk, wherever in its code it imports."""
    with pytest.raises(ImportError, match=r"may import provd\.sdk"):
        import_entry(plugin(tmp_path, entry=statement))


@pytest.mark.parametrize(
    "statement",
    [
        "import provd.sdk",
        "import provd.sdk as sdk",
        "from provd import sdk",
        "from provd.sdk import Clue",
        "import json, re, zoneinfo",
        "from twisted.internet.defer import Deferred",
    ],
)
def test_the_sdk_and_libraries_are_there(tmp_path: Path, statement: str) -> None:
    """The standard library and what is installed are a plugin's to use."""
    import_entry(plugin(tmp_path, entry=statement))


def test_a_failed_import_leaves_nothing_behind(tmp_path: Path) -> None:
    """Half a plugin is no plugin."""
    before = set(sys.modules)
    with pytest.raises(ZeroDivisionError):
        import_entry(plugin(tmp_path, entry="from . import common\n1 / 0", common=""))
    assert {name for name in set(sys.modules) - before if name.startswith(ROOT)} == set()


def test_loading_again_reads_the_source_again(tmp_path: Path) -> None:
    """An edit within the same second counts, and no byte code is left in the plugin's directory."""
    assert import_entry(plugin(tmp_path, entry="X = 1")).X == 1
    assert import_entry(plugin(tmp_path, entry="X = 2")).X == 2
    assert list(tmp_path.iterdir()) == [tmp_path / "entry.py"]


def test_a_forgotten_package_is_gone(tmp_path: Path) -> None:
    """Modules of an unloaded plugin do not pile up."""
    module = import_entry(plugin(tmp_path, entry="from . import common", common=""))
    package = module.__name__.partition(".")[0]
    forget(package)
    assert not [name for name in sys.modules if name.startswith(package)]
