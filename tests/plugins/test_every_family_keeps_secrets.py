"""What holds of every family alike: a phone that is not the one, or not where it is to be, gets nothing that is secret.

Its own file, as it asks for it, over HTTP and over TFTP; and `explain` says why each time.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from attrs import frozen
from msgspec.structs import replace

from provd.access import Sighting
from provd.application.explain import tell
from provd.documents import Device, LevelName, ServingPolicy, parse_config
from provd.testing.access import keep
from provd.testing.families import installed
from provd.testing.inquiries import ARRIVED, PEER, Core, core, http, tftp
from provd.testing.phone import SERVER
from provd.testing.showing import url_token
from provd.values import Certified, Content, Inquiry

SOURCES = Path(__file__).resolve().parents[2] / "plugins"
SECRET, ONCE = "rosebud4711", "once-ofYesterday"
ALL = ServingPolicy(id="all", level=LevelName.CLAIMED)
PROVED = ServingPolicy(id="proved", level=LevelName.CREDENTIAL)
ELSEWHERE = ServingPolicy(id="elsewhere", level=LevelName.CLAIMED, networks=("203.0.113.0/24",))


@frozen
class Phone:
    """One phone of a family, and how it asks for the file with its accounts; `{mac}` and `{MAC}` are its address."""

    family: str
    mac: str
    model: str
    path: str
    agent: str = ""

    def spelled(self, text: str) -> str:
        """With its address."""
        bare = self.mac.replace(":", "")
        return text.format(mac=bare, MAC=bare.upper())

    def asks(self, prefix: str = "") -> list[Inquiry]:
        """Over every protocol that it speaks."""
        path = prefix + self.spelled(self.path)
        asked = [tftp(path, local=SERVER, number=1)]
        if self.agent:
            asked.append(http(f"/{path}", self.spelled(self.agent), local=SERVER, number=2))
        return asked


PHONES = [
    Phone(
        "aastra",
        "00:08:5d:00:53:01",
        "6731i",
        "{MAC}.cfg",
        "Aastra6731i MAC:00-08-5D-00-53-01 V:3.3.1.4358-SIP",
    ),
    Phone("cisco-7900", "00:1b:54:00:53:01", "7941G", "SEP{MAC}.cnf.xml"),
    Phone(
        "cisco-spa",
        "00:02:fd:00:53:01",
        "SPA504G",
        "{mac}.xml",
        "Cisco/SPA504G-7.6.2f ({MAC})(CBT141400UK)",
    ),
    Phone("fanvil", "0c:38:3e:00:53:01", "X4", "{mac}.cfg", "Fanvil X4 2.10.1.5180 {mac}"),
    Phone(
        "gigaset",
        "7c:2f:80:00:53:01",
        "N510 IP PRO",
        "{MAC}.xml",
        "Gigaset N510 IP PRO/42.250.00.000.000;{MAC}",
    ),
    Phone(
        "grandstream",
        "00:0b:82:00:53:01",
        "GXP2170",
        "cfg{mac}.xml",
        "Grandstream Model HW GXP2170 SW 1.0.9.108 DevId {mac}",
    ),
    Phone(
        "polycom",
        "00:04:f2:00:53:01",
        "VVX400",
        "{mac}-user.cfg",
        "FileTransport PolycomVVX-VVX_400-UA/5.9.0.9373 Type/Application",
    ),
    Phone(
        "snom",
        "00:04:13:00:53:01",
        "D785",
        "{MAC}.xml",
        "Mozilla/4.0 (compatible; snomD785-SIP 10.1.54.13 1.1.5-IFX-05.01.12 {MAC})",
    ),
    Phone("yealink", "00:15:65:00:53:01", "T46S", "{mac}.cfg", "Yealink SIP-T46S 66.86.0.15 {mac}"),
]


@pytest.fixture(params=PHONES, ids=lambda phone: phone.family)
def phone(request: pytest.FixtureRequest) -> Phone:
    """One of each family."""
    found: Phone = request.param
    return found


def a_site(scratch: Path, phone: Phone, *policies: ServingPolicy) -> Core:
    """It has the phone, whose config has passwords, and a one-time URL for it that is over."""
    registry = installed(SOURCES / phone.family, scratch, base_url=f"http://{SERVER}:8667")
    made = core(registry=registry, policies=policies)
    line = {"username": "1001", "password": SECRET, "proxy_ip": SERVER, "registrar_ip": SERVER}
    raw = {"admin_password": SECRET, "protocol": "SIP", "sip_lines": {"1": line}}
    keep(
        made.store,
        configs=[parse_config({"id": "own", "parent_ids": [], "raw_config": raw})],
        devices=[
            Device(
                id="phone",
                mac=phone.mac,
                ip=PEER,
                model=phone.model,
                config="own",
                plugin=max(registry.ids()),
            )
        ],
        **{"url-tokens": [url_token("u", "phone", ONCE, "", expiry=ARRIVED - 1)]},
    )
    return made


def given(made: Core, inquiry: Inquiry) -> tuple[str, str]:
    """What it gets, however late, and what explain says of that."""
    told: list[Any] = []
    answer: Any = made.inquiries.ask(inquiry)
    if hasattr(answer, "addBoth"):
        answer.addBoth(told.append)
        made.clock.advance(3)
        [answer] = told
    body = answer.body.decode() if isinstance(answer, Content) else ""
    story = tell(made.decisions.latest(1)[0])
    return body, "\n".join(step["text"] for step in story["steps"])


def nothing(made: Core, asked: list[Inquiry], why: str) -> None:
    """No secret, over no protocol; and why."""
    for inquiry in asked:
        body, story = given(made, inquiry)
        assert SECRET not in body, inquiry.protocol
        assert why in story, (inquiry.protocol, story)


def test_the_control(phone: Phone, tmp_path: Path) -> None:
    """Where a policy gives secrets to whoever asks, its file tells them over each protocol."""
    made = a_site(tmp_path, phone, ALL)
    for inquiry in phone.asks():
        body, story = given(made, inquiry)
        assert SECRET in body, (inquiry.protocol, story)


def test_with_nothing_but_its_word(phone: Phone, tmp_path: Path) -> None:
    """By default a MAC address is no identity."""
    nothing(a_site(tmp_path, phone), phone.asks(), "identity level is claimed")


def test_with_a_wrong_certificate(phone: Phone, tmp_path: Path) -> None:
    """That of another phone, and one that is worth nothing."""
    another = Certified(subject="CN=x", authority="x", mac="00:00:5e:00:53:ff")
    made = a_site(tmp_path, phone, ALL)
    shown = [replace(each, certificate=another) for each in phone.asks()[1:]]
    nothing(made, shown, "its certificate is that of 00:00:5e:00:53:ff")
    worthless = Certified(subject="CN=x", refused="it ended yesterday")
    made = a_site(tmp_path / "again", phone, PROVED)
    shown = [replace(each, certificate=worthless) for each in phone.asks()[1:]]
    nothing(made, shown, "it ended yesterday")


def test_with_a_url_that_is_over(phone: Phone, tmp_path: Path) -> None:
    """It opens nothing, and is no way around the policy."""
    made = a_site(tmp_path, phone, ALL)
    nothing(made, phone.asks(f"{ONCE}/"), "the one-time URL u is over")


def test_from_a_wrong_network(phone: Phone, tmp_path: Path) -> None:
    """The policy names another."""
    nothing(a_site(tmp_path, phone, ELSEWHERE), phone.asks(), f"it asks from {PEER}")


def test_as_part_of_a_sweep(phone: Phone, tmp_path: Path) -> None:
    """Who looked for eight others in a row."""
    made = a_site(tmp_path, phone, ALL)
    for number in range(8):
        mac = f"00:00:5e:00:53:{number:02x}"
        made.secrecy.sweeps.see(Sighting(source=PEER, at=ARRIVED - 1, mac=mac))
    nothing(made, phone.asks(), "8 MAC addresses in a row")
