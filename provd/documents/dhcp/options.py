"""Option values: what a subnet, a reservation or a boot rule has sent to its clients."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial

from msgspec import Struct

from provd.documents.dhcp.option_text import normal_value
from provd.documents.reading import Reading, json_type
from provd.wire.dhcp import BY_NAME

MOST_OPTIONS = 256
"""Options of one document at most."""

LONGEST_VALUE = 4096
"""Characters of one value at most."""

LONGEST_VENDOR = 255
"""Characters of a vendor class at most: what option 60 holds."""

_NUMBER = re.compile(r"[0-9]{1,3}")

DECIDED: Mapping[int, str] = {
    50: "the client's own",
    51: "lease_time of the subnet, or duration of the reservation",
    52: "computed",
    53: "computed",
    54: "computed",
    55: "the client's own",
    57: "the client's own",
    58: "computed from the lease's time",
    59: "computed from the lease's time",
    61: "the client's own",
    82: "the relay's own",
}
"""Options that no document gives, and where they come from."""

COMPUTED: Mapping[int, str] = {
    1: "computed from the subnet's network",
    28: "computed from the subnet's network",
}
"""What a reservation outside every subnet has to say itself."""


class OptionValue(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """One DHCP option with its value, as people write it."""

    code: int
    """1 to 254 (RFC 2132)."""
    value: str
    """In the text form of the option's type; empty: the option is not sent, whoever else would."""
    template: bool = False
    """`value` is a template over what the client sent, rendered for each answer."""
    vendor: str = ""
    """For clients only whose vendor class (60) begins with this."""
    secret: bool = False
    """`value` is shown to nobody who is not to see secrets, in packets neither."""


def read_options(read: Reading, *, refused: Mapping[int, str]) -> tuple[OptionValue, ...]:
    """The `options` of a document, in the order given; `code` may be a number or a name.

    `refused` are codes that do not belong there, and why.
    """
    found = read.objects("options", MOST_OPTIONS, partial(_option, refused=refused))
    given: set[tuple[int, str]] = set()
    for at, option in enumerate(found):
        if (option.code, option.vendor) in given:
            read.note(f"options.{at}.code", f"{option.code} is given twice", "each option once")
        given.add((option.code, option.vendor))
    return found


def _option(read: Reading, *, refused: Mapping[int, str]) -> OptionValue | None:
    code = _code(read)
    template = read.flag("template", default=False)
    secret = read.flag("secret", default=False)
    vendor = read.text("vendor") or ""
    if len(vendor) > LONGEST_VENDOR:
        read.note("vendor", "is too long", f"{LONGEST_VENDOR} characters at most")
    value = _text(read)
    if code is None or value is None:
        return None
    if code in refused:
        read.note("code", f"{code} is not given here", refused[code])
        return None
    return OptionValue(
        code=code,
        value=value if template else _normal(read, code, value),
        template=template,
        vendor=vendor,
        secret=secret,
    )


def _code(read: Reading) -> int | None:
    given = read.take("code")
    code = given if isinstance(given, int) and not isinstance(given, bool) else None
    if isinstance(given, str):
        code = int(given) if _NUMBER.fullmatch(given) else BY_NAME.get(given)
    if code is not None and 0 < code < 255:
        return code
    wrong = "is missing" if given is None else f"{str(given)[:40]!r} is no DHCP option"
    read.note("code", wrong, "1 to 254, or a name such as router")
    return None


def _text(read: Reading) -> str | None:
    value = read.take("value")
    if not isinstance(value, str):
        wrong = f"is {json_type(value)}" if read.has("value") else "is missing"
        read.note("value", wrong, "a text")
        return None
    if len(value) > LONGEST_VALUE:
        read.note("value", "is too long", f"{LONGEST_VALUE} characters at most")
        return None
    return value


def _normal(read: Reading, code: int, value: str) -> str:
    if not value:
        return value
    try:
        return normal_value(code, value)
    except ValueError as error:
        read.note("value", f"{value[:80]!r} is no value of option {code}", str(error))
        return ""
