"""The place templates run in: no way out, nothing free of charge, every value escaped.

jinja2's own sandbox keeps templates away from Python's insides.  Three things are added.  *Work* is
metered (see `_meter`): loops pay for their length, operators and methods for what they make, blocks
and macros for their own weight.  *Escaping* happens where a value is written and nowhere else, by the
format of the file (see `_escape`).  *Names*: no clock, no dice, no template text out of values.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from types import BuiltinMethodType
from typing import Any

from jinja2 import BaseLoader
from jinja2.environment import Template
from jinja2.ext import Extension
from jinja2.lexer import TokenStream
from jinja2.runtime import Context, LoopContext, Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment, SandboxedFormatter
from jinja2.utils import Cycler, Joiner, Namespace
from markupsafe import Markup

from provd.plugins.render._code import MeteredCode
from provd.plugins.render._escape import ESCAPES, plain_text
from provd.plugins.render._filters import (
    build_filters,
    build_tests,
    check_conversions,
    check_replacement,
    check_width,
)
from provd.plugins.render._meter import (
    CALL,
    LONGEST_RANGE,
    SHORT,
    WIDEST,
    Meter,
    TooMuchWork,
    check_length,
)
from provd.plugins.render._places import PLACES, mark_places
from provd.values import Format

TEXT_METHODS = frozenset(
    "capitalize casefold center count endswith find format format_map index isalnum isalpha isdecimal"
    " isdigit islower isnumeric isspace istitle isupper join ljust lower lstrip partition removeprefix"
    " removesuffix replace rfind rindex rjust rpartition rsplit rstrip split splitlines startswith strip"
    " swapcase title upper zfill".split()
)
OBJECT_METHODS = frozenset({"get", "items", "keys", "values"})
LIST_METHODS = frozenset({"count", "index"})
_PADDING = frozenset({"center", "ljust", "rjust", "zfill"})

Replacement = Callable[..., Any]


class Missing(Undefined):
    """A variable that does not exist: false, empty, equal to nothing; writing it is an error.

    `is defined` and `|d` work as everywhere.  An old template may ask `{% if sip_proxy_ip %}`; a file
    with a hole where a value should stand is never served.
    """

    __slots__ = ()

    def __str__(self) -> str:
        return self._fail_with_undefined_error()


class _Places(Extension):
    """Marks the values of a template by the place where they stand."""

    def filter_stream(self, stream: TokenStream) -> TokenStream:
        """Called by jinja2 with the tokens of each template."""
        environment: Any = self.environment
        place = PLACES[environment.format]()
        return TokenStream(mark_places(stream, place), stream.name, stream.filename)


class _Formatter(SandboxedFormatter):
    """`str.format` without wide padding and without the insides of lists."""

    def format_field(self, value: Any, format_spec: str) -> Any:
        """One field; `{:c}` would make characters of numbers."""
        if re.search(r"\d{4,}|c$", format_spec):
            raise TooMuchWork("a field wider than 999, or one that makes characters of numbers")
        plain_text(value)
        return super().format_field(value, format_spec)


class Sandbox(ImmutableSandboxedEnvironment):
    """One plugin's templates of one format."""

    code_generator_class = MeteredCode
    intercepted_binops = frozenset({"+", "*", "%", "**"})

    def __init__(self, format: Format, loader: BaseLoader, meter: Meter) -> None:  # noqa: A002 - as in the sdk
        """Build an environment whose templates come from `loader` and pay `meter`."""
        self.format = format
        self.meter = meter
        super().__init__(
            loader=loader,
            autoescape=True,
            undefined=Missing,
            finalize=self._paid(ESCAPES[format]),
            extensions=[_Places],
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            auto_reload=False,
            cache_size=-1,
        )
        self.filters = build_filters(meter, is_json=format is Format.JSON)
        self.tests.update(build_tests(meter))
        self.globals = {
            "range": self._range,
            "dict": dict,
            "namespace": Namespace,
            "cycler": Cycler,
            "joiner": Joiner,
        }
        self._operators: dict[str, Replacement] = {
            "+": self._plus,
            "*": self._times,
            "%": self._modulo,
            "**": self._power,
        }

    def _paid(self, escape: Callable[[Any], str]) -> Callable[[Any], str]:
        """Escaping, paid for where it takes time."""
        meter = self.meter

        def written(value: Any) -> str:
            text = escape(value)
            if len(text) > SHORT:
                meter.text(len(text))
            return text

        return written

    def write(self, template: Template, variables: Mapping[str, Any]) -> str:
        """Render a whole file.

        @raise TooMuchWork: the template asks for more than one file may cost.
        @raise Exception: whatever a template can do wrong, its own line in the traceback.
        """
        self.meter.restart()
        try:
            return self.concat(template.root_render_func(template.new_context(dict(variables))))
        except Exception:  # noqa: BLE001 - raised again at once, with the template's own lines
            self.handle_exception()

    def concat(self, chunks: Any) -> str:
        """Everything a part of a template wrote, paid for before it is joined."""
        pieces = chunks if isinstance(chunks, list) else list(chunks)
        self.meter.text(sum(map(len, pieces)))
        return "".join(pieces)

    def joined(self, parts: Sequence[Any]) -> str:
        """`a ~ b`: a text; written text if any part of it is, and then the others are escaped."""
        if any(isinstance(part, Markup) for part in parts):
            return Markup(self.concat([self.finalize(part) for part in parts]))  # type: ignore[misc]  # noqa: S704 - escaped just here; finalize is set above
        return self.concat([plain_text(part) for part in parts])

    def sliced(self, arguments: tuple[Any, Any, Any, Any]) -> Any:
        """`value[start:stop:step]`: of what a macro wrote, a slice is text like any other."""
        value, start, stop, step = arguments
        value = str(value) if isinstance(value, Markup) else value
        self.meter.size(value)
        return value[start:stop:step]

    def compared(self, values: tuple[Any]) -> Any:
        """A value that is compared or searched."""
        self.meter.compare(values[0])
        return values[0]

    def weighed(self, container: Any) -> Any:
        """A list or object that the template has just built."""
        self.meter.weigh(container)
        return container

    def getattr(self, obj: Any, attribute: str) -> Any:
        """`value.name`; for objects the key comes before what Python's dict can do, as far as it may."""
        if type(obj) is dict and attribute not in OBJECT_METHODS:
            try:
                return obj[attribute]
            except KeyError:
                return self.undefined(obj=obj, name=attribute)
        return super().getattr(str(obj) if isinstance(obj, Markup) else obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """`value[key]`."""
        return super().getitem(str(obj) if isinstance(obj, Markup) else obj, argument)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Methods of texts, lists and objects by name; of everything else what jinja2 allows."""
        if isinstance(obj, str):
            return attr in TEXT_METHODS
        if isinstance(obj, Mapping):
            return attr in OBJECT_METHODS
        if isinstance(obj, list | tuple):
            return attr in LIST_METHODS
        return super().is_safe_attribute(obj, attr, value) and not isinstance(obj, int | float)

    def call(self, context: Context, obj: Any, /, *args: Any, **kwargs: Any) -> Any:
        """`name(...)`: pays for the call, and for what comes of it."""
        self.meter.spend(CALL)
        for arg in args:
            self.meter.compare(arg)
        if isinstance(obj, BuiltinMethodType) and isinstance(obj.__self__, str):
            self.meter.size(obj.__self__)
            args = self._check_text_method(obj.__name__, obj.__self__, args)
        result = super().call(context, obj, *args, **kwargs)
        if obj is dict or isinstance(obj, LoopContext):
            self.meter.weigh(result)
        elif isinstance(result, str | list):
            self.meter.size(result)
        return result

    def _check_text_method(self, name: str, text: str, args: tuple[Any, ...]) -> tuple[Any, ...]:
        if name in _PADDING and args:
            check_width(args[0])
        elif name == "replace" and len(args) > 1:
            check_replacement(text, plain_text(args[0]), plain_text(args[1]))
        elif name == "join" and args:
            parts = [plain_text(part) for part in args[0]]
            self.meter.text(sum(map(len, parts)) + len(text) * len(parts))
            return (parts,)
        return args

    def wrap_str_format(self, value: Any) -> Callable[..., str] | None:
        """`text.format(...)`, with the formatter above."""
        if not isinstance(value, BuiltinMethodType) or value.__name__ not in {
            "format",
            "format_map",
        }:
            return None
        text = value.__self__
        if not isinstance(text, str):
            return None
        formatter, pattern = _Formatter(self), str(text)
        if value.__name__ == "format_map":
            return lambda mapping: formatter.vformat(pattern, (), mapping)
        return lambda *args, **kwargs: formatter.vformat(pattern, args, kwargs)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """An operator that can make much of little."""
        self.meter.spend(1)
        return self._operators[operator](left, right)

    def _plus(self, left: Any, right: Any) -> Any:
        if isinstance(left, str) and isinstance(right, str):
            return self.joined((left, right))
        total = left + right
        if isinstance(total, list | tuple):
            self.meter.weigh(total)
        return total

    def _times(self, left: Any, right: Any) -> Any:
        for many, times in ((left, right), (right, left)):
            if isinstance(many, str | list | tuple):
                check_length(len(many) * max(times, 0))
                plain = str(many) if isinstance(many, str) else many
                self.meter.spend(len(many) * max(times, 0))
                return self.weighed(plain * times)
        _check_number(left, right)
        return left * right

    def _modulo(self, left: Any, right: Any) -> Any:
        if not isinstance(left, str):
            return left % right
        check_conversions(left, right)
        return self.concat([str(left) % right])

    def _power(self, left: Any, right: Any) -> Any:
        if isinstance(left, int) and isinstance(right, int) and left.bit_length() * right > WIDEST:
            raise TooMuchWork(f"a number of more than {WIDEST} bits")
        return left**right

    def _range(self, *window: int) -> range:
        numbers = range(*window)
        if len(numbers) > LONGEST_RANGE:
            raise TooMuchWork(f"a range of more than {LONGEST_RANGE} numbers")
        return numbers


def _check_number(left: Any, right: Any) -> None:
    if (
        isinstance(left, int)
        and isinstance(right, int)
        and (left.bit_length() + right.bit_length() > WIDEST)
    ):
        raise TooMuchWork(f"a number of more than {WIDEST} bits")
