"""A tree says which path is rendered from which template, and whose it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from zope.interface import implementer

from provd.documents import Device
from provd.sdk import (
    Answer,
    Content,
    Firmware,
    FirmwareFile,
    Format,
    IView,
    Pem,
    Refusal,
    RefusalKind,
    Rendered,
    Served,
    Tree,
    own_file,
)
from provd.sdk.tree import NO_SUCH_PEM, NOT_YOURS, NOWHERE


@implementer(IView)
class View:
    """Answers what it was asked, as text."""

    base_url = "http://192.0.2.1"
    raw_config: dict[str, Any] = {"XX_certificates": {"8021x-ca": "PEM"}}  # noqa: RUF012 - nothing writes it

    def __init__(self, **device: Any) -> None:
        self.device = Device(id="d", **({"mac": "00:00:5e:00:53:ab"} | device))

    def file(self, relative: str) -> Answer:
        if relative.endswith("/absent"):
            return Refusal(RefusalKind.NOT_FOUND, "no such file")
        return Content(f"file {relative}".encode())

    def firmware(self) -> Firmware | None:
        return Firmware("fw", "1.0", "firmware/fw/1.0", "") if self.device.model == "A20" else None

    def render(
        self,
        candidates: Sequence[str],
        context: Mapping[str, Any],
        format: Format,  # noqa: A002 - as in the contract
        media_type: str = "",
    ) -> Answer:
        return Content(f"{'|'.join(candidates)} {dict(context)} {format}".encode(), media_type)


TREE = Tree(
    Rendered("{MAC}.cfg", "upper.tpl", Format.LINES),
    Rendered(
        "{mac}/config.xml", "lower.tpl", Format.XML, lambda view: {"u": view.base_url}, "text/xml"
    ),
    Rendered("common.cfg", "common.tpl", Format.INI),
    Rendered("lang/*.json", "lang.tpl", Format.JSON),
    Served("common.cfg"),
    Served("firmware/**"),
    Served("*.st"),
    FirmwareFile("fw/*"),
    Pem("{mac}-*.pem", "XX_certificates"),
)


def at(path: str, **device: Any) -> str:
    """What is at a path."""
    answer = TREE.serve(path, View(**device))
    return answer.body.decode() if isinstance(answer, Content) else str(answer)


def test_firmware_by_a_name_of_its_own() -> None:
    """It comes out of what the device is to run; what is not there, and without firmware, out of the tree."""
    assert at("fw/phone.st", model="A20") == "file firmware/fw/1.0/fw/phone.st"
    assert at("fw/absent", model="A20").startswith("Refusal")
    assert at("fw/phone.st") == "file fw/phone.st"


def test_a_device_gets_its_own_file() -> None:
    """Under its address in either spelling, as the rule has it."""
    assert at("00005E0053AB.cfg") == "00005E0053AB.cfg.tpl|upper.tpl {} lines"
    assert at("00005e0053ab/config.xml") == "config.xml.tpl|lower.tpl {'u': 'http://192.0.2.1'} xml"
    assert TREE.serve("00005e0053ab/config.xml", View()).media_type == "text/xml"  # type: ignore[union-attr]  # Content


def test_a_certificate_out_of_the_raw_config() -> None:
    """What is held under the name behind the address, with an entity tag of its own; or a reason why there is none."""
    answer = TREE.serve("00005e0053ab-8021x-ca.pem", View())
    assert isinstance(answer, Content)
    assert (answer.body, answer.media_type, len(answer.etag)) == (
        b"PEM",
        "application/x-pem-file",
        32,
    )
    assert TREE.serve("00005e0053ab-ca.pem", View()) is NO_SUCH_PEM


@pytest.mark.parametrize(
    "path", ["00005E0053AC.cfg", "00005e0053ac/config.xml", "00005e0053ac-8021x-ca.pem"]
)
def test_a_device_does_not_get_anothers(path: str) -> None:
    """The name shows whose it is; a device whose own address is unknown gets nobody's."""
    assert TREE.serve(path, View()) is NOT_YOURS
    assert TREE.serve(path, View(mac=None)) is NOT_YOURS


def test_spelling_matters() -> None:
    """A lower-case name is not the upper-case rule's."""
    assert TREE.serve("00005e0053ab.cfg", View()) is NOWHERE


def test_templates_are_tried_from_the_special_to_the_general() -> None:
    """By file name, by model for files of one device, by rule."""
    assert at("00005E0053AB.cfg", model="A20") == "00005E0053AB.cfg.tpl|A20.tpl|upper.tpl {} lines"
    assert at("common.cfg", model="A20") == "common.cfg.tpl|common.tpl {} ini"


def test_the_first_rule_wins_and_literal_paths_before_patterns() -> None:
    """common.cfg is rendered, though a later rule would serve it."""
    assert at("common.cfg").endswith("ini")
    tree = Tree(Served("**"), Rendered("a", "a.tpl", Format.LINES))
    answer = tree.serve("a", View())
    assert isinstance(answer, Content)
    assert answer.body.endswith(b"lines")


def test_stars_stay_within_a_segment_unless_doubled() -> None:
    """`*` is one name or a part of one, `**` anything."""
    assert at("6730i.st") == "file 6730i.st"
    assert at("firmware/a/b/c") == "file firmware/a/b/c"
    assert at("lang/fr.json").startswith("fr.json.tpl")
    for path in ("x/6730i.st", "firmware", "lang/a/b.json", ".cfg", ""):
        assert TREE.serve(path, View()) is NOWHERE


@pytest.mark.parametrize("pattern", ["/a", "", "{nac}.cfg", "{}", "{mac}/{mac}.cfg"])
def test_a_pattern_that_cannot_be_is_refused(pattern: str) -> None:
    """When the plugin is loaded, not when a phone asks."""
    with pytest.raises(ValueError, match=r"pattern|placeholder|redefinition"):
        Tree(Served(pattern))


@given(st.text(max_size=40))
def test_any_path_has_an_answer(path: str) -> None:
    """Whatever is asked, it is served, rendered or refused."""
    assert TREE.serve(path, View()) is not None


@given(st.text(alphabet="ab.[](){}\\^$|?+*/", min_size=1, max_size=12))
def test_a_path_without_placeholders_matches_itself(path: str) -> None:
    """Signs that mean something to regular expressions mean nothing here."""
    if any(sign in path for sign in "{*") or path.startswith("/"):
        return
    assert Tree(Served(path)).serve(path, View()) == Content(f"file {path}".encode())
    assert Tree(Served(path + "*")).serve(path + "x", View()) == Content(f"file {path}x".encode())


@pytest.mark.parametrize(
    ("mac", "lower", "upper"),
    [
        ("00:08:5d:23:74:29", "00085d237429.cfg", "cfg00085D237429"),
        (None, "", ""),
    ],
)
def test_a_pattern_stands_for_a_name(mac: str | None, lower: str, upper: str) -> None:
    """With the address of a device in it, in either case; for nothing where a device has none."""
    device = Device(id="d", mac=mac)
    assert (own_file("{mac}.cfg", device), own_file("cfg{MAC}", device)) == (lower, upper)
