"""The polycom plugin: which devices it knows, which files it serves to whom, and what it tells over DHCP."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provd.plugins import Plugins
from provd.sdk import DeviceSupport
from provd.testing.dhcp import a_subnet
from provd.testing.dhcp_site import site
from provd.testing.families import (
    asking_as,
    assert_ranges_are_guesses,
    concluded,
    installed,
    levels,
)
from provd.testing.inquiries import dhcp, http, tftp
from provd.values import FileContent, Refusal

SOURCE = Path(__file__).resolve().parents[2] / "plugins" / "polycom"
MAC, BARE = "00:04:f2:00:53:01", "0004f2005301"
USER_AGENT = "FileTransport PolycomVVX-VVX_410-UA/5.9.7.4477 Type/Application"


@pytest.fixture(scope="module")
def plugins() -> Iterator[Plugins]:
    """The plugin, installed and loaded, with two images of firmware."""
    with TemporaryDirectory() as scratch:
        found = installed(SOURCE, Path(scratch))
        tree = Path(scratch) / "polycom" / "var" / "tftpboot"
        (tree / "5.9.7").mkdir(parents=True)
        (tree / "sip.ld").write_text("every model's")
        (tree / "5.9.7" / "3111-46162-001.sip.ld").write_text("a VVX 410's")
        yield found


asked = asking_as(mac=MAC, model="VVX410", plugin="polycom")
"""What a phone gets, a VVX 410 unless said otherwise."""


@pytest.mark.parametrize(
    "user_agent",
    [
        USER_AGENT + " ",
        "PolycomVVX-VVX_410-UA/5.9.7.4477",
        "FileTransport PolycomVVX-VVX_410-UA/x Type/Application",
        "FileTransport PolycomVVX-VVX_410-UA/5.9.7.4477 (SN:) Type/Application",
        "FileTransport Poly",
        "FileTransport PolycomVVX-" + "4" * 5000 + "-UA/5.9",
    ],
)
def test_other_user_agents_say_nothing(plugins: Plugins, user_agent: str) -> None:
    """A User-Agent that is not spelt as the phones spell it is nobody's word."""
    assert concluded(plugins, http(f"/{BARE}.cfg", user_agent)) == []


@pytest.mark.parametrize(
    ("path", "serial_number", "mac"),
    [
        (f"/{BARE}.cfg", "", MAC),
        ("/0004F2005301.cfg", "", MAC),
        (f"/{BARE}/5.9.7/3111-46162-001.sip.ld", "", MAC),
        ("/000000000000.cfg", "", None),
        ("/sip.ld", "", None),
        (f"/{BARE}/other.wav", "", None),
        (f"/{BARE}", "", None),
        ("/sip.ld", " (SN:0004f2005301)", MAC),
        ("/0004f2005302.cfg", " (SN:0004f2005301)", MAC),
        (f"/{BARE}.cfg", " (SN:12345)", MAC),
    ],
)
def test_where_a_phone_says_its_address(
    plugins: Plugins, path: str, serial_number: str, mac: str | None
) -> None:
    """In its serial number, else in the name of its file or in the directory of its firmware."""
    agent = USER_AGENT.replace(" Type", f"{serial_number} Type")
    [said] = concluded(plugins, http(path, agent))
    assert said.get("mac") == mac


@pytest.mark.parametrize(
    ("vendor_class", "said"),
    [
        (b"\0\0\x36\x3d", {}),
        (b"\0\0\x36\x3d\x12\x02\x0bVVX-VVX_410\x04\x03SIP", {"model": "VVX410"}),
        (b"\0\0\x36\x3d\x12\x04\x0fSIP/4.0.13.1445", {}),
        (b"\0\0\x36\x3d\x12\x04\x10SIP/4.0.13.1445/", {"version": "4.0.13.1445"}),
        (b"\0\0\x36\x3d\x40\x02\xffVVX_410", {}),
        (b"\0\0\x36\x3d\x40\xff\0\x02\x07VVX_410", {}),
        (b"Polycom-VVX410", {"model": "VVX410"}),
        (b"Polycom HDX", None),
        (b"\0\0\x36\x3e\x10\x02\x07VVX_410", None),
    ],
)
def test_vendor_classes_have_two_forms(
    plugins: Plugins, vendor_class: bytes, said: dict[str, str] | None
) -> None:
    """Sub-options behind the enterprise number, as far as they are whole; or a text with a model's name."""
    expected = [] if said is None else [{"vendor": "Polycom", **said}]
    assert concluded(plugins, dhcp("00:00:5e:00:53:01", dhcp={60: vendor_class})) == expected


@given(st.text(max_size=60), st.binary(max_size=60))
def test_no_request_makes_the_plugin_fail(plugins: Plugins, text: str, told: bytes) -> None:
    """Whatever is asked, the plugin concludes something or nothing; it never raises."""
    concluded(plugins, http("/" + text, "FileTransport Poly" + text))
    concluded(plugins, http("/" + text, USER_AGENT))
    concluded(plugins, tftp(text + ".cfg"))
    concluded(plugins, tftp(BARE + text + "-app.log"))
    concluded(plugins, dhcp(MAC, dhcp={60: b"\0\0\x36\x3d" + told}))
    assert [plugin.failures for plugin in plugins.loaded()] == [0]


