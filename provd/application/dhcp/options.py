"""Which options an answer carries, from whom, and in what order.

A reservation's come before a plugin's, these before a boot rule's, and these before a subnet's.  Of
those, a client gets what it asks for (option 55), in its own order; all of them if it does not say.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Mapping

from msgspec import Struct
from twisted.logger import Logger

from provd.documents.dhcp.option_text import option_bytes
from provd.documents.dhcp.options import OptionValue
from provd.documents.dhcp.secrets import is_secret_text
from provd.values import ProvdError

log = Logger("provd.dhcp")

Rendered = Callable[[str, Mapping[int, bytes]], str]
"""Renders one template over what the client sent; raises ProvdError."""

_VENDOR_CLASS = 60


class Layer(Struct, frozen=True):
    """The options of one document, made ready once: what is fixed is encoded already."""

    fixed: Mapping[int, bytes]
    """Empty bytes: the option is not sent."""
    rest: tuple[OptionValue, ...]
    """Templates, and those for some vendors only."""
    secret: frozenset[int] = frozenset()
    """Those whose values are not shown."""

    def over(self, client: Mapping[int, bytes], render: Rendered) -> Mapping[int, bytes]:
        """This layer's options for one client."""
        if not self.rest:
            return self.fixed
        found = dict(self.fixed)
        vendor = client.get(_VENDOR_CLASS, b"")
        for option in self.rest:
            if vendor.startswith(option.vendor.encode("latin-1", "replace")):
                content = _content(option, client, render)
                if content is not None:
                    found[option.code] = content
        return found


NOTHING = Layer({}, ())


def layer_of(options: Collection[OptionValue]) -> Layer:
    """Make the options of a document ready."""
    fixed: dict[int, bytes] = {}
    rest: list[OptionValue] = []
    for option in options:
        if option.template or option.vendor:
            rest.append(option)
        else:
            fixed[option.code] = option_bytes(option.code, option.value) if option.value else b""
    # What is for one vendor wins over what is for all, and the longer name over the shorter.
    rest.sort(key=lambda option: len(option.vendor))
    secret = frozenset(
        option.code
        for option in options
        if option.secret or (option.value and is_secret_text(option.code, option.value))
    )
    return Layer(fixed, tuple(rest), secret) if rest or fixed else NOTHING


def _content(option: OptionValue, client: Mapping[int, bytes], render: Rendered) -> bytes | None:
    """The content of an option for one client; None when it cannot be made, which skips that one only."""
    value = option.value
    try:
        if option.template:
            value = render(value, client)
        return option_bytes(option.code, value) if value else b""
    except (ProvdError, ValueError) as error:
        log.warn("option {code} is left out of an answer: {error}", code=option.code, error=error)
        return None


class Layers:
    """The layers of documents, by id and revision: each is made ready once."""

    MOST = 4096

    def __init__(self) -> None:
        """Start empty."""
        self._kept: dict[tuple[str, str], tuple[int, Layer]] = {}

    def of(
        self, kind: str, document_id: str, revision: int, options: tuple[OptionValue, ...]
    ) -> Layer:
        """The layer of one document as it is now."""
        if not options:
            return NOTHING
        kept = self._kept.get((kind, document_id))
        if kept is not None and kept[0] == revision:
            return kept[1]
        if len(self._kept) >= self.MOST:
            del self._kept[next(iter(self._kept))]
        layer = layer_of(options)
        self._kept[kind, document_id] = revision, layer
        return layer


Selection = tuple[str, int, bytes | None, tuple[int, ...]]
"""A subnet, its revision, the list that the client sent (55), and what is said before."""


class Selections:
    """What clients get of nothing but their subnet's options, by what they ask for: each is chosen once.

    There are as many as there are models of clients; what anybody may invent is bounded.
    """

    MOST = 4096
    LONGEST = 255
    """Codes of a list that is remembered."""

    def __init__(self) -> None:
        """Start empty."""
        self._kept: dict[Selection, Mapping[int, bytes]] = {}

    def get(self, selection: Selection) -> Mapping[int, bytes] | None:
        """What was chosen before."""
        return self._kept.get(selection)

    def put(self, selection: Selection, found: Mapping[int, bytes]) -> None:
        """Remember it, in the place of the oldest where there is no more room."""
        wanted = selection[2]
        if wanted is not None and len(wanted) > self.LONGEST:
            return
        if len(self._kept) >= self.MOST:
            del self._kept[next(iter(self._kept))]
        self._kept[selection] = found


def chosen(
    wanted: bytes | None, first: Container[int], offered: Mapping[int, bytes]
) -> dict[int, bytes]:
    """What the client wants of `offered` beside `first`, in the order of its list; all without a list."""
    found: dict[int, bytes] = {}
    for code in offered if wanted is None else wanted:
        if code not in first and offered.get(code):
            found[code] = offered[code]
    return found
