"""Configs for devices that nobody announced, and configs that nobody needs any more."""

from __future__ import annotations

import pytest

from provd.documents import (
    Config,
    Device,
    abandoned_config,
    autocreate_template,
    autocreated,
    decode,
    parse_config,
    well_known_configs,
)
from provd.testing.documents import a_config, a_device


def template(
    document_id: str = "autoprov", role: str | None = "autocreate", **raw: object
) -> Config:
    """A config with the role."""
    return parse_config(
        {"id": document_id, "parent_ids": ["base"], "role": role, "raw_config": raw}
    )


def test_a_config_is_made_from_the_template() -> None:
    """Its id begins with the template's, its parent is the template, it says the same, and it is transient."""
    lines = {"1": {"number": "autoprov"}}
    made = autocreated(template(sip_lines=lines, locale="fr_FR"), "6a4f")
    assert made is not None
    assert (made.id, made.parent_ids, made.transient, made.role) == (
        "autoprov6a4f",
        ("autoprov",),
        True,
        None,
    )
    assert decode(made) == {"sip_lines": lines, "locale": "fr_FR"}


@pytest.mark.parametrize("raw", [{}, {"sip_lines": {}}, {"sip_lines": {"2": {}}}])
def test_without_line_1_nothing_is_made(raw: dict[str, object]) -> None:
    """A template that gives no line would give a phone that cannot call."""
    assert autocreated(template(**raw), "6a4f") is None


def test_a_template_that_is_no_longer_right_makes_nothing() -> None:
    """A document from elsewhere may hold what was never checked."""
    assert autocreated(a_config("autoprov", sip_lines=None), "6a4f") is None


def test_the_template_is_always_the_same() -> None:
    """Of several with the role, the first by id counts, in whatever order they come."""
    many = [template("b"), template("a"), template("0", role=None), template("c")]
    assert [autocreate_template(order) for order in (many, many[::-1])] == [many[1], many[1]]
    assert autocreate_template([]) is None


def test_the_well_known_template_makes_configs() -> None:
    """An installation that begins with the well-known configs creates what clients recognise."""
    configs = {config.id: config for config in well_known_configs("192.0.2.1")}
    found = autocreate_template(configs.values())
    assert found is configs["autoprov"]
    made = autocreated(found, "6a4f")
    assert made is not None
    assert made.id.startswith("autoprov")
    assert "autoprov" in made.parent_ids


TRANSIENT = Config(id="autoprov1", transient=True)
CONFIGS = {"autoprov1": TRANSIENT, "site": Config(id="site")}


def abandoned(before: Device | None, after: Device | None, *users: Device) -> str | None:
    """The config that goes, where these devices refer to whatever is asked for."""
    return abandoned_config(before, after, CONFIGS.get, lambda _config: users)


def test_a_transient_config_goes_with_its_last_device() -> None:
    """Whether the device moves to another config, to none, or goes itself."""
    before = a_device(config="autoprov1")
    for after in (a_device(config="site"), a_device(), None):
        assert abandoned(before, after) == "autoprov1"
        assert abandoned(before, after, before) == "autoprov1"


def test_a_transient_config_stays_while_somebody_uses_it() -> None:
    """Another device, or the same one still."""
    before = a_device(config="autoprov1")
    assert abandoned(before, None, a_device("other")) is None
    assert abandoned(before, a_device(config="autoprov1", ip="192.0.2.7")) is None


def test_other_configs_stay() -> None:
    """What an operator wrote is an operator's to delete; what is not there cannot go."""
    for config in ("site", "nobody", None):
        assert abandoned(a_device(config=config), None) is None
    assert abandoned(None, a_device(config="autoprov1")) is None
