"""How factory certificates name a box: what `vendors.toml` says, and what administrators add to it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Final

import msgspec
from msgspec import Struct

from provd.access.names import ATTRIBUTES, Names
from provd.documents.regex import Groups, compile_groups
from provd.values import Problem, parse_mac

Form = dict[str, str]
"""From attributes to the pattern that each must match as a whole."""

FACTS: Final = frozenset({"mac", "sn", "model"})
"""What a group of a pattern may be called."""

GENERIC = "it is a generic one, which many devices share"
NAMELESS = "it names no single device in a way that is known of {name}"


class Mapped(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One way to read certificates, as it is written down."""

    vendor: str = ""
    """As evidence of identity spells it; empty says nothing of the vendor."""
    forms: tuple[Form, ...]
    """Tried in order; the first that matches names the box."""
    generic: tuple[Form, ...] = ()
    """Certificates that many devices share."""
    sources: tuple[str, ...] = ()
    """Where it was published that they look so."""


class Box(Struct, frozen=True, kw_only=True, gc=False):
    """What a certificate names: at least a MAC address or a serial number, or why not."""

    mac: str = ""
    sn: str = ""
    model: str = ""
    refused: str = ""


class Reader:
    """Reads certificates in one way."""

    def __init__(self, name: str, mapped: Mapped) -> None:
        """@raise ValueError: a pattern is none."""
        self.name = name
        self.vendor = mapped.vendor
        self._forms = [_compiled(form) for form in mapped.forms]
        self._generic = [_compiled(form) for form in mapped.generic]

    def read(self, names: Names) -> Box:
        """Which box it is; a refusal where it is none, or any."""
        if any(_match(form, names) is not None for form in self._generic):
            return Box(refused=GENERIC)
        for form in self._forms:
            found = _match(form, names)
            if found is not None:
                return _box(found)
        return Box(refused=NAMELESS.format(name=self.name))


_Compiled = tuple[tuple[str, Groups], ...]


def _compiled(form: Form) -> _Compiled:
    return tuple((attribute, compile_groups(pattern)) for attribute, pattern in form.items())


def _match(form: _Compiled, names: Names) -> dict[str, str] | None:
    """What a form finds; None where it does not match, or finds two values for one thing."""
    found: dict[str, str] = {}
    for attribute, groups in form:
        values = names.get(attribute, ())
        said = groups.read(values[0]) if len(values) == 1 else None
        if said is None or any(found.get(key, value) != value for key, value in said.items()):
            return None
        found.update(said)
    return found


def _box(found: Mapping[str, str]) -> Box:
    try:
        mac = parse_mac(found["mac"]) if "mac" in found else ""
    except ValueError:
        return Box(refused=f"{found['mac']!r} in it is no MAC address")
    return Box(mac=mac, sn=found.get("sn", ""), model=found.get("model", ""))


@cache
def shipped() -> Mapping[str, Mapped]:
    """What `vendors.toml` says, by name."""
    text = files("provd.access").joinpath("vendors.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), dict[str, Mapped])


def readers(added: Mapping[str, Mapped]) -> Mapping[str, Reader]:
    """Everything that is known, those that administrators added over those that are shipped.

    @raise ValueError: a pattern is none.
    """
    return {name: Reader(name, mapped) for name, mapped in {**shipped(), **added}.items()}


def check_mapped(mapped: Mapped) -> Iterator[Problem]:
    """What is wrong with a way to read certificates."""
    if not mapped.forms:
        yield Problem(".forms", "holds no form", "one at least")
    for kind, forms in (("forms", mapped.forms), ("generic", mapped.generic)):
        for number, form in enumerate(forms):
            yield from _check_form(f".{kind}[{number}]", form, naming=kind == "forms")


def _check_form(path: str, form: Form, *, naming: bool) -> Iterator[Problem]:
    groups: set[str] = set()
    if not form:
        yield Problem(path, "names no attribute", ", ".join(sorted(ATTRIBUTES)))
    for attribute, pattern in form.items():
        if attribute not in ATTRIBUTES:
            known = ", ".join(sorted(ATTRIBUTES))
            yield Problem(f"{path}.{attribute}", "is no attribute that is read", known)
        try:
            groups.update(compile_groups(pattern).names)
        except ValueError as error:
            yield Problem(f"{path}.{attribute}", str(error), "a pattern")
    if naming:
        yield from _check_groups(path, groups)


def _check_groups(path: str, groups: Iterable[str]) -> Iterator[Problem]:
    unknown = sorted(set(groups) - FACTS)
    if unknown:
        yield Problem(path, f"has a group {unknown[0]}", "mac, sn or model")
    if not {"mac", "sn"} & set(groups):
        yield Problem(path, "names no box", "a group mac or sn: (?P<mac>[0-9a-f]{12})")
