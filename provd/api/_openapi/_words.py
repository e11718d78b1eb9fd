"""What the fields of a Struct are documented as: the text below each, read off its source."""

from __future__ import annotations

import ast
import inspect
import itertools
import textwrap
from collections.abc import Iterator, Mapping
from functools import cache

from msgspec import Struct


@cache
def words_of(type_: type[Struct]) -> Mapping[str, str]:
    """The documentation of each field that has one; that of a base class counts, too."""
    found: dict[str, str] = {}
    for each in reversed(type_.__mro__):
        if issubclass(each, Struct) and each is not Struct:
            found.update(_fields(each))
    return found


def _fields(type_: type) -> Iterator[tuple[str, str]]:
    [definition] = ast.parse(textwrap.dedent(inspect.getsource(type_))).body
    assert isinstance(definition, ast.ClassDef)  # noqa: S101 - the source of a class is a class
    body = definition.body
    for field, below in itertools.pairwise(body):
        match field, below:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                yield name, inspect.cleandoc(text).replace("\n", " ")


def first_words(type_: type) -> str:
    """The docstring of a class as one paragraph."""
    return " ".join(inspect.cleandoc(type_.__doc__ or "").split("\n\n")[0].split())
