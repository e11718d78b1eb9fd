"""The filters templates may use: all pure, none that amplifies without paying.

Not offered, on purpose: `safe`, `random`, `lipsum`, `attr`, `pprint`, `urlize`, `xmlattr`, `wordwrap`,
`batch`, `slice`, `groupby`, `forceescape`, `filesizeformat`, `striptags`.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from jinja2 import Undefined, pass_context, pass_environment
from jinja2.filters import FILTERS, make_attrgetter
from jinja2.tests import TESTS
from markupsafe import Markup

from provd.plugins.render._escape import json_value, line_key, plain_text, xml_name
from provd.plugins.render._meter import FILTER, WIDEST, Meter, TooMuchWork, check_length
from provd.values import ProvdError

Filter = Callable[..., Any]

_BORROWED = (
    "abs capitalize count d default dictsort first float int items last length list lower map max"
    " min reject rejectattr reverse select selectattr sort title trim truncate unique upper urlencode"
    " wordcount"
).split()
"""Filters that are jinja2's own; what they are given is charged by its length."""

_KEEP_MARKUP = frozenset({"d", "default", "first", "indent", "last", "string", "trim"})
"""Filters that pass on what a macro wrote; for the others it is text like any other."""

_FREE = frozenset(
    "abs count d default e escape float int length string _line_key _xml_name".split()
)
"""Filters whose work does not grow with what they are given, or is paid for when it is written."""

_WIDE_CONVERSION = re.compile(r"%[^%a-zA-Z]*(?:\d{4,}|\*)|%[^%a-zA-Z]*c")


def check_conversions(pattern: str, values: Any) -> None:
    """Refuse `%`-patterns that pad without measure, and values that are not text.

    @raise TooMuchWork: a width over 999, or one given apart.
    @raise provd.plugins.render.NotPrintable: a list or an object among the values.
    """
    if _WIDE_CONVERSION.search(pattern):
        raise TooMuchWork("a conversion wider than 999, or one that makes characters of numbers")
    if isinstance(values, dict):
        values = tuple(values.values())
    for value in values if isinstance(values, tuple) else (values,):
        plain_text(value)


def check_width(width: Any) -> None:
    """Refuse to pad without measure."""
    if isinstance(width, int) and width > WIDEST:
        raise TooMuchWork(f"a width of more than {WIDEST}")


def check_replacement(text: str, old: str, new: str) -> None:
    """Refuse a replacement that makes a text grow without measure."""
    if len(new) > len(old):
        check_length(text.count(old) * (len(new) - len(old)) + len(text))


def charged(name: str, wanted: Filter, meter: Meter) -> Filter:
    """A filter of jinja2 that pays for what it is given and for what it makes."""
    at = 1 if hasattr(wanted, "jinja_pass_arg") else 0

    @functools.wraps(wanted)
    def pays(*args: Any, **kwargs: Any) -> Any:
        value = args[at]
        if isinstance(value, Markup) and name not in _KEEP_MARKUP:
            value = str(value)
            args = (*args[:at], value, *args[at + 1 :])
        meter.spend(FILTER)
        meter.size(value)
        result = wanted(*args, **kwargs)
        if isinstance(result, str):
            meter.text(len(result))
        return result

    return pays


def _center(value: Any, width: int = 80) -> str:
    check_width(width)
    return plain_text(value).center(width)


def _escape(value: Any) -> str:
    """Nothing: every value is escaped where it is written, for the format of its file."""
    return plain_text(value)


def _format(pattern: Any, *args: Any, **kwargs: Any) -> str:
    values: Any = kwargs or args
    check_conversions(plain_text(pattern), values)
    return str(plain_text(pattern) % values)


def _indent(value: Any, width: int | str = 4, first: bool = False, blank: bool = False) -> str:  # noqa: FBT001, FBT002 - jinja2's own signature
    check_width(width)
    margin = plain_text(width) if isinstance(width, str) else " " * width
    lines = str(value).splitlines(keepends=True)
    check_length(len(lines) * len(margin))
    moved = [
        (margin if (number or first) and (blank or line.strip()) else "") + line
        for number, line in enumerate(lines)
    ]
    return Markup("".join(moved)) if isinstance(value, Markup) else "".join(moved)  # noqa: S704 - it was written by the template, and only moved


