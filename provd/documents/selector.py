"""The selector language: which documents a query is about.

A selector is a JSON object; all of its entries must hold.  A key is a dotted path
(`raw_config.sip_lines.1.proxy_ip`); a value is either any JSON value, for equality, or an object
with a `$` key, whose operators must all hold:

========================  ==========================================================
`$in: [..]`               some value at the path is in the list
`$nin: [..]`              no value at the path is in the list (a missing one is not)
`$contains: x`            x is an element of the list, a key of the object, or part of the text
`$lacks: [..]`            the opposite for each of the list
`$gt $ge $lt $le: x`      compares within one type; another type does not match
`$eq: x`                  some value at the path equals x
`$ne: x`                  no value at the path equals x (a missing one does not)
`$re: "pattern"`          the pattern (RE2) is found in a text of 4096 characters at most
`$natural: {..}`          holds `$gt $ge $lt $le` that compare texts as version numbers
`$any: [{..}, ..]`        one of these objects of operators holds
`$exists: true|false`     there is, or is not, a value at the path
========================  ==========================================================

A list equals only an equal list: its elements are asked for with `$contains`.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from provd.documents.natural import natural_key
from provd.documents.ordering import compares, same
from provd.documents.paths import Path, values_at
from provd.documents.regex import compile_pattern
from provd.values import MalformedSelector

MAX_TERMS = 256
"""The most conditions in one selector, and the most alternatives in one `$in` or `$nin` is 64 times that."""

_MAX_ALTERNATIVES = 64 * MAX_TERMS

Test = Callable[[Sequence[Any]], bool]
"""Whether the values found at a path satisfy one operator."""


class Selector:
    """A compiled selector. Immutable; made by `compile_selector`."""

    __slots__ = ("_equalities", "_parts", "_terms", "conditions", "keys")

    def __init__(
        self,
        terms: Sequence[tuple[Path, Test]],
        equalities: Mapping[str, Sequence[Any]],
        parts: Mapping[str, Any],
    ) -> None:
        self._terms = tuple(terms)
        self._equalities = equalities
        self._parts = parts
        self.conditions = len(self._terms)
        """How many there are: where indexes answer as many of them, they answer everything."""
        self.keys: frozenset[str] = frozenset(path[0] for path, _test in terms)
        """The top-level keys that decide; nothing else of a document needs to be there."""

    def matches(self, document: Mapping[str, Any]) -> bool:
        """Whether a document (as `to_dict` gives it) is selected."""
        return all(test(values_at(path, document)) for path, test in self._terms)

    def equalities(self) -> Mapping[str, Sequence[Any]]:
        """For an index: path → the values, one of which a matching document must hold there.

        Each is one condition.
        """
        return self._equalities

    def contained(self) -> Mapping[str, Any]:
        """For an index of lists: path → a value that a matching document's list must contain.

        Each is one condition.
        """
        return self._parts


def compile_selector(selector: Mapping[str, Any]) -> Selector:
    """Understand a selector once, to match many documents.

    @raise MalformedSelector: an unknown operator, a wrong operand, an empty path component.
    """
    if len(selector) > MAX_TERMS:
        raise MalformedSelector("", f"{len(selector)} conditions are more than {MAX_TERMS}")
    terms: list[tuple[Path, Test]] = []
    equalities: dict[str, Sequence[Any]] = {}
    parts: dict[str, Any] = {}
    for key, value in selector.items():
        path = _path(key)
        if not _is_operators(value):
            terms.append((path, partial(_equals, value)))
            equalities[key] = (value,)
            continue
        for name, operand in value.items():
            terms.append((path, _operator(key, name, operand)))
        if "$in" in value:
            equalities[key] = value["$in"]
        elif "$eq" in value:
            equalities[key] = (value["$eq"],)
        if "$contains" in value:
            parts[key] = value["$contains"]
    return Selector(terms, equalities, parts)


def _path(key: object) -> Path:
    if not isinstance(key, str) or not all(parts := tuple(key.split("."))):
        raise MalformedSelector(str(key), "a key is a dotted path without empty components")
    if key.startswith("$"):
        raise MalformedSelector(
            key, "an operator stands in an object behind a path, not in its place"
        )
    return parts


def _is_operators(value: object) -> bool:
    return isinstance(value, dict) and any(str(name).startswith("$") for name in value)


def _operator(path: str, name: str, operand: Any) -> Test:
    make = _OPERATORS.get(name)
    if make is None:
        known = " ".join(_OPERATORS)
        raise MalformedSelector(path, f"{name!r} is not an operator; there are {known}")
    return make(path, name, operand)


def _equals(wanted: Any, values: Sequence[Any]) -> bool:
    return any(same(value, wanted) for value in values)


def _differs(wanted: Any, values: Sequence[Any]) -> bool:
    return not _equals(wanted, values)


class _Alternatives:
    """The list of an `$in`: plain values are one look-up, however many there are."""

    __slots__ = ("_nested", "_plain")

    def __init__(self, values: Sequence[Any]) -> None:
        nested = [value for value in values if isinstance(value, list | tuple | dict)]
        self._nested = nested
        self._plain = {
            (type(value) is bool, value)
            for value in values
            if not isinstance(value, list | tuple | dict)
        }

    def has(self, value: Any) -> bool:
        if isinstance(value, list | dict):
            return any(same(value, each) for each in self._nested)
        return (type(value) is bool, value) in self._plain


def _one_of(wanted: _Alternatives, values: Sequence[Any]) -> bool:
    return any(wanted.has(value) for value in values)


def _none_of(wanted: _Alternatives, values: Sequence[Any]) -> bool:
    return not _one_of(wanted, values)


def _contains(part: Any, values: Sequence[Any]) -> bool:
    return any(_holds(value, part) for value in values)


def _holds(value: Any, part: Any) -> bool:
    if isinstance(value, list):
        return any(same(element, part) for element in value)
    return isinstance(value, str | dict) and isinstance(part, str) and part in value


def _compares(holds: Callable[[Any, Any], bool], operand: Any, values: Sequence[Any]) -> bool:
    return any(compares(holds, value, operand) for value in values)


def _present(wanted: bool, values: Sequence[Any]) -> bool:  # noqa: FBT001 - bound by name below
    return bool(values) is wanted


def _taking_any(test: Callable[[Any, Sequence[Any]], bool]) -> Callable[[str, str, Any], Test]:
    return lambda _path, _name, operand: partial(test, operand)


def _taking_list(
    test: Callable[[_Alternatives, Sequence[Any]], bool],
) -> Callable[[str, str, Any], Test]:
    def make(path: str, name: str, operand: Any) -> Test:
        if not isinstance(operand, list | tuple):
            raise MalformedSelector(path, f"{name} takes a list, not {operand!r}")
        if len(operand) > _MAX_ALTERNATIVES:
            raise MalformedSelector(path, f"{name} takes at most {_MAX_ALTERNATIVES} values")
        return partial(test, _Alternatives(operand))

    return make


def _taking_parts(path: str, name: str, operand: Any) -> Test:
    if not isinstance(operand, list | tuple) or len(operand) > MAX_TERMS:
        raise MalformedSelector(path, f"{name} takes a list of at most {MAX_TERMS} values")
    return lambda values: not any(_contains(part, values) for part in operand)


def _taking_bool(path: str, name: str, operand: Any) -> Test:
    if not isinstance(operand, bool):
        raise MalformedSelector(path, f"{name} takes true or false, not {operand!r}")
    return partial(_present, operand)


def _taking_comparable(
    holds: Callable[[Any, Any], bool],
) -> Callable[[str, str, Any], Test]:
    def make(path: str, name: str, operand: Any) -> Test:
        if operand is None or isinstance(operand, dict):
            raise MalformedSelector(path, f"{name} takes a value that has an order")
        return partial(_compares, holds, operand)

    return make


def _taking_pattern(path: str, name: str, operand: Any) -> Test:
    if not isinstance(operand, str):
        raise MalformedSelector(path, f"{name} takes a text, not {operand!r}")
    try:
        found = compile_pattern(operand)
    except ValueError as error:
        raise MalformedSelector(path, f"{name}: {error}") from error
    return lambda values: any(map(found, values))


def _taking_alternatives(path: str, name: str, operand: Any) -> Test:
    if not isinstance(operand, list | tuple) or not all(map(_is_operators, operand)):
        raise MalformedSelector(path, f"{name} takes a list of objects of operators")
    if len(operand) > MAX_TERMS:
        raise MalformedSelector(path, f"{name} takes at most {MAX_TERMS} alternatives")
    tests = [
        tuple(_operator(path, key, value) for key, value in each.items() if _not_deeper(path, key))
        for each in operand
    ]
    return lambda values: any(all(test(values) for test in every) for every in tests)


def _not_deeper(path: str, name: str) -> bool:
    """Alternatives stand in no alternatives: what is compiled recurses no deeper than that."""
    if name == "$any":
        raise MalformedSelector(path, "$any stands in another $any")
    return True


_RELATIONS = {"$gt": operator.gt, "$ge": operator.ge, "$lt": operator.lt, "$le": operator.le}


def _taking_versions(path: str, name: str, operand: Any) -> Test:
    if not isinstance(operand, dict) or not all(
        relation in _RELATIONS and isinstance(version, str) for relation, version in operand.items()
    ):
        raise MalformedSelector(path, f"{name} takes an object of $gt $ge $lt $le with texts")
    bounds = [(_RELATIONS[each], natural_key(version)) for each, version in operand.items()]
    return lambda values: any(
        isinstance(value, str) and all(holds(natural_key(value), key) for holds, key in bounds)
        for value in values
    )


_OPERATORS: dict[str, Callable[[str, str, Any], Test]] = {
    "$in": _taking_list(_one_of),
    "$nin": _taking_list(_none_of),
    "$contains": _taking_any(_contains),
    "$lacks": _taking_parts,
    "$gt": _taking_comparable(operator.gt),
    "$ge": _taking_comparable(operator.ge),
    "$lt": _taking_comparable(operator.lt),
    "$le": _taking_comparable(operator.le),
    "$eq": _taking_any(_equals),
    "$ne": _taking_any(_differs),
    "$exists": _taking_bool,
    "$re": _taking_pattern,
    "$natural": _taking_versions,
    "$any": _taking_alternatives,
}
