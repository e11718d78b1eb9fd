"""A path from the network leads into the served tree or nowhere."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provd.plugins import ServedTree, segments
from provd.testing.hostile_paths import (
    FRIENDLY_PATHS,
    PUBLIC,
    build_hostile_tree,
    hostile_names,
    hostile_paths,
)

HERE = Path(__file__).parent

pieces = st.sampled_from(
    ["..", ".", "", "a", "served", "\\", "\0", "link-out", "secret.cfg", "%2e%2e", "/", "~"]
)
anything = st.text(max_size=80) | st.lists(pieces, max_size=12).map("/".join)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A served directory with secrets around it."""
    return build_hostile_tree(tmp_path_factory.mktemp("hostile"))


def test_no_hostile_path_leaves_the_tree(served: Path) -> None:
    """Whatever of the corpus is asked for, what is found is public."""
    tree = ServedTree(str(served))
    for path in hostile_paths(served):
        found = tree.find(path)
        assert found is None or Path(found.path).read_bytes() == PUBLIC, path


def test_odd_names_of_real_files_are_served(served: Path) -> None:
    """Dots, spaces, percent signs and links that stay inside are no crime."""
    tree = ServedTree(str(served))
    for path in FRIENDLY_PATHS:
        found = tree.find(path)
        assert found is not None, path
        assert Path(found.path).read_bytes() == PUBLIC
        assert found.size == len(PUBLIC)


def test_the_corpus_is_the_same_for_file_names(served: Path) -> None:
    """As bytes for TFTP it loses only what cannot be sent: names with a NUL."""
    paths = hostile_paths(served)
    assert len(hostile_names(served)) == len([path for path in paths if "\0" not in path])


@given(anything)
def test_what_any_text_leads_to_is_inside(path: str) -> None:
    """For any text at all, a found file lies below the root."""
    root = str(HERE)
    found = ServedTree(root).find(path)
    assert found is None or found.path.startswith(root + os.sep)


@given(anything)
def test_segments_are_names(path: str) -> None:
    """What a path is taken apart into can climb nowhere, and putting it together is the same path."""
    names = segments(path)
    if names is not None:
        assert not {"", ".", ".."} & set(names)
        assert not any(sign in name for name in names for sign in "/\\\0")
        assert segments("/".join(names)) == names


def test_slashes_in_excess_mean_nothing() -> None:
    """Phones whose server URL ends in a slash ask for `//aastra.cfg`."""
    assert segments("//firmware///6730i.st") == ("firmware", "6730i.st")


def test_a_tree_may_come_later(tmp_path: Path) -> None:
    """A plugin whose served directory does not exist yet serves nothing, and then what is put there."""
    tree = ServedTree(str(tmp_path / "tftpboot"))
    assert tree.find("a.cfg") is None
    (tmp_path / "tftpboot").mkdir()
    (tmp_path / "tftpboot" / "a.cfg").write_text("x")
    found = tree.find("a.cfg")
    assert found is not None
    assert found.size == 1


def test_the_media_type_is_that_of_the_name(tmp_path: Path) -> None:
    """Names say what a file is; what they do not say is bytes."""
    for name, kind in [("a.xml", "text/xml"), ("a.st", "application/octet-stream")]:
        (tmp_path / name).write_text("x")
        found = ServedTree(str(tmp_path)).find(name)
        assert found is not None
        assert found.media_type in {kind, kind.replace("text", "application")}
