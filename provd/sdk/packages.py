"""Which firmware a device shall run: what its configs pin, or else what is installed for its model.

`firmware` of a raw config is an object of versions by packages, `{"t46": "66.86.0.15"}`, and is inherited
as everything is: what a parent config says holds for a group.  A null says that the device keeps what it has.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any

from attrs import frozen

from provd.values.package import FIRMWARE, PACKAGES, PackageVersion

PINS = "firmware"
"""The key of the raw config that says which version of a package a device runs."""


@frozen
class Firmware:
    """What a device is to run."""

    package: str
    version: str
    directory: str
    """Where its files are, below the served tree: `firmware/t46/66.86.0.15`."""
    image: str
    """The file for the device's model, below `directory`; empty where the package names none."""
    installed: bool = True
    pinned: bool = False
    """A config says so."""

    @property
    def path(self) -> str:
        """The file for the device's model, below the served tree; empty where the package names none."""
        return f"{self.directory}/{self.image}" if self.image else ""


def firmware(model: str | None, raw_config: Mapping[str, Any]) -> Firmware | None:
    """What a device of a model is to be pointed to; None where it keeps what it has.

    That is so where no package for the model is installed, where a config says so, and where the version
    that a config wants is not installed.
    """
    found = wanted_firmware(model, raw_config)
    return found if found is not None and found.installed else None


def wanted_firmware(model: str | None, raw_config: Mapping[str, Any]) -> Firmware | None:
    """What a device of a model should run, installed or not; None where nobody wants anything.

    A package that a config pins goes before others, one that names the model before one for all models,
    then the first by id.
    """
    known: Sequence[PackageVersion] = raw_config.get(PACKAGES) or ()
    if not known:
        return None
    said = raw_config.get(PINS)
    pins = said if isinstance(said, Mapping) else {}
    fitting = _by_package(model or "", known, pins)
    for package, versions in fitting:
        if package in pins:
            return _pinned(model or "", versions, pins[package])
        for each in versions:
            if each.current:
                return _of(each, model or "")
    return None


def _by_package(
    model: str, known: Sequence[PackageVersion], pins: Mapping[str, Any]
) -> list[tuple[str, list[PackageVersion]]]:
    """The packages with firmware for a model, the best first."""
    of_kind = [each for each in known if each.kind == FIRMWARE and _fits(each, model)]
    packages = [
        (package, list(versions)) for package, versions in groupby(of_kind, key=attrgetter("id"))
    ]
    return sorted(packages, key=lambda each: (each[0] not in pins, not each[1][0].models, each[0]))


def _fits(each: PackageVersion, model: str) -> bool:
    return not each.models or model in each.models


def _pinned(model: str, versions: Sequence[PackageVersion], wanted: object) -> Firmware | None:
    if not wanted or not isinstance(wanted, str):
        return None
    for each in versions:
        if each.version == wanted:
            return _of(each, model, pinned=True)
    missing = PackageVersion(id=versions[0].id, version=wanted, kind=FIRMWARE)
    return _of(missing, model, pinned=True)


def _of(each: PackageVersion, model: str, *, pinned: bool = False) -> Firmware:
    return Firmware(
        each.id, each.version, each.directory, each.image(model), each.installed, pinned
    )
