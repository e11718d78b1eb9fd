"""Templates as values of options: written anew for each answer, from what the client sent."""

from __future__ import annotations

from collections.abc import Mapping

from provd.plugins.render import Meter, Snippets
from provd.wire.dhcp import option_name, show_option

_TEXTS = frozenset({12, 15, 17, 18, 40, 60, 64, 66, 67, 77})


class OptionTemplates:
    """Renders them; `option` is what the client sent, by name and by number:
    `{% if option.user_class == "iPXE" %}…`, `{{ option[60] }}`.
    """

    def __init__(self) -> None:
        """With a sandbox of their own."""
        self._snippets = Snippets(Meter())

    def render(self, source: str, client: Mapping[int, bytes]) -> str:
        """The value for one client.

        @raise SnippetFailed: it cannot be had.
        """
        return self._snippets.render(source, {"option": _readable(client)})


def _readable(client: Mapping[int, bytes]) -> dict[object, str]:
    """Options as texts: words as they are, the rest as the codec writes it."""
    found: dict[object, str] = {}
    for code, content in client.items():
        text = _text(content) if code in _TEXTS else show_option(code, content)
        found[code] = text
        name = option_name(code)
        if name:
            found[name.replace("-", "_")] = text
    return found


def _text(content: bytes) -> str:
    """A word; of a user class in the form of RFC 3004, what stands behind its length."""
    if content and content[0] == len(content) - 1:
        content = content[1:]
    return content.rstrip(b"\0").decode("latin-1")
