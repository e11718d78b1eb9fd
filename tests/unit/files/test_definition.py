"""`packages.json`: what may be offered, and every reason why something may not."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provd.files import parse_definitions
from provd.testing.packages import a_package, a_source, defined, definitions
from provd.values import Invalid

GOOD = a_source("t46.rom", b"rom")
ZIP = a_source("t46.zip", b"zip", archive="zip")


def paths(*packages: Any) -> list[str]:
    """Where the problems are."""
    with pytest.raises(Invalid) as caught:
        parse_definitions(definitions(*packages), "packages.json")
    return [problem.path for problem in caught.value.problems]


def test_a_whole_definition() -> None:
    """Everything that can be said is read."""
    found = defined(
        a_source(
            "t46.zip",
            b"zip",
            urls=["https://a.example/t46.zip", "http://b.example:8080/t46.zip?x=1"],
            hint="the vendor's support page",
            archive="zip",
            take=[
                {"member": "**/*.rom", "as": "./T46S.rom"},
                {"member": "lang/*", "as": "lang/"},
                {"member": "./a//b"},
            ],
        ),
        GOOD,
        models=["T46S"],
        image={"T46S": "T46S.rom", "*": "t46.rom"},
        into="./",
        description="Firmware",
    )
    [archive, plain] = found.files
    assert [(take.member, take.place) for take in archive.take] == [
        ("**/*.rom", "T46S.rom"),
        ("lang/*", "lang/"),
        ("a/b", ""),
    ]
    assert (plain.name, plain.archive, plain.urls) == ("t46.rom", "", ())
    assert (found.images, found.into, found.size) == ({"T46S": "T46S.rom", "*": "t46.rom"}, "", 6)
    assert defined(GOOD, image="t46.rom").images == {"*": "t46.rom"}
    assert defined(GOOD, into="a/b").into == "a/b"
    assert defined(GOOD).into is None


@pytest.mark.parametrize("missing", ["size", "sha256", "name"])
def test_nothing_is_offered_unverified(missing: str) -> None:
    """Without a size and a SHA-256 there is nothing that could be checked."""
    source = {key: value for key, value in GOOD.items() if key != missing}
    assert paths(a_package(source)) == [f"packages.0.files.0.{missing}"]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("id", "T46"),
        ("id", "../x"),
        ("id", ""),
        ("version", ".."),
        ("version", "1/2"),
        ("version", 1),
        ("kind", "toys"),
        ("kind", None),
        ("files", []),
        ("files", [1]),
        ("files", "x"),
        ("models", "T46S"),
        ("models", [""]),
        ("image", 5),
        ("image", "../x"),
        ("image", {"T46": 1}),
        ("into", "/etc"),
        ("into", "firmware/x"),
        ("into", "a/../b"),
        ("description", "two\nlines"),
        ("unknown", 1),
    ],
)
def test_a_wrong_package(key: str, value: Any) -> None:
    """Each thing that is wrong is told with its path."""
    [path] = {path.split(".")[2] for path in paths(a_package(GOOD, **{key: value}))}
    assert path == key


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("name", "a/b"),
        ("name", ".."),
        ("name", "a\0"),
        ("size", 0),
        ("size", -1),
        ("size", 1 << 40),
        ("size", 1.5),
        ("sha256", "00"),
        ("urls", "https://a.example/"),
        ("urls", ["ftp://a.example/x"]),
        ("urls", ["https://user@a.example/x"]),
        ("urls", ["https:///x"]),
        ("urls", ["https://a.example:99999/x"]),
        ("urls", ["https://a.example/a b"]),
        ("urls", ["file://host/x"]),
        ("urls", ["https://a.example/x"] * 20),
        ("archive", "rar"),
        ("take", [{"member": "../x"}]),
        ("take", [{"member": "x", "as": "/etc/"}]),
        ("take", [{"member": "x", "as": "*.rom"}]),
        ("take", [{}]),
        ("take", [{"member": "x", "to": "y"}]),
    ],
)
def test_a_wrong_file(key: str, value: Any) -> None:
    """Of its files as well."""
    [path] = {path.split(".")[4] for path in paths(a_package({**ZIP, key: value}))}
    assert path == key


def test_what_is_no_archive_is_taken_whole() -> None:
    """Members are of archives."""
    assert paths(a_package({**GOOD, "take": [{"member": "x"}]})) == ["packages.0.files.0.take"]


def test_two_files_in_one_place() -> None:
    """Nor two that only case tells apart."""
    assert paths(a_package(GOOD, a_source("T46.ROM", b"x"))) == ["packages.0.files.1.name"]


def test_versions_are_told_apart() -> None:
    """One version is there once, and all of one package are of one kind."""
    package = a_package(GOOD)
    assert paths(package, package) == ["packages.1.version"]
    assert paths(package, {**package, "version": "2", "kind": "languages"}) == ["packages.1.kind"]


def test_every_problem_is_told() -> None:
    """One look tells everything that is to be corrected."""
    wrong = a_package({"name": "a", "size": 1}, {"sha256": "0" * 64}, id="")
    assert paths(wrong, 5) == [
        "packages.0.id",
        "packages.0.files.0.sha256",
        "packages.0.files.1.name",
        "packages.0.files.1.size",
        "packages.1",
    ]


@pytest.mark.parametrize("text", [b"", b"[]", b"{", b"\xff", b"[" * 100_000, b" " * (5 << 20)])
def test_what_is_no_definition(text: bytes) -> None:
    """It is named, whatever it is."""
    with pytest.raises(Invalid):
        parse_definitions(text, "packages.json")


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inside: (
        st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=6), inside, max_size=3)
    ),
    max_leaves=8,
)
keys = st.sampled_from(
    [*("id", "version", "kind", "files", "models", "image", "into", "description"), "x"]
)
source_keys = st.sampled_from([*("name", "size", "sha256", "urls", "archive", "take", "hint"), "x"])
source = st.builds(lambda change: {**ZIP, **change}, st.dictionaries(source_keys, json, max_size=2))
package = st.builds(
    lambda files, change: {**a_package(*files), **change},
    st.lists(source | json, max_size=2),
    st.dictionaries(keys, json, max_size=2),
)


@given(st.lists(package | json, max_size=3) | json)
def test_whatever_it_says(packages: Any) -> None:
    """It is refused with its problems, or what it offers is safe to use."""
    try:
        found = parse_definitions(msgspec.json.encode({"packages": packages}), "packages.json")
    except Invalid:
        return
    for each in found:
        assert each.id
        assert each.version
        assert each.files
        for file in each.files:
            assert file.size > 0
            assert len(file.sha256) == 64
            assert "/" not in file.name
