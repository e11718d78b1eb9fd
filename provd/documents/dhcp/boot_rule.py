"""BootRule: which file a client that boots over the network is told to load."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from msgspec import Struct

from provd.documents.base import Document, Kind
from provd.documents.dhcp.addressing import dotted
from provd.documents.dhcp.options import (
    COMPUTED,
    DECIDED,
    OptionValue,
    read_options,
)
from provd.documents.dhcp.reservation import file_name
from provd.documents.header import read_header
from provd.documents.reading import Reading, json_type

ARCHITECTURES: Mapping[str, tuple[int, ...]] = {
    "bios": (0,),
    "uefi-x86": (6,),
    "uefi-x64": (7, 9),
    "uefi-arm32": (10,),
    "uefi-arm64": (11,),
    "http-x86": (15,),
    "http-x64": (16, 17),
    "http-arm32": (18,),
    "http-arm64": (19,),
}
"""Names for client architectures (93): IANA's registry, and what firmware really sends.

9 was meant for byte code, and 17 is its number over HTTP; both come from x64 firmware.
"""

FEATURES: Mapping[str, int] = {
    "pxe_ext": 0x10,
    "iscsi": 0x11,
    "aoe": 0x12,
    "http": 0x13,
    "https": 0x14,
    "tftp": 0x15,
    "ftp": 0x16,
    "dns": 0x17,
    "bzimage": 0x18,
    "multiboot": 0x19,
    "nbi": 0x20,
    "pxe": 0x21,
    "elf": 0x22,
    "comboot": 0x23,
    "efi": 0x24,
    "vlan": 0x26,
    "menu": 0x27,
    "nfs": 0x29,
}
"""What an iPXE says that it can do: the sub-options of 175."""

HTTP_BASE_URL = "{http_base_url}"
"""In a rule's `file`: where this server answers devices over HTTP."""

DEFAULT_ORDER = 100
"""Of a rule that names none: before all that are shipped."""

LONGEST = 255
"""Characters of any one text that a rule looks for: what an option holds."""

_REFUSED = {
    **DECIDED,
    **COMPUTED,
    66: "next_server of the rule",
    67: "file of the rule",
}
_ORDERS = 1_000_000
_UUID = re.compile(r"[0-9a-f]{0,32}")


class When(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """Whom a rule is about: all that is said must hold, what is not said does."""

    arch: tuple[int, ...] = ()
    """One of these client architectures (93, RFC 4578 section 2.1)."""
    vendor_class: str = ""
    """The beginning of option 60."""
    user_class: str = ""
    """Option 77."""
    uuid: str = ""
    """The beginning of the machine's UUID (97): hex digits, in the order of the wire."""
    vendor: str = ""
    """Of the device, as plugins spell it."""
    model: str = ""
    """Of the device, as plugins spell it."""
    ipxe: bool | None = None
    """Whether the client is iPXE (77 or 175)."""
    ipxe_features: tuple[str, ...] = ()
    """What that iPXE must be able to do (175), by the names of `FEATURES`: all of it."""
    subnet: str = ""
    """The id of the subnet."""


class BootRule(Document, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """Of the rules that are about a client, the first by `order`, then by id, decides."""

    shown_empty: ClassVar[frozenset[str]] = frozenset({"when", "file"})

    order: int = DEFAULT_ORDER
    """Lower ones come first."""
    when: When = When()
    """Whom it is about."""
    file: str = ""
    """A path for TFTP, or a URL; `{http_base_url}` stands for where this server answers devices.
    Empty: the client is told nothing, and boots from its disk."""
    next_server: str = ""
    """Where the file is; empty: where the subnet says."""
    options: tuple[OptionValue, ...] = ()
    """What the client is sent besides, before what its subnet says."""
    description: str | None = None
    """For people."""


def parse_boot_rule(
    given: Mapping[str, Any],
    *,
    document_id: str = "",
    subject: str = "boot rule",
) -> BootRule:
    """The boot rule that a JSON object describes; `document_id` as for `parse_device`.

    @raise Invalid: with every problem there is, and its path.
    """
    read = Reading(given, subject)
    rule = BootRule(
        **read_header(read, document_id),
        order=read.whole("order", DEFAULT_ORDER, -_ORDERS, _ORDERS),
        when=_when(read),
        file=file_name(read, "file") or "",
        next_server=dotted(read, "next_server"),
        options=read_options(read, refused=_REFUSED),
        description=read.filled("description"),
        extra=read.rest(),
    )
    read.finish()
    return rule


BOOT_RULES = Kind(name="boot-rules", type=BootRule, secret=True, parse=parse_boot_rule)


def _when(read: Reading) -> When:
    given = read.take("when")
    return (read.inside("when", given, _condition) if given is not None else None) or When()


def _condition(read: Reading) -> When:
    return When(
        arch=_architectures(read),
        vendor_class=_sought(read, "vendor_class"),
        user_class=_sought(read, "user_class"),
        uuid=_uuid(read),
        vendor=_sought(read, "vendor"),
        model=_sought(read, "model"),
        ipxe=read.flag("ipxe", default=False) if read.take("ipxe") is not None else None,
        ipxe_features=_features(read),
        subnet=_sought(read, "subnet"),
    )


def _sought(read: Reading, key: str) -> str:
    text = read.text(key) or ""
    if len(text) > LONGEST:
        read.note(key, "is too long", f"{LONGEST} characters at most")
    return text


def _uuid(read: Reading) -> str:
    text = _sought(read, "uuid")
    digits = text.replace("-", "").lower()
    if not _UUID.fullmatch(digits):
        read.note("uuid", f"{text[:40]!r} begins no UUID", "up to 32 hex digits")
    return digits


def _features(read: Reading) -> tuple[str, ...]:
    names = read.texts("ipxe_features") if read.take("ipxe_features") is not None else ()
    for at, name in enumerate(names):
        if name not in FEATURES:
            known = ", ".join(FEATURES)
            read.note(f"ipxe_features.{at}", f"is {name[:40]!r}", known)
    return tuple(sorted(set(names)))


def _architectures(read: Reading) -> tuple[int, ...]:
    """Numbers, where names may be given."""
    given = read.take("arch")
    if given is None:
        return ()
    if not isinstance(given, list | tuple) or len(given) > LONGEST:
        read.note("arch", f"is {json_type(given)}", f"a list of {LONGEST} at most")
        return ()
    found: set[int] = set()
    for at, each in enumerate(given):
        if isinstance(each, int) and not isinstance(each, bool) and 0 <= each < 2**16:
            found.add(each)
        elif isinstance(each, str) and each in ARCHITECTURES:
            found.update(ARCHITECTURES[each])
        else:
            shown = repr(each)[:40] if isinstance(each, str | int) else json_type(each)
            names = ", ".join(ARCHITECTURES)
            read.note(f"arch.{at}", f"is {shown}", f"a number of option 93, or {names}")
    return tuple(sorted(found))
