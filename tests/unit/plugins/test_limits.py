"""What a template may cost, and where it may reach."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import TemplateError, UndefinedError
from jinja2.exceptions import SecurityError

from provd.plugins.render import LONGEST_TEXT, NotPrintable, TooMuchWork
from provd.testing.kitchen import Kitchen
from provd.values import Format

LINES, XML, JSON = Format.LINES, Format.XML, Format.JSON


@pytest.fixture(scope="module")
def cook(tmp_path_factory: pytest.TempPathFactory) -> Kitchen:
    """Renders a source."""
    return Kitchen(tmp_path_factory.mktemp("templates"))


BOMBS = [
    "{{ 'a' * 900000000 }}",
    "{{ 900000000 * 'a' }}",
    "{{ ('a' * 1000000) * 1000000 }}",
    "{{ [0] * 900000000 }}",
    "{{ '%900000000d' % 1 }}",
    "{{ '%*d' % (900000000, 1) }}",
    "{{ '%900000000d'|format(1) }}",
    "{{ '{:900000000}'.format(1) }}",
    "{{ '{:{w}}'.format(1, w=900000000) }}",
    "{{ '{x:900000000}'.format_map({'x': 1}) }}",
    "{{ 'a'|center(900000000) }}",
    "{{ 'a'.ljust(900000000) }}",
    "{{ 'a'.zfill(900000000) }}",
    "{{ 'a\nb'|indent(900000000) }}",
    "{{ 'a\nb'|indent('x' * 1000000) }}",
    "{{ ('a' * 1000000).replace('a', 'b' * 1000000) }}",
    "{{ ('a' * 1000000)|replace('a', 'b' * 1000000) }}",
    "{{ ('a' * 1000000).join(['b'] * 10000) }}",
    "{{ v.join(['b'] * 9999) }}",
    "{{ v.replace('v', v) }}",
    "{{ 'abc'.replace('', v) * 99 }}",
    "{{ v|replace('v', v) }}",
    "{% for a in [1, 2]|map('string') %}{% for b in [v, v, v, v] %}{{ b }}{{ b }}{{ b }}{% endfor %}{% endfor %}",
    "{% for a in range(999) %}{{ v == v ~ '' }}{% endfor %}",
    "{% for a in range(999) %}{{ a in v }}{{ 'x' in v }}{% endfor %}",
    "{% for a in range(999) %}{{ v is eq w }}{{ v.find('x') }}{% endfor %}",
    "{% for a in range(999) %}{{ v }}{% endfor %}",
    "{{ ['b' * 1000] * 10000 }}{{ (['b' * 1000] * 10000)|join }}",
    "{{ 2 ** 900000000 }}",
    "{{ 2 ** (2 ** (2 ** (2 ** (2 ** 2)))) }}",
    "{% set ns = namespace(n=3) %}{% for i in range(99) %}{% set ns.n = ns.n * ns.n %}{% endfor %}",
    "{{ 1.5|round(900000000, 'ceil') }}",
    "{{ range(900000000)|list }}",
    "{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}",
    "{% for a in range(9999) %}{% for b in range(9999) if false %}{% endfor %}{% endfor %}",
    "{% for a in range(9999) recursive %}{{ loop(range(9999)) }}{% endfor %}",
    "{% for a in range(9999)|map('string') %}{% for b in range(9999)|map('string') %}{% endfor %}{% endfor %}",
    "{% macro m() %}{{ m() }}{{ m() }}{% endmacro %}{{ m() }}",
    "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(40) }}",
    "{% include 'main' %}{% include 'main' %}",
    "{% extends 'main' %}",
    "{% import 'main' as m %}{{ m.x }}",
    "{% set a = ['x'] %}" + "{% set a = [a, a, a, a, a, a, a, a] %}" * 12 + "{{ a == a }}",
    "{% set a = 'x' * 1000 %}" + "{% set a = a ~ a %}" * 30,
    "{% set a = 'x' * 1000 %}" + "{% set a = a + a %}" * 30,
    "{% set a %}" + "x" * 1000 + "{% endset %}" + "{% set a = a ~ a %}" * 30,
    "{% set a = [1] %}" + "{% set a = a + a %}" * 30,
    "{% set ns = namespace(a='x' * 999) %}{% for i in range(9999) %}{% set ns.a = ns.a ~ ns.a %}{% endfor %}",
    "{% for a in range(9999) %}{{ 'x' * 9999 }}{% endfor %}",
    "{% for a in range(9999) %}" + "x" * 9999 + "{% endfor %}",
    "{{ dict(a=range(9999)|list, b=range(9999)|list, **{}) == 1 }}{{ [range(9999)|list] * 999 == 1 }}",
    "{{ ([range(9999)|list] * 999)|sum(start=[]) }}",
    "{{ (range(9999)|map(attribute='x', default=['y' * 9999]))|list }}",
]


@pytest.mark.parametrize("source", BOMBS, ids=[bomb[:60] for bomb in BOMBS])
@pytest.mark.parametrize("format", [LINES, XML, JSON])
def test_no_template_holds_up_the_phones(cook: Kitchen, source: str, format: Format) -> None:  # noqa: A002
    """A template that asks for too much is stopped before it gets it."""
    with pytest.raises(Exception) as stopped:  # noqa: PT011 - one of the kinds below
        cook(source, format, v="v" * 200_000, w="v" * 199_999 + "w")
    expected = (TooMuchWork, RecursionError, NotPrintable, SecurityError, TypeError, ValueError)
    named = {"UnknownArgument", "UndefinedError"}
    assert isinstance(stopped.value, expected) or type(stopped.value).__name__ in named
    assert cook("still {{ v }}", v="here") == "still here"


def test_a_large_phone_fits(cook: Kitchen) -> None:
    """Two thousand values, ten times what the largest phones take, are within what a file may cost."""
    source = "{% for l in lines %}{% for k, v in l.items() %}line{{ l.n }} {{ k }}: {{ v }}\n{% endfor %}{% endfor %}"
    lines = [{"n": n} | {f"key{k}": f"value {k}" for k in range(20)} for n in range(100)]
    assert len(cook(source, lines=lines).splitlines()) == 100 * 21


def test_a_file_has_a_largest_size(cook: Kitchen) -> None:
    """One character more is one too many."""
    assert len(cook("a:{{ v }}", v="x" * (LONGEST_TEXT - 2))) == LONGEST_TEXT
    with pytest.raises(TooMuchWork):
        cook("a:{{ v }}", v="x" * (LONGEST_TEXT - 1))


@pytest.mark.parametrize(
    "source",
    [
        "{{ v.__class__ }}",
        "{{ v['__class__'] }}",
        "{{ ''.__class__.__mro__ }}",
        "{{ range.__globals__ }}",
        "{{ '{0.__class__}'.format(v) }}",
        "{{ w.append(1) }}",
        "{{ w.clear() }}",
        "{{ x.update({'a': 1}) }}",
        "{{ x.pop('a') }}",
        "{{ v.encode() }}",
        "{{ v.translate({}) }}",
        "{{ (1).to_bytes(4) }}",
        "{{ x.fromkeys([1]) }}",
        "{{ cycler.__init__.__globals__ }}",
        "{{ self.__class__ }}",
        "{{ m.__func__ }}",
    ],
)
def test_there_is_no_way_out(cook: Kitchen, source: str) -> None:
    """Neither Python's insides nor the means to change what others will see."""
    given_list, given_object = [0], {"a": 0}
    with pytest.raises((SecurityError, UndefinedError, TypeError)):
        cook(source, v="text", w=given_list, x=given_object, m=cook.file)
    assert (given_list, given_object) == ([0], {"a": 0})


@pytest.mark.parametrize(
    "source",
    [
        "{% filter upper %}{% endfilter %}",
        "{% set a | upper %}{% endset %}",
        "{% autoescape false %}{% endautoescape %}",
    ],
)
def test_what_would_go_around_escaping_is_no_syntax(cook: Kitchen, source: str) -> None:
    """The author is told when the template is compiled."""
    with pytest.raises(TemplateError):
        cook(source)


@given(source=st.text(alphabet="{}%#'\"<>ab.|()[]*~+- \n=:", max_size=60))
def test_any_source_renders_or_fails_in_the_open(cook: Kitchen, source: str) -> None:
    """Whatever a template looks like, it fails with an Exception or writes text."""
    try:
        text = cook(source, a="1", b={"a": 2})
    except Exception as error:  # noqa: BLE001 - any Exception will do; what must not happen is a hang or a crash
        assert str(error) is not None  # noqa: PT017
    else:
        assert isinstance(text, str)
