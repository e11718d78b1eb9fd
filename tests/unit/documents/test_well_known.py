"""The four configs that every installation begins with."""

from __future__ import annotations

import pytest

from provd.documents import (
    Config,
    check_raw_config,
    complete_raw_config,
    decode,
    flatten,
    linearize,
    parse_config,
    server_raw_config,
    to_dict,
    well_known_configs,
)
from provd.values import Invalid


def by_id(**options: str) -> dict[str, Config]:
    """The four by id."""
    return {config.id: config for config in well_known_configs("192.0.2.1", **options)}


def test_clients_find_them_under_their_ids() -> None:
    """With the types, roles and parents that clients look for."""
    told = {name: to_dict(config) for name, config in by_id().items()}
    assert list(told) == ["base", "default", "defaultconfigdevice", "autoprov"]
    assert [config["X_type"] for config in told.values()] == [
        "internal",
        "registrar",
        "device",
        "internal",
    ]
    assert told["autoprov"]["role"] == "autocreate"
    assert told["autoprov"]["parent_ids"] == ["base", "defaultconfigdevice"]
    assert decode(by_id()["default"]) == {"X_key": "xivo"}


def test_they_give_a_complete_raw_config() -> None:
    """A device with the autoprov config can be configured without another word."""
    lineage = linearize("autoprov", by_id(admin_password="secret", sip_password="s").get)
    assert lineage is not None
    raw = flatten(lineage, server_raw_config({}, "http://192.0.2.1:8667", 69))
    assert check_raw_config(raw, complete=True) == []
    complete_raw_config(raw)
    assert raw["sip_lines"]["1"]["display_name"] == "Autoprov"
    assert raw["sip_lines"]["1"]["password"] == "s"
    assert raw["admin_password"] == "secret"
    assert raw["ntp_ip"] == "192.0.2.1"


def test_they_survive_a_client() -> None:
    """What is shown of them can be sent back."""
    for config in by_id(ntp="ntp.example").values():
        assert parse_config(to_dict(config)) == config


def test_more_is_checked() -> None:
    """What a site adds to the base is parameters like any others."""
    [base, *_others] = well_known_configs("192.0.2.1", more={"timezone": "Europe/Paris"})
    assert decode(base)["timezone"] == "Europe/Paris"
    with pytest.raises(Invalid, match="timezone"):
        well_known_configs("192.0.2.1", more={"timezone": "Mars"})
