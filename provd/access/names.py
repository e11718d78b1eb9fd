"""What a certificate says in its names: subject, alternative names, and IEEE 802.1AR's hardwareModuleName."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from cryptography import x509
from cryptography.x509.oid import NameOID
from pyasn1.codec.der import decoder
from pyasn1.error import PyAsn1Error
from pyasn1.type.namedtype import NamedType, NamedTypes
from pyasn1.type.univ import ObjectIdentifier, OctetString, Sequence

Names = Mapping[str, tuple[str, ...]]
"""From attributes to their values, as often as they occur."""

HARDWARE_MODULE_NAME: Final = x509.ObjectIdentifier("1.3.6.1.5.5.7.8.4")
LONGEST_HARDWARE = 1024
"""Bytes of one that is read; the standard's have a few dozen."""
LONGEST_SHOWN = 256

_SUBJECT: Mapping[x509.ObjectIdentifier, str] = {
    NameOID.COMMON_NAME: "CN",
    NameOID.ORGANIZATIONAL_UNIT_NAME: "OU",
    NameOID.ORGANIZATION_NAME: "O",
    NameOID.LOCALITY_NAME: "L",
    NameOID.STATE_OR_PROVINCE_NAME: "S",
    NameOID.SURNAME: "S",
    NameOID.COUNTRY_NAME: "C",
    NameOID.SERIAL_NUMBER: "serialNumber",
}

ATTRIBUTES: Final = frozenset({*_SUBJECT.values(), "hardware", "dns", "uri"})


class _HardwareModuleName(Sequence):  # type: ignore[misc]  # pyasn1 is not typed
    """RFC 4108 section 5: of what type the hardware is, and its serial number."""

    componentType = NamedTypes(
        NamedType("hwType", ObjectIdentifier()), NamedType("hwSerialNum", OctetString())
    )


def names_of(certificate: x509.Certificate) -> Names:
    """Every name that can be read by.

    @raise ValueError: its alternative names are not what they should be.
    """
    found: dict[str, tuple[str, ...]] = {}
    for attribute in certificate.subject:
        name = _SUBJECT.get(attribute.oid)
        if name is not None:
            found[name] = (*found.get(name, ()), str(attribute.value))
    for name, value in _alternative(certificate):
        found[name] = (*found.get(name, ()), value)
    return found


def _alternative(certificate: x509.Certificate) -> Iterator[tuple[str, str]]:
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return
    for each in extension.value:
        if isinstance(each, x509.DNSName):
            yield "dns", each.value
        elif isinstance(each, x509.UniformResourceIdentifier):
            yield "uri", each.value
        elif isinstance(each, x509.OtherName) and each.type_id == HARDWARE_MODULE_NAME:
            yield "hardware", hardware_serial(each.value)


def hardware_serial(der: bytes) -> str:
    """The serial number of a hardwareModuleName: text where it is text, else hexadecimal digits.

    @raise ValueError: it is none.
    """
    if len(der) > LONGEST_HARDWARE:
        raise ValueError("its hardwareModuleName is too long")
    try:
        found, rest = decoder.decode(der, asn1Spec=_HardwareModuleName())
    except PyAsn1Error as error:
        raise ValueError("its hardwareModuleName is broken") from error
    if rest:
        raise ValueError("something follows its hardwareModuleName")
    serial = bytes(found["hwSerialNum"])
    text = serial.decode("ascii", "replace")
    return text if text.isprintable() and "\ufffd" not in text else serial.hex()


def shown(name: x509.Name) -> str:
    """A name for people: RFC 4514, cut where it is long, without what a log must not hold."""
    text = name.rfc4514_string()[:LONGEST_SHOWN]
    return "".join(each if each.isprintable() else "\ufffd" for each in text)
