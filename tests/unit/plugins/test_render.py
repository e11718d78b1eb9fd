"""Templates: escaped for their format, metered, and shut in."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import TemplateError, UndefinedError

from provd.plugins.render import (
    Meter,
    NoSuchTemplate,
    NotPrintable,
    Templates,
    TemplateUnreadable,
    survey,
)
from provd.testing.kitchen import Kitchen
from provd.testing.plugin_shapes import line_shape, xml_shape
from provd.values import Format

LINES, INI, XML, JSON = Format.LINES, Format.INI, Format.XML, Format.JSON

EVIL = "a\r\nb: c=\"d'\\ <e f='g'>&]]>-->\0\x85\u2028\U0001f4de{{ 7 }}{% x"

any_value = st.text(max_size=40) | st.sampled_from(
    [
        "\n",
        "\r",
        "\v",
        "\f",
        "\x1c",
        "\x1d",
        "\x1e",
        "\x85",
        "\u2028",
        "\u2029",
        "\0",
        "\ud800",
        EVIL,
    ]
)


@pytest.fixture(scope="module")
def cook(tmp_path_factory: pytest.TempPathFactory) -> Kitchen:
    """Renders a source."""
    return Kitchen(tmp_path_factory.mktemp("templates"))


# Escaping.


@pytest.mark.parametrize(
    "template",
    [
        "user: {{ v }}\npass: {{ w }}\n",
        "user={{ v ~ w }}\n",
        "{{ v }}: {{ w }}\nnext: 1\n",
        "line{{ v }} name: {{ w }}\n",
        "# {{ v }}\na: {{ [v, w]|join(', ') }}\n",
        "[{{ v }}]\na = {{ v + w }}\n",
        "{% macro pair(a) %}k: {{ a }}\n{% endmacro %}{{ pair(v) }}{{ pair(w) }}",
        "{% set both %}{{ v }}\nb: {{ w }}{% endset %}a: {{ both }}\n",
        "a: {{ '%s %s'|format(v, w) }}\nb: {{ '{} {}'.format(v, w) }}\nc: {{ '%s' % v }}\n",
        "a: {{ v|upper }}\nb: {{ v|replace('a', w) }}\nc: {{ v|e }}\nd: {{ v|string|trim }}\n",
        "{% for x in [v, w] %}\na: {{ x|indent(2) }}\n{% endfor %}",
        "{% macro m(a) %}{{ a }}{% endmacro %}a: {{ m(v) ~ w }}\nb: {{ m(v)[1:] }}\nc: {{ m(v)|upper }}\n",
        "{% for c in v %}{% if loop.first %}a: {{ c }}\n{% endif %}{% endfor %}b: {{ v.split()|join }}\n",
    ],
)
@pytest.mark.parametrize("format", [LINES, INI])
def test_no_value_adds_a_line_or_a_key(cook: Kitchen, template: str, format: Format) -> None:  # noqa: A002
    """However a template puts its values together, lines and keys are those it wrote."""

    @settings(max_examples=40)
    @given(any_value, any_value)
    def holds(v: str, w: str) -> None:
        shape = line_shape(cook(template, format, v="x" + v, w="x" + w))
        plain = line_shape(cook(template, format, v="xy", w="xz"))
        assert len(shape) == len(plain)
        if not template.startswith(("{{", "line{{")):
            assert shape == plain

    holds()


@pytest.mark.parametrize(
    "template",
    [
        "<a><b c='{{ v }}' d=\"{{ w }}\">{{ v }}{{ w }}</b></a>",
        "<a><!-- {{ v }} --><![CDATA[ {{ v }} ]]><?p {{ w }}?>{{ v ~ w }}</a>",
        "<a><x{{ v }} b{{ w }}='1'>{{ v|e }}</x{{ v }}></a>",
        "{% macro m(a) %}<b c='{{ a }}'>{{ a }}</b>{% endmacro %}<a>{{ m(v) }}{{ m(v) ~ w }}{{ m(w)[:9] }}</a>",
        "{% set s %}<b>{{ v }}</b>{% endset %}<a>{{ s }}{{ s|upper }}{{ s|replace('b', w) }}</a>",
        "<a {% if v %}b='{{ v }}'{% endif %}>{{ v|tojson }}{{ '<%s>' % v }}{{ '<{}>'.format(w) }}</a>",
        "<a>{% for x in [v, w] %}<b>{{ x|truncate(5) }}{{ [x, w]|join('<') }}</b>{% endfor %}</a>",
        "<?xml version='1.0'?>\n<a b='>{{ v }}' c=\"'{{ w }}\">{{ (v|e)[:3] }}</a>",
        "<a>{% macro m(a) %}{{ a }}{% endmacro %}<b c='{{ m(v) }}'/><d>{{ m(w)|indent }}</d></a>",
    ],
)
def test_no_value_adds_an_element_or_an_attribute(cook: Kitchen, template: str) -> None:
    """The document is well-formed, and has the elements, attributes and lines of its template."""

    @settings(max_examples=40)
    @given(any_value, any_value)
    def holds(v: str, w: str) -> None:
        shape = xml_shape(cook(template, XML, v="x" + v, w="x" + w))
        plain = xml_shape(cook(template, XML, v="xy", w="xz"))
        assert len(shape) == len(plain)
        if "<x{{" not in template:
            assert shape == plain

    holds()


@given(v=any_value)
def test_xml_gives_values_back(cook: Kitchen, v: str) -> None:
    """A parser reads what the document held, less what XML cannot hold."""
    root = ET.fromstring(cook("<a b='{{ v }}'>{{ v }}</a>", XML, v=v))
    allowed = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", "", v)
    assert (root.text or "") == allowed
    assert root.get("b") == allowed


@given(v=any_value, w=st.lists(any_value | st.integers() | st.none() | st.booleans()))
def test_json_gives_values_back(cook: Kitchen, v: str, w: list[object]) -> None:
    """Every value is one JSON value, lists and objects included, in one line of ASCII."""
    template = '{"a": {{ v }}, "b": {{ w }}, "c": {{ {"d": v}|tojson }}, "e": {{ v ~ v }}}'
    text = cook(template, JSON, v=v, w=w)
    assert json.loads(text) == {"a": v, "b": w, "c": {"d": v}, "e": v + v}
    assert text.isascii()
    assert len(text.splitlines()) == 1


def test_null_is_nothing_and_truth_is_a_word(cook: Kitchen) -> None:
    """None leaves its place empty, but in JSON."""
    assert cook("a: {{ v }}", v=None) == "a: "
    assert cook("{{ v }} {{ w }}", JSON, v=None, w=True) == "null true"


def test_a_list_is_not_text(cook: Kitchen) -> None:
    """A file of lines or XML has no place for what Python would print."""
    for source in ("a: {{ v }}", "a: {{ v ~ 1 }}", "a: {{ '%s' % v }}", "a: {{ '{}'.format(v) }}"):
        with pytest.raises(NotPrintable):
            cook(source, v=[1])


# What does not exist.


def test_what_is_missing_is_false_but_not_written(cook: Kitchen) -> None:
    """A template may ask for anything; a hole in a file is an error that names the variable."""
    assert cook("{% if v or v.items %}{% endif %}" if False else "{% if v %}a{% endif %}") == ""
    assert cook("{{ v|d('x') }}{{ v is defined }}{{ v == 'SIP' }}") == "xFalseFalse"
    assert cook("{% for a in v %}{{ a }}{% endfor %}") == ""
    for source in ("{{ v }}", "{{ v.a }}", "{{ w.a }}", "{{ v ~ 'x' }}"):
        for format in (LINES, XML, JSON):  # noqa: A001
            with pytest.raises(UndefinedError):
                cook(source, format, w={})


def test_names_that_would_make_two_renderings_differ_do_not_exist(cook: Kitchen) -> None:
    """No clock, no dice, no text out of nowhere: the cache depends on it."""
    for name in ("now", "lipsum", "time", "self.x", "random"):
        with pytest.raises((UndefinedError, TemplateError)):
            cook(f"{{{{ {name}() }}}}")
    for name in ("random", "safe", "attr", "pprint", "xmlattr", "urlize", "batch", "slice"):
        with pytest.raises(TemplateError):
            cook(f"{{{{ v|{name} }}}}", v="x")


# Files.


def test_overrides_come_first_and_can_build_on_what_is_shipped(tmp_path: Path) -> None:
    """An override hides the plugin's template of the same name, and reaches it as shipped/<name>."""
    for name, text in {
        "templates/base.tpl": "a{% block x %}b{% endblock %}c",
        "templates/models/deep.tpl": "deep",
        "overrides/base.tpl": "{% extends 'shipped/base.tpl' %}{% block x %}B{% endblock %}",
        "overrides/.hidden.tpl": "",
        "overrides/old.tpl~": "",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    templates = Templates(survey(tmp_path / "overrides", tmp_path / "templates"), Meter())
    assert templates.names == ["base.tpl", "models/deep.tpl"]
    assert templates.render("base.tpl", LINES, {}) == b"aBc"
    assert templates.find(["none.tpl", "models/deep.tpl", "base.tpl"]) == "models/deep.tpl"
    with pytest.raises(NoSuchTemplate, match=r"none\.tpl, \.\./base\.tpl"):
        templates.find(["none.tpl", "../base.tpl"])


def test_a_changed_file_is_noticed_once(tmp_path: Path) -> None:
    """Adding, editing and removing a template each make a difference; looking again makes none."""
    shipped, overrides = tmp_path / "templates", tmp_path / "overrides"
    shipped.mkdir()
    (shipped / "a.tpl").write_text("1")
    templates = Templates(survey(overrides, shipped), Meter())
    assert templates.render("a.tpl", LINES, {}) == b"1"
    overrides.mkdir()
    for change in (
        lambda: (overrides / "a.tpl").write_text("2"),
        lambda: (overrides / "a.tpl").write_text("333"),
        (overrides / "a.tpl").unlink,
    ):
        change()
        assert templates.adopt(survey(overrides, shipped))
        assert not templates.adopt(survey(overrides, shipped))
    assert templates.render("a.tpl", LINES, {}) == b"1"


def test_unreadable_templates_are_named(tmp_path: Path) -> None:
    """Too long, not UTF-8, gone since: each says which file."""
    (tmp_path / "latin.tpl").write_bytes(b"\xe9")
    (tmp_path / "long.tpl").write_bytes(b"x" * 300_000)
    (tmp_path / "gone.tpl").write_bytes(b"x")
    templates = Templates(survey(tmp_path / "none", tmp_path), Meter())
    (tmp_path / "gone.tpl").unlink()
    for name in ("latin.tpl", "long.tpl", "gone.tpl"):
        with pytest.raises(TemplateUnreadable, match=name):
            templates.render(name, LINES, {})


def test_blocks_leave_no_lines(cook: Kitchen) -> None:
    """A line that holds nothing but a block is not in the file; the last line break is kept."""
    assert cook("a\n  {% if true %}\nb\n  {% endif %}\nc\n") == "a\nb\nc\n"


def test_ordinary_templates_work(cook: Kitchen) -> None:
    """What templates of phones use: filters, tests, methods, loops, inheritance, macros with callers."""
    assert (
        cook("{{ '%02d' % 7 }}{{ '7'.zfill(3) }}{{ 3 + 4 * 2 - 1 }}{{ '7'|int + 1 }}") == "07007108"
    )
    assert (
        cook(
            "{% for k, v in v|dictsort %}{{ loop.index0 }}{{ k }}{{ v }}{% endfor %}",
            v={"b": 1, "a": 2},
        )
        == "0a21b1"
    )
    assert (
        cook("{{ [3, 1, 2]|sort|join('-') }}{{ [1, 2]|sum }}{{ [1]|first }}{{ v|length }}", v="abc")
        == "1-2-3313"
    )
    assert (
        cook("{% macro m() %}({{ caller() }}){% endmacro %}{% call m() %}x{% endcall %}") == "(x)"
    )
    assert cook("{{ [{'n': 'b'}, {'n': 'a'}]|map(attribute='n')|join(',') }}") == "b,a"
    assert cook("{{ [1, 2, 3]|select('odd')|list|length }}{{ v[1:] }}{{ v[0] }}", v="abc") == "2bca"
    assert (
        cook.render(
            {
                "main": "{% include 'b' %}{% from 'c' import f %}{{ f(1) }}",
                "b": "B",
                "c": "{% macro f(a) %}C{{ a }}{% endmacro %}",
            }
        )
        == "BC1"
    )
    assert (
        cook("{% for x in [1, 2, 1] %}{{ loop.previtem|d('-') }}{{ loop.last }}{% endfor %}")
        == "-False1False2True"
    )


@pytest.mark.parametrize(
    ("source", "written"),
    [
        ("{{ '-'.join(['a', 'b']) }}", "a-b"),
        ("{{ 'abab'.replace('a', 'xy') }}", "xybxyb"),
        ("{% for c in ['a', 'b']|map('upper') %}{{ c }}{% endfor %}", "AB"),
        ("{% for c in 'abc' if c != 'b' %}{{ c }}{% endfor %}", "ac"),
        ("{{ ['a', 'b', 'a']|select('equalto', v)|list|length }}", "2"),
        ("{{ v in ['a', 'b'] }}{{ v in w }}{{ 'a' == v }}{{ v < w.a }}", "TrueTrueTrueTrue"),
        ("{{ '{x}-{y}'.format_map({'x': 1, 'y': 'z'}) }}", "1-z"),
        ("{{ '%(x)s'|format(x=1) }}{{ '%s%%' % 5 }}", "15%"),
        ("{{ 'a'|center(3) }}|{{ 2.345|round(1) }}|{{ 7 % 4 }}|{{ 2 ** 3 }}", " a |2.3|3|8"),
        ("{{ [{'n': 1}, {'n': 2}]|sum(attribute='n') }}", "3"),
        ("{{ [{'n': 1}, {'n': 2}]|join('+', attribute='n') }}", "1+2"),
        ("{{ [1] + [2] == [1, 2] }}{{ ('a' ~ 1) * 2 }}{{ [0] * 2 == [0, 0] }}", "Truea1a1True"),
        ("{{ namespace(a=1).a }}{{ dict(b=2).b }}{{ joiner('-')() }}", "12"),
        (
            "{% for x in [1, [2]] recursive %}{{ loop(x) if x is sequence else x }}{% endfor %}",
            "12",
        ),
    ],
)
def test_each_thing_that_is_metered_still_works(cook: Kitchen, source: str, written: str) -> None:
    """Paying for it changes nothing about it."""
    assert cook(source, v="a", w={"a": "b"}) == written