def test_hardware_addresses_are_a_guess_for_dhcp_alone(plugins: Plugins) -> None:
    """The ranges are those whose own files are believed over TFTP."""
    assert_ranges_are_guesses(plugins, "Polycom", "{}.cfg")


@pytest.mark.parametrize(
    ("info", "level"),
    [
        ({"model": "VVX410", "version": "5.9.7.4477"}, DeviceSupport.EXACT),
        ({"model": "VVX410", "version": "4.1.4.7430"}, DeviceSupport.EXACT),
        ({"model": "VVX410", "version": "6.5.0.1"}, DeviceSupport.COMPLETE),
        ({"model": "VVX410", "version": "4.0.9"}, DeviceSupport.INCOMPLETE),
        ({"model": "SPIP650", "version": "3.3.5.0247"}, DeviceSupport.EXACT),
        ({"model": "SPIP650", "version": "3.2.7.0198"}, DeviceSupport.INCOMPLETE),
        ({"model": "EdgeE450", "version": "8.0.0.15602"}, DeviceSupport.EXACT),
        ({"model": "CCX500", "version": "9.4.1.0508"}, DeviceSupport.EXACT),
        ({"model": "VVX410", "version": "5"}, DeviceSupport.COMPLETE),
        ({"model": "VVX410", "version": "٥.٩.٧"}, DeviceSupport.COMPLETE),
        ({"model": "VVX410"}, DeviceSupport.COMPLETE),
        ({"model": "EdgeE999", "version": "9.0"}, DeviceSupport.PROBABLE),
        ({}, DeviceSupport.PROBABLE),
        ({"vendor": "Cisco", "model": "VVX410"}, DeviceSupport.NONE),
        ({"vendor": None}, DeviceSupport.UNKNOWN),
    ],
)
def test_how_well_a_phone_is_supported(
    plugins: Plugins, info: dict[str, Any], level: DeviceSupport
) -> None:
    """By the releases whose parameters the templates know."""
    assert levels(plugins, "Polycom", info) == [level]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (f"/{BARE}/sip.ld", "every model's"),
        ("/sip.ld", "every model's"),
        (f"/{BARE}/5.9.7/3111-46162-001.sip.ld", "a VVX 410's"),
    ],
)
def test_firmware_is_below_a_phones_own_address_too(plugins: Plugins, path: str, text: str) -> None:
    """So that a phone that does not tell its address yet is known by the path."""
    answer = asked(plugins, path, {})
    assert isinstance(answer, FileContent), answer
    assert Path(answer.path).read_text() == text


@pytest.mark.parametrize(
    "path",
    [
        "/0004f2005302.cfg",
        "/0004f2005302-user.cfg",
        f"/{BARE}/0004f2005302-user.cfg",
        "/0004f2005302/sip.ld",
        f"/{BARE}-phone.cfg",
        f"/{BARE}-web.cfg",
        f"/{BARE}-app.log",
        f"/{BARE}-license.cfg",
        "/000000000000-directory.xml",
    ],
)
def test_what_is_not_served(plugins: Plugins, path: str) -> None:
    """Another phone's files; what phones write, since they may not; what the operator did not put there."""
    assert isinstance(asked(plugins, path, {}), Refusal)


def test_over_dhcp_it_is_told_a_url_in_both_options(plugins: Plugins, tmp_path: Path) -> None:
    """In 160 and in 66, and nothing in 43, of which no source says what would be in it."""
    registry = installed(SOURCE, tmp_path, base_url="http://192.0.2.1:8667")
    lan = site(a_subnet(), registry=registry)
    told = {60: b"\0\0\x36\x3d\x0d\x02\x0bVVX-VVX_410", 55: bytes((1, 3, 43, 66, 160))}
    ack = lan.lease("00:00:5e:00:53:01", options=told)
    assert ack.options[160] == ack.options[66] == b"http://192.0.2.1:8667"
    assert 43 not in ack.options


def test_what_is_left_to_overrides(tmp_path: Path) -> None:
    """An administrator adds parameters, such as the order of codecs, to what the plugin writes."""
    override = tmp_path / "no-overrides" / "polycom" / "common.tpl"
    override.parent.mkdir(parents=True)
    block = '<codecs voice.codecPref.G711_Mu="1"/>'
    extends = '{% extends "shipped/common.tpl" %}'
    override.write_text(extends + "{% block more %}" + block + "{% endblock %}")
    plugins = installed(SOURCE, tmp_path)
    text = asked(plugins, f"/{BARE}-common.cfg", {"locale": "fr_FR"}).body.decode()
    assert 'lcl.ml.lang="French_France"' in text
    assert text.endswith(block + "</polycomConfig>\n")
