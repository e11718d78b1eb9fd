"""Whether a change to a device is one that its files depend on."""

from __future__ import annotations

import pytest

from provd.documents import needs_reconfiguration
from provd.testing.documents import a_device

CHANGED = {
    "plugin": "p",
    "config": "c",
    "mac": "00:00:5e:00:53:99",
    "uuid": "u",
    "vendor": "v",
    "model": "m",
    "version": "1",
    "options": {"switchboard": True},
}


@pytest.mark.parametrize("field", sorted(CHANGED))
def test_what_goes_into_the_files(field: str) -> None:
    """These eight fields, each alone, appearing and disappearing."""
    plain, other = a_device(), a_device(**{field: CHANGED[field]})
    assert needs_reconfiguration(plain, other)
    assert needs_reconfiguration(other, plain)
    assert not needs_reconfiguration(other, a_device(**{field: CHANGED[field]}))


@pytest.mark.parametrize(
    "change",
    [
        {"ip": "192.0.2.7"},
        {"sn": "1"},
        {"description": "x"},
        {"tenant": "t"},
        {"X_a": 1},
        {"remote_state_sip_username": "u"},
    ],
)
def test_what_does_not(change: dict[str, object]) -> None:
    """An address, a serial number or a remark changes no file."""
    assert not needs_reconfiguration(a_device(), a_device(**change))


def test_options_are_compared_by_what_they_say() -> None:
    """The order of keys is no change."""
    assert not needs_reconfiguration(
        a_device(options={"a": 1, "b": 2}), a_device(options={"b": 2, "a": 1})
    )


def test_a_new_device_is_configured() -> None:
    """There was nothing before."""
    assert needs_reconfiguration(None, a_device())
