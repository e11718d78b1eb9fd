"""Configs: what a client may say of one, and what is made of it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from provd.documents import CONFIGS, Config, decode, parse_config, to_dict, without_nulls
from provd.values import Invalid


def said(**more: Any) -> dict[str, Any]:
    """A right config, with more."""
    return {"id": "c", "parent_ids": ["base"], "raw_config": {"protocol": "SIP"}, **more}


def paths_refused(**fields: Any) -> list[str]:
    """The paths of the problems of a config with these fields."""
    with pytest.raises(Invalid) as caught:
        parse_config(said(**fields))
    return [problem.path for problem in caught.value.problems]


def test_a_full_config_keeps_every_field() -> None:
    """Whatever a config may say, known or not, is read and told again."""
    full = said(
        role="autocreate",
        transient=True,
        deletable=False,
        X_type="registrar",
        label="Main",
        proxy_main="192.0.2.1",
        configdevice=None,
    )
    assert to_dict(parse_config(full)) == {**full, "revision": 0}


def test_empty_parents_and_parameters_are_told() -> None:
    """Existing clients read `parent_ids` and `raw_config` of every config without asking."""
    told = to_dict(parse_config(said(parent_ids=[], raw_config={})))
    assert (told["parent_ids"], told["raw_config"]) == ([], {})


@pytest.mark.parametrize("key", ["parent_ids", "raw_config"])
@pytest.mark.parametrize("value", [None, "x", 1])
def test_parents_and_parameters_are_mandatory(key: str, value: object) -> None:
    """A config is its parents and its parameters; neither may be left out or be something else."""
    assert paths_refused(**{key: value}) == [key]
    incomplete = {name: value for name, value in said().items() if name != key}
    with pytest.raises(Invalid, match=f"{key}: is missing"):
        parse_config(incomplete)


def test_parents_are_ids() -> None:
    """A parent that is no text is named by its place."""
    assert paths_refused(parent_ids=["base", 1, None]) == ["parent_ids.1", "parent_ids.2"]


def test_parents_may_dangle() -> None:
    """A parent may be created later, or never."""
    assert parse_config(said(parent_ids=["nobody"])).parent_ids == ("nobody",)


@pytest.mark.parametrize("given", [{}, {"deletable": None}, {"deletable": True}])
def test_a_config_is_deletable(given: dict[str, Any]) -> None:
    """Whoever says nothing of it can delete it."""
    assert parse_config(said(**given)).deletable


def test_an_explicit_false_protects_a_config() -> None:
    """The configs that everything stands on say so."""
    assert not parse_config(said(deletable=False)).deletable


def test_flags_are_booleans() -> None:
    """A text that reads like a boolean is not one."""
    assert paths_refused(transient="yes", deletable=0) == ["transient", "deletable"]


def test_problems_of_parameters_are_listed_with_the_others() -> None:
    """One answer names everything that is wrong, wherever it is."""
    raw = {"vlan_id": 5000, "sip_lines": {"1": {"proxy_port": "x"}}, "XX_a": 1}
    assert paths_refused(raw_config=raw, role=1) == [
        "raw_config.vlan_id",
        "raw_config.sip_lines.1.proxy_port",
        "raw_config.XX_a",
        "role",
    ]


def test_validation_does_not_rewrite() -> None:
    """What is stored is what was sent: numbers in texts stay texts, nulls stay null."""
    raw = {"http_port": "8667", "vlan_id": None}
    assert decode(parse_config(said(raw_config=raw))) == raw


def test_nulls_of_a_device_config_are_stripped() -> None:
    """With X_type `device` a key that is null goes, however deep, also in lists; items stay."""
    raw = {"X_a": [{"b": None, "c": 1}, None], "locale": None, "sip_lines": {"1": {"number": None}}}
    config = parse_config(said(X_type="device", raw_config=raw, label=None))
    assert decode(config) == {"X_a": [{"c": 1}, None], "sip_lines": {"1": {}}}
    assert "label" not in to_dict(config)


def test_nulls_of_other_configs_stay() -> None:
    """Only configs of devices are stripped."""
    assert decode(parse_config(said(X_type="internal", raw_config={"locale": None}))) == {
        "locale": None
    }


def test_stripping_shares_nothing() -> None:
    """The client's own object is not changed."""
    given = {"a": {"b": None}, "c": [{"d": None}]}
    assert without_nulls(given) == {"a": {}, "c": [{}]}
    assert given == {"a": {"b": None}, "c": [{"d": None}]}


def test_a_device_config_without_parameters_is_refused() -> None:
    """Stripping a null `raw_config` leaves none, and it is mandatory."""
    assert paths_refused(X_type="device", raw_config=None) == ["raw_config"]


def test_depth_is_bounded_before_anything_recurses() -> None:
    """A hostile depth is refused, also where nulls would be stripped."""
    deep: Any = {}
    for _level in range(2000):
        deep = {"X": deep}
    assert paths_refused(raw_config={"X_a": deep}, X_type="device") == [""]


def test_kept_and_read_again() -> None:
    """The text that a store keeps is the document."""
    config = parse_config(said(label="x", role="r"))
    assert msgspec.json.decode(CONFIGS.encode(config), type=Config) == config


def test_told_and_read_again() -> None:
    """What a client is shown can be sent back."""
    config = parse_config(said(label="x", role="r", transient=True))
    assert parse_config(to_dict(config)) == config
