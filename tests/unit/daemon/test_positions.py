"""On which line each key of a TOML file stands: every value is found where a generated document has it."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provd.daemon.settings._positions import Lines, Path, path_of

DOCUMENT = """\
# [no] = "table"
top = 1
a.b."c.d" = 2   # dotted
text = \"\"\"
[x]
y = 3 \\\"\"" \"\" \"\"\"
'quoted key' = 'it'
[one]
port = 4
inline = { x = 1, y = { z = [ "#", "]" ] } }
[one.two] # deeper
list = [
    1,   # ],
    # 2,
    [3,
     4],
]
raw = \'\'\'
[[x]]\'\'\'\'\'
[[many]]
n = 1
[many.sub]
n = 2
[[many]]
n = 3
[[many.inner]]
n = 4
[[many.inner]]
n = 5
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("top",), 2),
        (("a", "b", "c.d"), 3),
        (("text",), 4),
        (("quoted key",), 7),
        (("one",), 8),
        (("one", "port"), 9),
        (("one", "inline", "y", "z", 1), 10),
        (("one", "two"), 11),
        (("one", "two", "list", 0), 13),
        (("one", "two", "list", 1), 15),
        (("one", "two", "list", 1, 1), 16),
        (("one", "two", "raw"), 18),
        (("many", 0, "n"), 21),
        (("many", 0, "sub", "n"), 23),
        (("many", 1, "n"), 25),
        (("many", 1, "inner", 0, "n"), 27),
        (("many", 1, "inner", 1, "n"), 29),
        (("many", 1, "inner", 1, "nobody", "there"), 28),
        (("nobody",), 0),
        ((), 0),
    ],
)
def test_a_document_with_everything(path: Path, line: int) -> None:
    """What looks like a table in a text or a comment is none; what is not there is looked for around it."""
    tomllib.loads(DOCUMENT)
    assert Lines(DOCUMENT).of(path) == line
    assert Lines(DOCUMENT.replace("\n", "\r\n")).of(path) == line


def test_paths_as_problems_spell_them() -> None:
    """Keys behind dots, elements in brackets."""
    assert path_of("phones.raw_config.sip_lines.1.port") == (
        "phones",
        "raw_config",
        "sip_lines",
        "1",
        "port",
    )
    assert path_of("limits.nat_networks[12]") == ("limits", "nat_networks", 12)
    assert path_of("access.whitelist[...]") == ("access", "whitelist")


names = st.one_of(
    st.sampled_from(["a", "b", "1", "x-y"]),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=4),
)
leaves = st.just(0)
"""Each becomes a value of its own, so that a line is known by what stands on it."""
values = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(names, inner, min_size=1, max_size=3)
    ),
    max_leaves=12,
)
documents = st.dictionaries(names, values, max_size=4)
Draw = Callable[[Any], Any]
COMMENTS = ["", "", "# [t] = '''", ' # """ , ] }', "#"]
TEXTS = [
    '"""\n[t]\nk = 1\n# {n}"""',
    "'''\n[[t]]'' {n}\n'''",
    '"""{n}"""""',
    '"# \\" {n}"',
    "'{n} # \\'",
]


class Writer:
    """Writes a document in any of the ways that TOML has, and knows which lines it wrote."""

    def __init__(self, draw: Draw) -> None:
        self.draw = draw
        self.numbers = count(1)
        self.lines: dict[Path, int] = {}
        self.text = ""

    @property
    def line(self) -> int:
        """The line that is being written."""
        return self.text.count("\n") + 1

    def put(self, text: str) -> None:
        """Write."""
        self.text += text

    def end(self) -> None:
        """End a line, with a comment perhaps, and blank lines."""
        self.put(self.draw(st.sampled_from(COMMENTS)) + "\n" * self.draw(st.integers(1, 2)))

    def key(self, name: str) -> str:
        """A key, bare or in quotes."""
        bare = name and all(each.isascii() and (each.isalnum() or each in "-_") for each in name)
        if bare and self.draw(st.booleans()):
            return name
        return '"' + "".join(f"\\U{ord(each):08x}" for each in name) + '"'

    def table(self, path: Path, table: dict[str, Any], header: str) -> None:
        """A table below its header: plain values first, then the tables in it."""
        later = []
        for name, value in table.items():
            if _is_tables(value) and self.draw(st.booleans()):
                later.append((name, value))
            else:
                self.pair((*path, name), self.key(name), value)
        for name, value in later:
            under = f"{header}.{self.key(name)}" if header else self.key(name)
            for at, each in enumerate(value) if isinstance(value, list) else [(None, value)]:
                place = (*path, name) if at is None else (*path, name, at)
                self.lines[place] = self.line
                self.put(f"[ {under} ]" if at is None else f"[[{under}]]")
                self.end()
                self.table(place, each, under)

    def pair(self, path: Path, spelled: str, value: Any) -> None:
        """A key and its value; a table may be spelled by dots."""
        if isinstance(value, dict) and value and self.draw(st.booleans()):
            for name, each in value.items():
                self.pair((*path, name), f"{spelled} . {self.key(name)}", each)
            return
        self.put(f"{spelled} = ")
        self.value(path, value)
        self.end()

    def value(self, path: Path, value: Any) -> None:
        """A value in one piece."""
        self.lines[path] = self.line
        if isinstance(value, dict):
            self.put("{ ")
            for at, (name, each) in enumerate(value.items()):
                self.put((", " if at else "") + f"{self.key(name)}=")
                self.value((*path, name), each)
            self.put(" }")
        elif isinstance(value, list):
            self.put("[")
            for at, each in enumerate(value):
                self.put((", " if at else "") + self.draw(st.sampled_from(["", "\n", " # ] \n "])))
                self.value((*path, at), each)
            self.put(self.draw(st.sampled_from(["", "\n"])) + "]")
        else:
            spelled = self.draw(
                st.sampled_from(["{n}", "{n}.5", "1979-05-27 07:32:00", "true", *TEXTS])
            )
            self.put(spelled.replace("{n}", str(next(self.numbers))))


def _is_tables(value: Any) -> bool:
    if isinstance(value, dict):
        return True
    return isinstance(value, list) and bool(value) and all(isinstance(each, dict) for each in value)


def _leaves(value: Any, path: Path = ()) -> Iterator[Path]:
    if isinstance(value, dict):
        for name, each in value.items():
            yield from _leaves(each, (*path, name))
    elif isinstance(value, list):
        for at, each in enumerate(value):
            yield from _leaves(each, (*path, at))
    else:
        yield path


@given(data=st.data(), document=documents)
def test_every_value_is_found_where_it_was_written(
    data: st.DataObject, document: dict[str, Any]
) -> None:
    """In whatever way the document is written; and nothing is missed that `tomllib` reads."""
    writer = Writer(data.draw)
    writer.table((), document, "")
    found = Lines(writer.text).found
    read = tomllib.loads(writer.text)
    assert set(_leaves(read)) <= set(found), writer.text
    for path, line in writer.lines.items():
        assert found[path] == line, (path, writer.text)
