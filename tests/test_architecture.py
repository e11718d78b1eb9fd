"""What the import contract in setup.cfg cannot say about the house, read off its syntax trees."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

LONGEST_MODULE = 400
LONGER_FOR_A_REASON: dict[str, str] = {}
"""Path of a module over the budget: the sentence that convinced the review."""

FORBIDDEN_WORDS = {
    r"(?<![\w.-])/(?:work|root)/[\w.]": "a path of somebody's machine",
    r"\b(?:pypi|pythonhosted|debian)\.org\b": "the host name of a package registry",
    r"\bissues? #?\d+\b": "a number only its tracker understands",
    r"\b(?:human|agent|helper|AI) sessions?\b": "how the work was organised",
}
PROSE = {
    ".py",
    ".rst",
    ".md",
    ".toml",
    ".cfg",
    ".txt",
    ".service",
    ".conf",
    ".json",
    ".jinja",
    ".c",
    ".sh",
    "",
}


def python_files(*rooms: str) -> list[Path]:
    """Every Python file under the given directories of the checkout."""
    return sorted(path for room in rooms for path in (ROOT / room).rglob("*.py"))


def named(path: Path) -> str:
    """A path as a failure should print it."""
    return path.relative_to(ROOT).as_posix()


def parse(path: Path) -> ast.Module:
    """The syntax tree of one file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def imports(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and dotted name of everything that is imported, wherever in the file, by statement or by call.

    `from a import b` gives `a.b`, since `b` may be a module; `importlib.import_module("a.b")` and
    `__import__("a.b")` give `a.b` too.
    """
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from ((node.lineno, alias.name) for alias in names)
            case ast.ImportFrom(module=module, names=names, level=level):
                parent = "." * level + (module or "")
                yield from ((node.lineno, f"{parent}.{alias.name}") for alias in names)
            case ast.Call(
                func=ast.Name(id="__import__" | "import_module")
                | ast.Attribute(attr="import_module"),
                args=[ast.Constant(value=str(name)), *_],
            ):
                yield node.lineno, name


def within(name: str, package: str) -> bool:
    """Whether a dotted name is the package or something inside it."""
    return name == package or name.startswith(f"{package}.")


def test_only_the_daemon_imports_the_reactor() -> None:
    """Everything else is given its reactor, so that a test can give it a clock."""
    found = [
        f"{named(path)}:{line}"
        for path in python_files("provd", "plugins", "twisted")
        if not path.is_relative_to(ROOT / "provd" / "daemon")
        for line, name in imports(parse(path))
        if within(name, "twisted.internet.reactor")
    ]
    assert not found, f"the global reactor is imported outside provd/daemon: {found}"


def test_no_import_hides_from_the_floors() -> None:
    """A room of ours is imported by a statement, which lint-imports sees; never by its name in a call."""
    found = [
        f"{named(path)}:{node.lineno} {name}"
        for path in python_files("provd")
        for node in ast.walk(parse(path))
        if isinstance(node, ast.Call)
        for _line, name in imports(ast.Expression(node))
        if within(name, "provd")
    ]
    assert not found, f"imports that no contract sees: {found}"


def test_plugins_know_only_the_sdk() -> None:
    """A vendor plugin survives any change of provd that keeps provd.sdk."""
    found = [
        f"{named(path)}:{line} {name}"
        for path in python_files("plugins")
        for line, name in imports(parse(path))
        if within(name, "provd") and not within(name, "provd.sdk")
    ]
    assert not found, f"plugins import more of provd than provd.sdk: {found}"


def test_modules_stay_readable() -> None:
    """A module over the budget is split, or its reason stands in LONGER_FOR_A_REASON."""
    lengths = {
        named(path): len(path.read_text(encoding="utf-8").splitlines())
        for path in python_files("provd", "plugins", "tests", "bench")
    }
    too_long = {
        name: length
        for name, length in lengths.items()
        if length > LONGEST_MODULE and name not in LONGER_FOR_A_REASON
    }
    assert not too_long, f"modules over {LONGEST_MODULE} lines: {too_long}"


def test_reasons_for_length_are_still_needed() -> None:
    """A module that was split loses its exception."""
    stale = [
        name
        for name in LONGER_FOR_A_REASON
        if not (ROOT / name).exists()
        or len((ROOT / name).read_text(encoding="utf-8").splitlines()) <= LONGEST_MODULE
    ]
    assert not stale, f"exceptions to the length of a module that nothing needs: {stale}"


def test_every_module_says_what_it_is() -> None:
    """A module opens with the sentence that tells a reader whether to read on."""
    silent = [
        named(path)
        for path in python_files("provd", "plugins", "bench", "tests")
        if path.stat().st_size and not ast.get_docstring(parse(path))
    ]
    assert not silent, f"modules without a docstring: {silent}"


def test_every_test_states_its_fact() -> None:
    """The docstring of a test is the fact that its failure denies."""
    silent = [
        f"{named(path)}:{node.lineno} {node.name}"
        for path in python_files("tests")
        for node in ast.walk(parse(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
        and not ast.get_docstring(node)
    ]
    assert not silent, f"tests without a docstring: {silent}"


def is_interface(node: ast.ClassDef) -> bool:
    """Whether a class is a zope interface: it says so, or it follows the naming of one."""
    bases = [base.id for base in node.bases if isinstance(base, ast.Name)]
    return any(base == "Interface" or re.match(r"I[A-Z]", base) for base in bases)


def test_contracts_tell_what_they_promise() -> None:
    """An interface and each of its methods has a docstring: implementers read nothing else."""
    silent = [
        f"{named(path)}:{node.lineno} {interface.name}.{getattr(node, 'name', '')}"
        for path in python_files("provd/contracts", "provd/sdk")
        for interface in ast.walk(parse(path))
        if isinstance(interface, ast.ClassDef) and is_interface(interface)
        for node in (interface, *interface.body)
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and not ast.get_docstring(node)
    ]
    assert not silent, f"promises without words: {silent}"


def kept_files() -> list[Path]:
    """What a clone holds: the files git knows or would add; without git, every file of prose and code."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    if listing.returncode:
        pytest.skip("this is not a git checkout, so nothing says which files are kept")
    return [ROOT / name for name in listing.stdout.split("\0") if name and (ROOT / name).is_file()]


@pytest.mark.parametrize("pattern", FORBIDDEN_WORDS, ids=list(FORBIDDEN_WORDS.values()))
def test_nothing_of_the_workshop_is_left_in_the_house(pattern: str) -> None:
    """What is published makes sense to somebody who knows only what is published."""
    found = [
        f"{named(path)}:{number}: {line.strip()[:100]}"
        for path in kept_files()
        if path.suffix in PROSE and path not in {ROOT / "LICENSE", Path(__file__)}
        for number, line in enumerate(
            path.read_text(encoding="utf-8", errors="replace").splitlines(), 1
        )
        if re.search(pattern, line)
    ]
    assert not found, f"{FORBIDDEN_WORDS[pattern]}: {found}"
