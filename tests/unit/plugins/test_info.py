"""plugin-info is read whole or refused with everything that is wrong."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provd.plugins import parse_plugin_info, read_plugin_info
from provd.testing.plugin_files import INFO
from provd.values import Invalid

json_values = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


def test_a_valid_one_keeps_what_provd_does_not_know() -> None:
    """Unknown keys are the vendor's and stay."""
    info = parse_plugin_info(json.dumps(INFO | {"vendor.url": "http://vendor"}).encode(), "x")
    assert info.version == "1.0"
    assert info.all["vendor.url"] == "http://vendor"
    assert info.capabilities == INFO["capabilities"]


def test_every_problem_is_told() -> None:
    """Not only the first."""
    text = json.dumps({"version": 2, "capabilities": {"Acme A20": {}, "Acme, A30, 1": 3}}).encode()
    with pytest.raises(Invalid) as refused:
        parse_plugin_info(text, "acme/plugin-info")
    assert [problem.path for problem in refused.value.problems] == [
        "version",
        "description",
        "capabilities.Acme A20",
        "capabilities.Acme, A30, 1",
    ]
    assert str(refused.value).startswith("acme/plugin-info: version: is no text (expected a text)")


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b"\xff", b"[" * 100_000, b" " * (1 << 21)])
def test_nonsense_is_named(text: bytes) -> None:
    """Broken, deep or endless JSON is refused like any other problem."""
    with pytest.raises(Invalid):
        parse_plugin_info(text, "x")


@given(json_values)
def test_any_json_is_valid_or_named(value: object) -> None:
    """Whatever JSON is there, it is a plugin-info or Invalid."""
    with suppress(Invalid):
        assert parse_plugin_info(json.dumps(value).encode(), "x").version


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """A plugin without plugin-info says so."""
    with pytest.raises(Invalid, match="No such file"):
        read_plugin_info(tmp_path / "plugin-info")
