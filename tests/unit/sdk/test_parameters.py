"""What an operator says in the vendor's own words."""

from __future__ import annotations

import re
from typing import Any

import pytest

from provd.sdk import RawConfigError, chosen, own_parameters

NAME = "X_acme_parameters"


@pytest.mark.parametrize("said", [None, {}])
def test_nobody_says_any(said: object) -> None:
    """Then there are none, whether the key is there or not."""
    assert own_parameters({}, NAME) == own_parameters({NAME: said}, NAME) == []


def test_values_become_texts() -> None:
    """Numbers as they are, truths as phones write them, in the order of the document."""
    said = {"b.1.x": 7, "a.y_Z": True, "a.n": False, "a.t": "text <&"}
    expected = [("b.1.x", "7"), ("a.y_Z", "1"), ("a.n", "0"), ("a.t", "text <&")]
    assert own_parameters({NAME: said}, NAME) == expected


@pytest.mark.parametrize(
    "name",
    ["", "a", "1.a", "a.", ".a", "a..b", "a.b ", "a.b\n", "a.b=1", "a b.c", "a.\u00e9", "a.b>"],
)
def test_what_is_no_name_is_a_reason(name: str) -> None:
    """It would stand where names stand, before the `=`."""
    with pytest.raises(RawConfigError, match="is not the name of a parameter"):
        own_parameters({NAME: {name: 1}}, NAME)


def test_a_vendor_spells_in_its_own_way() -> None:
    """Names that are not dotted, and words for what is true and what is not."""
    spelt, truths = re.compile("[a-z ]+"), ("off", "on")
    said = {NAME: {"a b": True, "c": False, "d": 1}}
    assert own_parameters(said, NAME, spelt, truths) == [("a b", "on"), ("c", "off"), ("d", "1")]
    with pytest.raises(RawConfigError, match="is not the name of a parameter"):
        own_parameters({NAME: {"a.b": 1}}, NAME, spelt)


@pytest.mark.parametrize("value", [None, [], {}, 1.5])
def test_what_is_no_value_is_a_reason(value: object) -> None:
    """The operator is told which parameter."""
    with pytest.raises(RawConfigError, match=f"{NAME}: a.b is neither a text nor a number"):
        own_parameters({NAME: {"a.b": value}}, NAME)


@pytest.mark.parametrize("said", ["text", [1], 5])
def test_what_is_no_object_is_a_reason(said: Any) -> None:
    """Parameters with X_ may hold anything."""
    with pytest.raises(RawConfigError, match=f"{NAME} is no object"):
        own_parameters({NAME: said}, NAME)


MODES = {"disabled": 0, "md5": 1}


@pytest.mark.parametrize(("said", "meaning"), [(None, 0), ("", 0), ("disabled", 0), ("md5", 1)])
def test_a_word_means_something_to_the_vendor(said: object, meaning: int) -> None:
    """Where nobody says one, the default does."""
    assert chosen({"X_mode": said}, "X_mode", MODES, "disabled") == meaning
    assert chosen({}, "X_mode", MODES, "md5") == 1


@pytest.mark.parametrize("said", ["tls", 1, ["md5"], {"md5": 1}, "MD5"])
def test_another_word_is_a_reason(said: object) -> None:
    """The operator is told all that there are."""
    with pytest.raises(RawConfigError, match=r"X_mode: .* is none of disabled, md5"):
        chosen({"X_mode": said}, "X_mode", MODES, "disabled")
