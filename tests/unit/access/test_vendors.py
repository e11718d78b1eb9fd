"""How factory certificates name a box."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from hypothesis import given
from hypothesis import strategies as st

from provd.access import Mapped, check_mapped, shipped
from provd.access.names import hardware_serial, names_of, shown
from provd.access.vendors import Reader, readers
from provd.testing.certificates import (
    HARDWARE_MODULE_NAME,
    Maker,
    hardware_module_name,
    subject_of,
)

MAKER = Maker()
MAC = "64:16:7f:16:99:81"
PUBLISHED: list[tuple[str, dict[str, str], dict[str, str]]] = [
    (
        "cisco",
        {
            "serialNumber": "PID:CP-8851 SN:FCH1924AHCA",
            "CN": "CP-8851-SEPB07D47D33A1C",
            "OU": "CTG",
        },
        {"mac": "b0:7d:47:d3:3a:1c", "sn": "FCH1924AHCA", "model": "8851"},
    ),
    (
        "cisco",
        {
            "serialNumber": "PID:CP-9951 SN:FCH15200000",
            "CN": "CP-9951-SEP64D989000000",
            "OU": "VTG",
        },
        {"mac": "64:d9:89:00:00:00", "sn": "FCH15200000", "model": "9951"},
    ),
    (
        "cisco",
        {"CN": "CP-7965G-SEP00005E005301", "O": "Cisco Systems Inc."},
        {"mac": "00:00:5e:00:53:01", "model": "7965G"},
    ),
    (
        "cisco",
        {"OU": "CP-8841-3PCC", "L": "88012BA01234", "S": "000e08abcdef"},
        {"mac": "00:0e:08:ab:cd:ef", "sn": "88012BA01234", "model": "8841"},
    ),
    (
        "cisco",
        {"OU": "SPA-962", "L": "88012BA01234", "surname": "000e08abcdef"},
        {"mac": "00:0e:08:ab:cd:ef", "sn": "88012BA01234"},
    ),
    (
        "cisco",
        {
            "serialNumber": "PID:IE-3100-3P1U2S SN:FDO2902JF4N",
            "O": "Cisco",
            "OU": "ACT-2 Lite SUDI",
            "CN": "IE-3100-3P1U2S",
        },
        {"sn": "FDO2902JF4N", "model": "IE-3100-3P1U2S"},
    ),
    ("polycom", {"CN": "64167F169981", "O": "Polycom Inc."}, {"mac": MAC}),
    ("polycom", {"CN": "0004F28B54F4", "O": "Polycom Inc."}, {"mac": "00:04:f2:8b:54:f4"}),
    ("yealink", {"CN": "001565000062"}, {"mac": "00:15:65:00:00:62"}),
    (
        "yealink",
        {
            "OU": "Yealink Equipment",
            "CN": "yealink.com",
            "serialNumber": "ffffffff-ffff-ffff-fff0-001565000062",
        },
        {"mac": "00:15:65:00:00:62"},
    ),
    ("ieee-802-1ar", {"CN": "switch", "serialNumber": "FDO2902JF4N"}, {"sn": "FDO2902JF4N"}),
]
"""As `sources` have them."""

NOBODY: list[tuple[str, dict[str, str]]] = [
    ("cisco", {"OU": "cisco.com", "L": "ciscogeneric", "S": "ciscogeneric"}),
    ("cisco", {"CN": "SEP1C6A7AE57121", "O": "TemporaryDefaultCertificate"}),
    ("cisco", {"CN": "CP-8851-SEPB07D47D33A1"}),
    ("polycom", {"CN": "64167F169981"}),
    ("polycom", {"CN": "Polycom", "O": "Polycom Inc."}),
    ("polycom", {"CN": "x64167F169981", "O": "Polycom Inc."}),
    ("yealink", {"CN": "yealink.com", "OU": "yealink.com"}),
    ("yealink", {"CN": "Yealink Equipment Issuing CA"}),
    ("ieee-802-1ar", {"CN": "switch"}),
]


def read(name: str, certificate: x509.Certificate) -> Any:
    """What a shipped mapping reads in a certificate."""
    return readers({})[name].read(names_of(certificate))


@pytest.mark.parametrize(("name", "names", "box"), PUBLISHED, ids=lambda each: str(each)[:50])
def test_what_is_published(name: str, names: dict[str, str], box: dict[str, str]) -> None:
    """Every example of a source is read as the source says."""
    found = read(name, MAKER.device(**names))
    assert {
        key: getattr(found, key) for key in ("mac", "sn", "model") if getattr(found, key)
    } == box
    assert not found.refused


@pytest.mark.parametrize(("name", "names"), NOBODY, ids=lambda each: str(each)[:50])
def test_what_names_nobody(name: str, names: dict[str, str]) -> None:
    """Generic ones, and those that look another way, are nobody's."""
    found = read(name, MAKER.device(**names))
    assert found.refused
    assert (found.mac, found.sn) == ("", "")


