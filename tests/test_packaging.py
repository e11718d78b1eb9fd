"""What makes two machines run the same code, and a clone start with nothing but make."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "requirements"


def lines(name: str) -> list[str]:
    """The lines of a requirements file that say something to pip."""
    text = (REQUIREMENTS / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def normal(requirement: str) -> str:
    """The name of a requirement as package indexes compare it."""
    match = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert match, requirement
    return re.sub(r"[-_.]+", "-", match[0]).lower()


@pytest.mark.parametrize("name", ["lock.txt", "lock-dev.txt"])
def test_a_lock_holds_exact_versions_only(name: str) -> None:
    """Every line of a lock is a name and one version: no range, no address, no path."""
    loose = [line for line in lines(name) if not re.fullmatch(r"[\w.-]+==[\w.!+]+", line)]
    assert not loose


@pytest.mark.parametrize(
    ("wanted", "lock"), [("runtime.txt", "lock.txt"), ("dev.txt", "lock-dev.txt")]
)
def test_what_is_wanted_is_locked(wanted: str, lock: str) -> None:
    """Whoever adds a requirement runs `make lock` in the same change."""
    locked = {normal(line) for line in lines(lock)}
    assert {normal(line) for line in lines(wanted)} <= locked


def test_the_two_locks_share_nothing() -> None:
    """A version stands in one place, so that it cannot be changed in half."""
    assert not {normal(line) for line in lines("lock.txt")} & {
        normal(line) for line in lines("lock-dev.txt")
    }


def imported_by(path: Path) -> set[str]:
    """The top-level names a file imports, wherever in the file."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Import(names=aliases):
                names.update(alias.name.partition(".")[0] for alias in aliases)
            case ast.ImportFrom(module=str(module), level=0):
                names.add(module.partition(".")[0])
    return names


def test_what_serves_runs_on_the_first_lock_alone() -> None:
    """Nothing that serves imports a package that only the checks install."""
    serving = [path for path in (ROOT / "provd").rglob("*.py") if "testing" not in path.parts]
    imported = set().union(*map(imported_by, serving)) - sys.stdlib_module_names - {"provd"}
    locked, known = {normal(line) for line in lines("lock.txt")}, packages_distributions()
    assert not {
        name for name in imported if not locked & {normal(dist) for dist in known.get(name, ())}
    }


def test_every_debian_package_says_how_and_why() -> None:
    """requirements/debian.txt is a table: package, how it is obtained, and a reason in words."""
    malformed = [
        line for line in lines("debian.txt") if not re.match(r"\S+ +(install|unpack) +\w.{8}", line)
    ]
    assert not malformed


def test_setting_up_takes_two_commands() -> None:
    """The README's first literal block holds `make run` and `make test` and nothing else."""
    readme = (ROOT / "README.rst").read_text(encoding="utf-8")
    block = re.search(r"::\n\n((?:    .*\n)+)", readme)
    assert block
    assert [line.strip() for line in block[1].splitlines()] == ["make run", "make test"]


def test_python_is_named_once() -> None:
    """The oldest Python stands in pyproject.toml; ruff and mypy check for that very one."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    oldest = project["project"]["requires-python"].removeprefix(">=")
    assert project["tool"]["mypy"]["python_version"] == oldest
    assert project["tool"]["ruff"]["target-version"] == "py" + oldest.replace(".", "")


def test_the_twistd_plugin_names_the_daemon_without_importing_it() -> None:
    """`twistd --help` imports every plugin it finds: ours costs it one line."""
    text = (ROOT / "twisted" / "plugins" / "provd_plugin.py").read_text(encoding="utf-8")
    assert '"provd.daemon.tap"' in text
    assert "import provd" not in text
    assert not (ROOT / "twisted" / "__init__.py").exists()
    assert not (ROOT / "twisted" / "plugins" / "__init__.py").exists()
