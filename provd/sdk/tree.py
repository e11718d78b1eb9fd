"""A plugin's tree, declared: which path is rendered from which template, which is a file.

    TREE = Tree(
        Rendered("aastra.cfg", "aastra.tpl", Format.LINES),
        Rendered("{MAC}.cfg", "base.tpl", Format.LINES),
        Served("*.st"),
    )

A pattern is a path without a leading slash.  `{mac}` and `{MAC}` stand for the asking device's own
address as `aabbccddeeff` and `AABBCCDDEEFF`, `*` for anything within one segment, `**` for
anything at all.  A path without placeholders wins over patterns; patterns are tried in the
order in which they are written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from typing import Any

from attrs import field, frozen

from provd.contracts.plugin import IView
from provd.values import Answer, Content, Format, Refusal, RefusalKind, format_mac

_PLACEHOLDERS = {
    "{mac}": "(?P<mac>[0-9a-f]{12})",
    "{MAC}": "(?P<MAC>[0-9A-F]{12})",
    "**": ".+",
    "*": "[^/]+",
}
_PIECES = re.compile(r"\{\w*\}|\*\*|\*")

NOWHERE = Refusal(RefusalKind.NOT_FOUND, "the plugin serves nothing under that path")
NOT_YOURS = Refusal(
    RefusalKind.NOT_FOUND, "the file of another device: its name holds another MAC address"
)
NO_SUCH_PEM = Refusal(RefusalKind.NOT_FOUND, "the raw config has no such certificate")


def own_file(pattern: str, device: Any) -> str:
    """The name that a pattern of a `Tree` stands for with one device (`{mac}.cfg`); empty without a MAC."""
    digits = format_mac(device.mac or "", "")
    return pattern.format(mac=digits, MAC=digits.upper()) if digits else ""


Context = Callable[[IView], Mapping[str, Any]]
"""What a template is told beyond its device and its raw config."""


def is_pattern(path: str) -> bool:
    """Whether a rule's path stands for more than itself."""
    return _PIECES.search(path) is not None


def compile_pattern(pattern: str) -> re.Pattern[str]:
    """The expression that a whole path has to match.

    @raise ValueError: a placeholder that does not exist, or one used twice; a leading slash.
    """
    if pattern.startswith("/") or not pattern:
        raise ValueError(f"{pattern!r}: a pattern is a path without a leading slash")
    written, at = [], 0
    for piece in _PIECES.finditer(pattern):
        if piece[0] not in _PLACEHOLDERS:
            raise ValueError(f"{pattern!r}: there is no placeholder {piece[0]}")
        written += [re.escape(pattern[at : piece.start()]), _PLACEHOLDERS[piece[0]]]
        at = piece.end()
    try:
        return re.compile("".join(written) + re.escape(pattern[at:]), re.DOTALL)
    except re.error as error:
        raise ValueError(f"{pattern!r}: {error}") from error


@frozen
class Rendered:
    """A path whose file is rendered when it is asked for.

    Tried in order: the template `<requested file name>.tpl`, `<model>.tpl`, then `template`; each
    first among the administrator's overrides, then in the plugin's `templates/`.  `<model>.tpl` counts
    for files named after the device only: it is no template of what all devices of a plugin ask for.
    """

    pattern: str
    template: str
    format: Format
    context: Context | None = None
    media_type: str = "text/plain; charset=utf-8"

    def answer(self, path: str, view: IView) -> Answer:
        """The rendered file."""
        context = self.context(view) if self.context else {}
        return view.render(self.candidates(path, view), context, self.format, self.media_type)

    def candidates(self, path: str, view: IView) -> Sequence[str]:
        """The names of templates that may render `path` for this device, the best first."""
        own = path.rpartition("/")[2] + ".tpl"
        model = view.device.model
        if model and _names_a_device(self.pattern):
            return own, f"{model}.tpl", self.template
        return own, self.template


@frozen
class Served:
    """Paths that are files below the plugin's `var/tftpboot`: firmware, ring tones, pictures."""

    pattern: str

    def answer(self, path: str, view: IView) -> Answer:
        """The file, or the refusal that says there is none."""
        return view.file(path)


@frozen
class FirmwareFile:
    """Paths that are files of the firmware package that the asking device is to run; else as `Served`.

    For devices that ask for firmware by a name of its own, and cannot be told where it is.
    """

    pattern: str

    def answer(self, path: str, view: IView) -> Answer:
        """The file, or the refusal that says there is none."""
        wanted = view.firmware()
        if wanted is not None:
            found: Answer = view.file(f"{wanted.directory}/{path}")
            if not isinstance(found, Refusal):
                return found
        return view.file(path)


@frozen
class Pem:
    """Files `<address>-<name>.pem`: certificates and keys, which a device is told the place of and fetches.

    What they hold is what `configure` put into `raw_config[held]`, by their names.
    """

    pattern: str
    held: str

    def answer(self, path: str, view: IView) -> Answer:
        """The file, or the refusal that says there is none."""
        name = path.partition("-")[2].removesuffix(".pem")
        text = view.raw_config[self.held].get(name)
        if text is None:
            return NO_SUCH_PEM
        body = text.encode()
        return Content(body, "application/x-pem-file", sha256(body).hexdigest()[:32])


def _names_a_device(pattern: str) -> bool:
    return "{mac}" in pattern.lower()


Rule = Rendered | Served | FirmwareFile | Pem


def _literals(rules: Sequence[Rule]) -> dict[str, Rule]:
    return {rule.pattern: rule for rule in reversed(rules) if not is_pattern(rule.pattern)}


def _patterns(rules: Sequence[Rule]) -> tuple[tuple[re.Pattern[str], Rule], ...]:
    compiled = [(compile_pattern(rule.pattern), rule) for rule in rules]
    return tuple(pair for pair in compiled if is_pattern(pair[1].pattern))


@frozen(init=False)
class Tree:
    """What a plugin serves; its `serve` is all that `IServe` asks for."""

    rules: tuple[Rule, ...]
    _literal: dict[str, Rule] = field(repr=False, eq=False)
    _patterns: tuple[tuple[re.Pattern[str], Rule], ...] = field(repr=False, eq=False)

    def __init__(self, *rules: Rule) -> None:
        """Compile the rules.

        @raise ValueError: a pattern that cannot be.
        """
        self.__attrs_init__(rules, _literals(rules), _patterns(rules))

    def serve(self, path: str, view: IView) -> Answer:
        """What is at `path` for the device that asks."""
        rule = self._literal.get(path)
        if rule is not None:
            return rule.answer(path, view)
        for pattern, candidate in self._patterns:
            match = pattern.fullmatch(path)
            if match is not None:
                return candidate.answer(path, view) if _is_its_own(match, view) else NOT_YOURS
        return NOWHERE


def _is_its_own(match: re.Match[str], view: IView) -> bool:
    """Whether the MAC address in a file's name, if there is one, is that of the device that asks."""
    named = match.groupdict()
    return all(own_file(f"{{{name}}}", view.device) == digits for name, digits in named.items())
