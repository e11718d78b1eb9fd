"""Option values that hold options: relay agents', vendors', enterprises'."""

from __future__ import annotations

from collections.abc import Mapping

from provd.wire.dhcp.encapsulation import pairs, suboptions
from provd.wire.dhcp.kinds import Kind
from provd.wire.dhcp.scanner import Scanner, octets
from provd.wire.dhcp.showing import scanned, shown
from provd.wire.dhcp.spaces import PXE, Space

__all__ = ["EnterpriseClasses", "EnterpriseOptions", "Suboptions", "VendorOptions"]


class Suboptions:
    """`{1 circuit-id: "eth0"; 5 link-selection: 192.0.2.0}`, and ` end` after an end mark.

    Names are for the reader: codes decide, and a code's kind is that of its space.
    """

    expected = "{1 name: value; 2: hex 0a0b}"

    def __init__(self, kinds: Mapping[str, Kind], space: Space) -> None:
        self._kinds, self._space = kinds, space

    def read(self, value: bytes) -> dict[int, bytes]:
        return suboptions(0, value)

    def show(self, value: bytes) -> str:
        found = pairs(0, value)
        if not found:
            raise ValueError("no sub-options")
        parts = []
        for code, content in found:
            name, kind = self._space.get(code, ("", "octets"))
            label = f"{code} {name}" if name else str(code)
            parts.append(f"{label}: {shown(self._kinds[kind], content)}")
        size = sum([2 + len(content) for _code, content in found])
        end = " end" if value[size:] == b"\xff" else ""
        return f"{{{'; '.join(parts)}}}{end}"

    def scan(self, scanner: Scanner) -> bytes:
        scanner.expect("{")
        value = self._scan_one(scanner)
        while scanner.accept(";"):
            value += self._scan_one(scanner)
        scanner.expect("}")
        return value + b"\xff" if scanner.keyword("end") else value

    def _scan_one(self, scanner: Scanner) -> bytes:
        code = scanner.number(1, 254)
        name, kind = self._space.get(code, ("", "octets"))
        told = scanner.word()
        if told and told != name:
            raise scanner.unexpected(f"`:` after {code}, which is no {told}")
        scanner.expect(":")
        content = scanned(self._kinds[kind], scanner)
        if len(content) > 255:
            raise scanner.unexpected("at most 255 bytes in a sub-option")
        return bytes((code, len(content))) + content


class VendorOptions:
    """Option 43: `pxe {…}` with names, `{…}` for any other sub-options, or a literal.

    Which vendor's it is, is said by option 60 or by nobody; so the word `pxe` is part of the text,
    and is used where an end mark and PXE's own sub-options speak for it.
    """

    expected = 'pxe {6: 8} end, {1: "text"}, "text" or hex 0a0b'

    def __init__(self, kinds: Mapping[str, Kind]) -> None:
        self._pxe = Suboptions(kinds, PXE)
        self._any = Suboptions(kinds, {})

    def read(self, value: bytes) -> bytes:
        """As it is: `suboptions` splits it for those who know that it has any."""
        return value

    def show(self, value: bytes) -> str:
        literal = octets(value)
        if literal.startswith('"'):
            return literal
        codes = {code for code, _content in pairs(43, value)}
        if codes and codes <= PXE.keys() and value[-1:] == b"\xff":
            return f"pxe {self._pxe.show(value)}"
        return self._any.show(value)

    def scan(self, scanner: Scanner) -> bytes:
        if scanner.keyword("pxe"):
            return self._pxe.scan(scanner)
        return self._any.scan(scanner) if scanner.sees("{") else scanner.octets()


class EnterpriseClasses:
    """Option 124 (RFC 3925 section 3): `4491 ["docsis3.0"], 9 ["one", "two"]`."""

    expected = '4491 ["text"], or several with commas between'

    def read(self, value: bytes) -> tuple[tuple[int, tuple[bytes, ...]], ...]:
        return tuple([(number, _classes(content)) for number, content in _enterprises(value)])

    def show(self, value: bytes) -> str:
        return ", ".join(
            [
                f"{number} [{', '.join(map(octets, classes))}]"
                for number, classes in self.read(value)
            ]
        )

    def scan(self, scanner: Scanner) -> bytes:
        value = self._scan_one(scanner)
        while scanner.accept(","):
            value += self._scan_one(scanner)
        return value

    def _scan_one(self, scanner: Scanner) -> bytes:
        number = scanner.number(0, 0xFFFFFFFF)
        scanner.expect("[")
        classes = [scanner.octets()]
        while scanner.accept(","):
            classes.append(scanner.octets())
        scanner.expect("]")
        if sum(map(len, classes)) + len(classes) > 255:
            raise scanner.unexpected("at most 255 bytes for an enterprise")
        return _enterprise(number, b"".join([bytes((len(one),)) + one for one in classes]))


class EnterpriseOptions:
    """Option 125 (RFC 3925 section 4): `3561 {1: "text"; 2: "text"}, 9 {5: hex 01}`."""

    expected = '3561 {1: "text"}, or several with commas between'

    def __init__(self, kinds: Mapping[str, Kind]) -> None:
        self._any = Suboptions(kinds, {})

    def read(self, value: bytes) -> tuple[tuple[int, dict[int, bytes]], ...]:
        return tuple(
            [(number, suboptions(125, content)) for number, content in _enterprises(value)]
        )

    def show(self, value: bytes) -> str:
        return ", ".join(
            [f"{number} {self._any.show(content)}" for number, content in _enterprises(value)]
        )

    def scan(self, scanner: Scanner) -> bytes:
        value = self._scan_one(scanner)
        while scanner.accept(","):
            value += self._scan_one(scanner)
        return value

    def _scan_one(self, scanner: Scanner) -> bytes:
        number = scanner.number(0, 0xFFFFFFFF)
        content = self._any.scan(scanner)
        if len(content) > 255:
            raise scanner.unexpected("at most 255 bytes for an enterprise")
        return _enterprise(number, content)


def _enterprise(number: int, content: bytes) -> bytes:
    return number.to_bytes(4, "big") + bytes((len(content),)) + content


def _enterprises(value: bytes) -> list[tuple[int, bytes]]:
    """Enterprise numbers and what is theirs, which both options have in common."""
    found = []
    at = 0
    while at < len(value):
        end = at + 5 + value[at + 4] if at + 4 < len(value) else len(value) + 1
        if end > len(value):
            raise ValueError("an enterprise's part goes on beyond the end")
        found.append((int.from_bytes(value[at : at + 4], "big"), value[at + 5 : end]))
        at = end
    if not found:
        raise ValueError("no enterprise")
    return found


def _classes(content: bytes) -> tuple[bytes, ...]:
    classes = []
    at = 0
    while at < len(content):
        end = at + 1 + content[at]
        if end > len(content):
            raise ValueError("a class goes on beyond the end")
        classes.append(content[at + 1 : end])
        at = end
    if not classes:
        raise ValueError("no classes")
    return tuple(classes)