@pass_environment
def _join(environment: Any, values: Iterable[Any], d: Any = "", attribute: Any = None) -> str:
    if attribute is not None:
        values = map(make_attrgetter(environment, attribute), values)
    parts: list[Any] = []
    for value in values:
        environment.meter.spend(1)
        parts += [d, value] if parts else [value]
    text: str = environment.joined(parts)
    return text


@pass_context
def _map(context: Any, value: Any, *args: Any, **kwargs: Any) -> Any:
    if "default" in kwargs:
        raise UnknownArgument("map", "default")
    if hasattr(value, "__len__"):
        context.environment.meter.spend(FILTER * len(value))
    return FILTERS["map"](context, value, *args, **kwargs)


def _replace(value: Any, old: Any, new: Any, count: int = -1) -> str:
    text, old, new = plain_text(value), plain_text(old), plain_text(new)
    check_replacement(text, old, new)
    return text.replace(old, new, count)


def _round(value: Any, precision: int = 0, method: str = "common") -> Any:
    if abs(precision) > 20:
        raise TooMuchWork("a precision of more than 20 digits")
    return FILTERS["round"](value, precision, method)


@pass_environment
def _sum(environment: Any, values: Iterable[Any], attribute: Any = None, start: float = 0) -> Any:
    if attribute is not None:
        values = map(make_attrgetter(environment, attribute), values)
    return sum((value for value in values if isinstance(value, int | float)), start)


def _tojson(value: Any) -> str:
    """A value as JSON text: in a JSON file, what is printed is JSON without it."""
    return Markup(json_value(value))  # noqa: S704 - as a value of other formats it is text, see build_filters


def _tojson_text(value: Any) -> str:
    return str(json_value(value))


def _string(value: Any) -> str:
    return value if isinstance(value, Markup) else plain_text(value)


class UnknownArgument(ProvdError):
    """A filter is given something that provd's version of it does not take."""

    def __init__(self, name: str, argument: str) -> None:
        """Name both."""
        super().__init__(f"the filter {name} takes no {argument!r}")


_OWN: dict[str, Filter] = {
    "center": _center,
    "e": _escape,
    "escape": _escape,
    "format": _format,
    "indent": _indent,
    "join": _join,
    "map": _map,
    "replace": _replace,
    "round": _round,
    "string": _string,
    "sum": _sum,
    "_xml_name": xml_name,
    "_line_key": line_key,
}


def build_filters(meter: Meter, *, is_json: bool) -> dict[str, Filter]:
    """Every filter there is, paid for out of `meter`."""
    wanted = {name: FILTERS[name] for name in _BORROWED} | _OWN
    wanted["tojson"] = _tojson if is_json else _tojson_text
    return {
        **{
            name: function if name in _FREE else charged(name, function, meter)
            for name, function in wanted.items()
        },
        "_metered": _metered(meter),
        "_spend": meter.spend,
    }


_COMPARING = (
    "in",
    "eq",
    "==",
    "equalto",
    "ne",
    "!=",
    "lower",
    "upper",
    *"lt < lessthan le <= gt > greaterthan ge >=".split(),
)
"""Tests that go over what they are given."""


def build_tests(meter: Meter) -> dict[str, Filter]:
    """The tests that compare, paying for both sides."""

    def paying(test: Filter) -> Filter:
        def pays(*values: Any) -> Any:
            for value in values:
                meter.compare(value)
            return test(*values)

        return pays

    tests: Mapping[str, Any] = TESTS
    return {name: paying(tests[name]) for name in _COMPARING}


def _metered(meter: Meter) -> Filter:
    """What a loop goes over, paid for by its length and the weight of the loop's body."""

    def metered(values: Any, weight: int) -> Any:
        if isinstance(values, Undefined):
            return values
        if hasattr(values, "__len__"):
            meter.spend(weight * len(values))
            return values
        return _paying(values, weight, meter)

    return metered


def _paying(values: Iterable[Any], weight: int, meter: Meter) -> Iterable[Any]:
    for value in values:
        meter.spend(weight)
        yield value
