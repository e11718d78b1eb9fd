"""Who is shown a request: an index of the plugins' clues, and a memo of what they said.

Extraction must cost the same with one plugin as with a hundred.  A request's field (its User-Agent,
the name of the file, its vendor class) is cut to each length that some literal has and looked up:
as many dictionary look-ups as there are distinct lengths, whatever the number of plugins.

The memo keeps a testimony under the values of the fields that witnesses have *really read* so far.
When a witness reads a field for the first time the key grows and the memo is emptied, so a kept
testimony always depends on nothing but its key.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from provd.contracts import ILoadedPlugin, IPlugins
from provd.sdk import Asked, Clue
from provd.values import Inquiry, Note, PluginFailed, Protocol, Step, Testimony
from provd.wire.dhcp import MalformedOption, read_option

Match = tuple[int, ILoadedPlugin, Clue]
Facts = tuple[tuple[str, str], ...]

LONGEST_KEY = 512
"""Characters of the fields under which a verdict is remembered.  Devices are far below; a memo whose
entries anybody may make 16 KiB long would be bounded in number and not in memory."""


def field_of(field: str) -> Callable[[Inquiry], Any]:
    """How to read a field of an inquiry: `path`, `query`, `filename`, `header:x`, `option:x`, `dhcp:n`,
    `local`, `user-class`, `enterprise`; of the last two there may be several.
    """
    kind, _, name = field.partition(":")
    if kind == "header":
        return lambda inquiry: inquiry.headers.get(name, "")
    if kind == "option":
        return lambda inquiry: inquiry.options.get(name, "")
    if kind == "dhcp":
        code = int(name)
        return lambda inquiry: inquiry.dhcp.get(code, b"")
    return _READ.get(kind, lambda inquiry: inquiry.path)


def _enterprises(inquiry: Inquiry) -> tuple[str, ...]:
    """Each enterprise in options 124 and 125, in decimal and with a full stop: no number begins another."""
    options = inquiry.dhcp
    if 124 not in options and 125 not in options:
        return ()
    found: list[str] = []
    for code in (124, 125):
        with suppress(MalformedOption):
            told: Any = read_option(code, options.get(code, b""))
            found += [f"{number}." for number, _content in told]
    return tuple(found)


_READ: Mapping[str, Callable[[Inquiry], Any]] = {
    "filename": lambda inquiry: inquiry.path.rsplit("/", 1)[-1],
    "local": lambda inquiry: inquiry.local,
    "query": lambda inquiry: inquiry.query,
    "user-class": lambda inquiry: Asked(inquiry).user_classes(),
    "enterprise": _enterprises,
}

_KEPT_UNDER: Mapping[str, tuple[str, ...]] = {
    "filename": ("path",),
    "user-class": ("dhcp:77",),
    "enterprise": ("dhcp:124", "dhcp:125"),
}
"""Under which fields a verdict is remembered where it hangs on what is read off them."""


class Verdict(Struct, frozen=True, gc=False):
    """What the plugins said of a request, and what is made of it. Flat, so that it can be kept."""

    testimonies: tuple[Testimony, ...]
    facts: Facts
    notes: tuple[Note, ...] = ()


Judge = Callable[[tuple[Testimony, ...]], Verdict]


class _Literals:
    """Literals of one field, by length, from the front or from the back."""

    __slots__ = ("_by_length", "_from_back", "_lengths")

    def __init__(self, *, from_back: bool) -> None:
        self._by_length: dict[int, dict[str, list[Match]]] = {}
        self._lengths: tuple[int, ...] = ()
        self._from_back = from_back

    def add(self, literal: str, match: Match) -> None:
        literal = literal.lower()
        same_length = self._by_length.setdefault(len(literal), {})
        same_length.setdefault(literal, []).append(match)
        self._lengths = tuple(sorted(self._by_length))

    def find(self, text: str, found: list[Match]) -> None:
        back = self._from_back
        for length in self._lengths:
            if length > len(text):
                return
            piece = text[-length:] if back else text[:length]
            found.extend(self._by_length[length].get(piece, ()))


class _Field:
    """Everything that watches one field of one protocol."""

    __slots__ = ("prefixes", "read", "suffixes")

    def __init__(self, field: str) -> None:
        self.read = field_of(field)
        self.prefixes = _Literals(from_back=False)
        self.suffixes = _Literals(from_back=True)

    def find(self, inquiry: Inquiry, found: list[Match]) -> None:
        value = self.read(inquiry)
        if value:
            for each in value if isinstance(value, tuple) else (value,):
                text = (each.decode("latin-1") if isinstance(each, bytes) else each).lower()
                self.prefixes.find(text, found)
                self.suffixes.find(text, found)


class _Clues:
    """The clues of one protocol."""

    def __init__(self, protocol: Protocol, plugins: Sequence[ILoadedPlugin]) -> None:
        self.fields: dict[str, _Field] = {}
        self.always: list[Match] = []
        order = 0
        for plugin in plugins:
            for clue in plugin.clues:
                if clue.protocol is protocol and not clue.guess:
                    self._add(clue, (order, plugin, clue))
                    order += 1

    def _add(self, clue: Clue, match: Match) -> None:
        if not clue.field or not (clue.prefixes or clue.suffixes):
            self.always.append(match)
            return
        field = self.fields.setdefault(clue.field, _Field(clue.field))
        for prefix in clue.prefixes:
            field.prefixes.add(prefix, match)
        for suffix in clue.suffixes:
            field.suffixes.add(suffix, match)

    def find(self, inquiry: Inquiry) -> list[Match]:
        found = list(self.always)
        for field in self.fields.values():
            field.find(inquiry, found)
        if len(found) > 1:
            found = sorted({match[0]: match for match in found}.values(), key=_order)
        return found


def _order(match: Match) -> int:
    return match[0]


class Memo:
    """A bounded memory in two generations: what is asked for again survives, the rest fades."""

    __slots__ = ("_limit", "_old", "_young")

    def __init__(self, limit: int) -> None:
        """Keep at most `limit` entries; 0 keeps none."""
        self._limit = limit // 2
        self._young: dict[Any, Any] = {}
        self._old: dict[Any, Any] = {}

    def __len__(self) -> int:
        return len(self._young) + len(self._old)

    def get(self, key: Any, *, keep: bool = True) -> Any:
        """What is kept under `key`, or None; looking without `keep` leaves no trace."""
        found = self._young.get(key)
        if found is None:
            found = self._old.get(key)
            if found is not None and keep:
                self.put(key, found)
        return found

    def put(self, key: Any, value: Any) -> None:
        """Keep `value`, forgetting the oldest half when there is no more room."""
        if len(self._young) >= self._limit:
            self._old = self._young
            self._young = {}
            if not self._limit:
                return
        self._young[key] = value

    def clear(self) -> None:
        """Forget everything."""
        self._young = {}
        self._old = {}


class Witnesses:
    """Every plugin's clues for one protocol, asked through the index and the memo."""

    def __init__(self, protocol: Protocol, plugins: IPlugins, memo_size: int, judge: Judge) -> None:
        """Index the plugins that are loaded; the index follows their generation.

        `judge` makes a verdict of what they say: a pure function, remembered with it.
        """
        self._judge = judge
        self._protocol = protocol
        self._plugins = plugins
        self._memo = Memo(memo_size)
        self._remember = memo_size > 0
        self._generation = -1
        self._clues = _Clues(protocol, ())
        self._fields: tuple[str, ...] = ()
        self._key: tuple[Callable[[Inquiry], Any], ...] = ()

    def ask(self, inquiry: Inquiry, *, keep: bool) -> Verdict:
        """The verdict on what the plugins say, testimonies in order of plugin id."""
        if self._generation != self._plugins.generation:
            self._index()
        if not self._remember:
            return self._examine(inquiry, keep=False)
        key = tuple([read(inquiry) for read in self._key])
        known = self._memo.get(key, keep=keep)
        if known is not None:
            return known  # type: ignore[no-any-return]  # the memo holds nothing else
        return self._examine(inquiry, keep=keep)

    def _index(self) -> None:
        self._generation = self._plugins.generation
        self._clues = _Clues(self._protocol, self._plugins.loaded())
        self._fields = ()
        self._reads(set(self._clues.fields))

    def _reads(self, fields: set[str]) -> bool:
        # A file name is part of the path: keyed by the path, it needs no place of its own.
        wanted = {kept for field in fields for kept in _KEPT_UNDER.get(field, (field,))}
        grown = tuple(sorted(wanted.union(self._fields)))
        if grown == self._fields:
            return False
        self._fields = grown
        self._key = tuple(field_of(field) for field in grown)
        self._memo.clear()
        return True

    def _examine(self, inquiry: Inquiry, *, keep: bool) -> Verdict:
        asked = Asked(inquiry)
        said: list[Testimony] = []
        same: dict[Facts, Facts] = {}
        failed: list[Note] = []
        for _order, plugin, clue in self._clues.find(inquiry):
            try:
                facts = plugin.testify(clue, asked, keep=keep)
            except PluginFailed as error:
                failed.append(Note(Step.EXTRACT, "{why}: it is ignored", (("why", str(error)),)))
                continue
            if facts:
                # Editions of one family conclude the same: what is remembered of them is one object.
                told = tuple(facts.items())
                said.append(Testimony(plugin.id, same.setdefault(told, told)))
        verdict = self._judge(tuple(said))
        if failed:
            # Not remembered: what failed once may succeed, and is counted each time it does not.
            return replace(verdict, notes=(*verdict.notes, *failed))
        if keep:
            self._reads(asked.fields)
            key = tuple([read(inquiry) for read in self._key])
            if sum(map(len, key)) <= LONGEST_KEY:
                self._memo.put(key, verdict)
        return verdict