def test_generic_is_told() -> None:
    """Whoever looks for the reason reads that it is shared."""
    assert "generic" in read("cisco", MAKER.device(OU="cisco.com", S="ciscogeneric")).refused


def test_two_names_of_a_kind_are_none() -> None:
    """Which of two common names is the box would be anybody's guess."""
    names = x509.Name(
        [*subject_of(CN="64167F169981"), *subject_of(CN="64167F169982", O="Polycom Inc.")]
    )
    assert read("polycom", MAKER.signed(names)).refused


def test_forms_that_disagree_with_themselves() -> None:
    """Two attributes that name two boxes name none."""
    reader = Reader("x", Mapped(forms=({"CN": "(?P<mac>.+)", "OU": "(?P<mac>.+)"},)))
    both = reader.read({"CN": ("00005e005301",), "OU": ("00005e005302",)})
    assert both.refused
    assert (
        reader.read({"CN": ("00005e005301",), "OU": ("00005e005301",)}).mac == "00:00:5e:00:53:01"
    )
    assert "no MAC address" in reader.read({"CN": ("x",), "OU": ("x",)}).refused


def test_hardware_module_name() -> None:
    """IEEE 802.1AR's serial number, as text or as digits."""
    assert hardware_serial(hardware_module_name(b"FDO2902JF4N")) == "FDO2902JF4N"
    assert hardware_serial(hardware_module_name(b"\x00\xff")) == "00ff"
    certificate = MAKER.device(
        (x509.OtherName(HARDWARE_MODULE_NAME, hardware_module_name(b"FDO2902JF4N")),), CN="switch"
    )
    assert read("ieee-802-1ar", certificate).sn == "FDO2902JF4N"


@pytest.mark.parametrize(
    "der",
    [
        b"",
        b"\x30\x00",
        hardware_module_name(b"A")[:-1],
        hardware_module_name(b"A") + b"\0",
        hardware_module_name(b"A", kind=b"\x02\x01\x01"),
        b"\x30\x80" * 600,
        b"\x30\x82\xff\xff",
    ],
    ids=repr,
)
def test_broken_hardware_names(der: bytes) -> None:
    """Nothing but one whole name is read, and nothing else raises."""
    with pytest.raises(ValueError, match="hardwareModuleName"):
        hardware_serial(der)


@given(st.binary(max_size=64))
def test_no_bytes_crash_it(der: bytes) -> None:
    """Whatever stands there, it is a serial number or refused."""
    for content in (der, b"\x30" + bytes((len(der),)) + der):
        try:
            hardware_serial(content)
        except ValueError:
            continue


def test_names_for_people() -> None:
    """No control character gets into a log, and nothing endless."""
    assert shown(subject_of(CN="a\nb")) == "CN=a\ufffdb"
    assert (
        len(shown(subject_of(CN="x" * 64, O="y" * 64, OU="z" * 64, L="w" * 64, S="v" * 64))) == 256
    )


def test_every_shipped_mapping_is_right() -> None:
    """It names a box, has a source, and nothing in it is unknown."""
    for name, mapped in shipped().items():
        assert list(check_mapped(mapped)) == [], name
        assert mapped.sources, name


@pytest.mark.parametrize(
    ("mapped", "path"),
    [
        (Mapped(forms=()), ".forms"),
        (Mapped(forms=({},)), ".forms[0]"),
        (Mapped(forms=({"XX": "(?P<mac>.)"},)), ".forms[0].XX"),
        (Mapped(forms=({"CN": "(?P<mac>"},)), ".forms[0].CN"),
        (Mapped(forms=({"CN": "(?P<model>.*)"},)), ".forms[0]"),
        (Mapped(forms=({"CN": "(?P<mac>.*)(?P<x>)"},)), ".forms[0]"),
        (Mapped(forms=({"CN": "(?P<mac>.*)"},), generic=({"CN": "("},)), ".generic[0].CN"),
    ],
)
def test_wrong_mappings(mapped: Mapped, path: str) -> None:
    """What an administrator wrote wrong is told with its place."""
    assert path in [problem.path for problem in check_mapped(mapped)]


def test_the_page_names_every_source() -> None:
    """Whoever adds a mapping says where it was published."""
    page = (Path(__file__).parents[3] / "docs" / "operate" / "certificates.rst").read_text("utf-8")
    for name, mapped in shipped().items():
        assert f"``{name}``" in page
        for source in mapped.sources:
            assert f"<{source}>" in page
