"""Which firmware a device is pointed to: by pin, or by what is installed for its model."""

from __future__ import annotations

from typing import Any

import pytest

from provd.sdk import Firmware, firmware
from provd.sdk.packages import wanted_firmware
from provd.values.package import PACKAGES, PackageVersion

T46: dict[str, Any] = {
    "id": "t46",
    "kind": "firmware",
    "models": ("T46S", "T46G"),
    "images": {"*": "t46.rom"},
}
OLD = PackageVersion(**T46, version="66.85.0.5", installed=True)
NEW = PackageVersion(**T46, version="66.86.0.15", installed=True, current=True)
OFFERED = PackageVersion(**T46, version="66.87.0.1")
ALL = PackageVersion(id="all", version="1", kind="firmware", installed=True, current=True)
RINGS = PackageVersion(id="aa", version="1", kind="ringtones", installed=True, current=True)


def found(*known: PackageVersion, model: str | None = "T46S", **pins: Any) -> Firmware | None:
    """What a phone is pointed to."""
    return firmware(model, {PACKAGES: known, "firmware": pins})


def test_what_is_installed_for_the_model() -> None:
    """The current version, as a path below the tree; not that of a package for other models."""
    told = found(OFFERED, NEW, OLD)
    assert told is not None
    assert (told.version, told.pinned) == ("66.86.0.15", False)
    assert told.path == "firmware/t46/66.86.0.15/t46.rom"
    assert found(OFFERED, NEW, OLD, model="T48S") is None
    assert found(OFFERED) is None
    assert found() is None
    assert firmware("T46S", {}) is None


def test_a_pin_chooses_another_version() -> None:
    """Versions stand side by side; a config says which."""
    told = found(OFFERED, NEW, OLD, t46="66.85.0.5")
    assert told is not None
    assert (told.directory, told.pinned) == ("firmware/t46/66.85.0.5", True)


@pytest.mark.parametrize("pin", [None, ""])
def test_a_null_keeps_what_the_phone_has(pin: str | None) -> None:
    """It undoes what is installed for the model."""
    assert found(NEW, t46=pin) is None


@pytest.mark.parametrize("version", ["66.87.0.1", "1.2.3"])
def test_a_version_that_is_not_installed_points_nowhere(version: str) -> None:
    """The phone keeps what it has; what is wanted is told all the same."""
    assert found(OFFERED, NEW, t46=version) is None
    told = wanted_firmware("T46S", {PACKAGES: (OFFERED, NEW), "firmware": {"t46": version}})
    assert told is not None
    assert (told.version, told.installed, told.pinned) == (version, False, True)


def test_which_package() -> None:
    """One that names the model goes before one for all; one that is pinned before both; others are no firmware."""
    known = (RINGS, ALL, NEW)
    assert found(*known).package == "t46"  # type: ignore[union-attr]  # the test fails then
    assert found(*known, model="T48S").package == "all"  # type: ignore[union-attr]  # the same
    assert found(*known, model=None).package == "all"  # type: ignore[union-attr]  # the same
    assert found(*known, all="1").package == "all"  # type: ignore[union-attr]  # the same
    assert found(*known, unknown="1").package == "t46"  # type: ignore[union-attr]  # the same


def test_the_file_of_a_model() -> None:
    """By its name, or that for all others; empty where the package names none."""
    images = {"T46S": "s.rom", "*": "g.rom"}
    several = PackageVersion(**{**T46, "images": images}, version="1", installed=True, current=True)
    assert [several.image(model) for model in ("T46S", "T46G", "")] == ["s.rom", "g.rom", "g.rom"]
    bare = PackageVersion(id="b", version="1", kind="firmware", installed=True, current=True)
    told = found(bare)
    assert told is not None
    assert (told.image, told.path, told.directory) == ("", "", "firmware/b/1")
