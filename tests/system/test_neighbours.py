"""Phones on networks of their own: what the kernel knows of them, and which of our addresses they asked."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen

from provd.testing.daemon import Daemon, TFTPRefused
from provd.testing.namespaces import Lab

pytestmark = [pytest.mark.root, pytest.mark.needs("ip")]

SERVER_A, SERVER_B = "192.0.2.1", "198.51.100.1"
CISCO_AT, AASTRA_AT = "192.0.2.10", "198.51.100.10"
CISCO_MAC, AASTRA_MAC, OTHER_MAC = "00:02:fd:ff:21:03", "00:08:5d:00:00:01", "00:08:5d:00:00:02"
SEP = "SEP0002FDFF2103.cnf.xml"
AASTRA = "Aastra6730i MAC:00-08-5D-00-00-01 V:3.2.0.1011-SIP"


@frozen
class Site:
    """A server with two networks, and a phone on each."""

    lab: Lab
    daemon: Daemon

    def fetch(self, name: str, phone: str = "cisco", host: str = SERVER_A) -> bytes:
        """A phone asks over TFTP."""
        with self.lab.inside(phone):
            return self.daemon.fetch(name, host=host)

    def get(self, path: str, user_agent: str, phone: str = "aastra", host: str = SERVER_B) -> int:
        """A phone asks over HTTP; the status."""
        with self.lab.inside(phone):
            return self.daemon.get(path, user_agent, host=host).status

    def last(self) -> dict[str, Any]:
        """The last decision."""
        told: dict[str, Any] = self.daemon.told("explain", "--last", "1")["items"][0]
        return told

    def move(self, phone: str, old: str, new: str) -> None:
        """Give a phone another address, as DHCP might."""
        self.lab.ip(phone, "address", "del", f"{old}/24", "dev", "eth0")
        self.lab.ip(phone, "address", "add", f"{new}/24", "dev", "eth0")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """Three namespaces: `server` with eth-a and eth-b, a `cisco` phone on the one, an `aastra` on the other."""
    with contextlib.ExitStack() as stack:
        lab = Lab()
        stack.callback(lab.close)
        for name in ("server", "cisco", "aastra"):
            lab.add(name)
        plug_in(lab, "cisco", "eth-a", (SERVER_A, CISCO_AT), CISCO_MAC)
        plug_in(lab, "aastra", "eth-b", (SERVER_B, AASTRA_AT), AASTRA_MAC)
        before = ("ip", "netns", "exec", lab.full("server"))
        daemon = stack.enter_context(
            contextlib.closing(Daemon(tmp_path, before=before, interface=""))
        )
        daemon.start()
        with lab.inside("server"):
            daemon.fill()
        yield Site(lab, daemon)


def plug_in(lab: Lab, phone: str, port: str, addresses: tuple[str, str], mac: str) -> None:
    """Wire a phone to the server: its only way anywhere."""
    lab.wire("server", port, phone, "eth0")
    lab.ip("server", "address", "add", f"{addresses[0]}/24", "dev", port)
    lab.ip(phone, "link", "set", "eth0", "address", mac)
    lab.ip(phone, "address", "add", f"{addresses[1]}/24", "dev", "eth0")
    lab.ip(phone, "route", "add", "default", "via", addresses[0])


def test_the_neighbour_is_evidence(site: Site) -> None:
    """Whoever asks from a network of ours is seen with the MAC address that the kernel knows."""
    for ask, mac in (
        (lambda: site.get("/x", "curl/8"), AASTRA_MAC),
        (lambda: refused(lambda: site.fetch("x.txt")), CISCO_MAC),
    ):
        ask()
        told = site.last()
        assert {"witness": "neighbour", "mac": mac} in told["evidence"]
        # Seen is not said: a MAC address that the kernel knows identifies nobody over HTTP.
        assert told["device"] is None


def refused(ask: Callable[[], object]) -> None:
    """It must be refused."""
    with pytest.raises(TFTPRefused):
        ask()


def test_a_new_box_at_an_old_address_is_seen(site: Site) -> None:
    """The kernel's events keep the table fresh: nothing is asked of it per request."""
    site.get("/x", "curl/8")
    assert {"witness": "neighbour", "mac": AASTRA_MAC} in site.last()["evidence"]
    site.lab.ip("aastra", "link", "set", "eth0", "down")
    site.lab.ip("aastra", "link", "set", "eth0", "address", OTHER_MAC)
    site.lab.ip("aastra", "link", "set", "eth0", "up")
    site.lab.ip("aastra", "route", "add", "default", "via", SERVER_B)
    site.lab.ip("server", "neigh", "flush", "dev", "eth-b")
    end = time.monotonic() + 5
    while True:
        site.get("/x", "curl/8")
        if {"witness": "neighbour", "mac": OTHER_MAC} in site.last()["evidence"]:
            return
        assert time.monotonic() < end, site.last()
        time.sleep(0.1)


def test_a_phone_that_moved_is_known_by_its_neighbour_entry(site: Site) -> None:
    """A Cisco asks for a file without MAC from an address it never had: the kernel knows the box."""
    named = site.fetch(SEP)
    assert b"<deviceProtocol>SIP" in named
    device_id = site.last()["device"]["id"]
    site.move("cisco", CISCO_AT, "192.0.2.77")
    site.lab.ip("cisco", "route", "replace", "default", "via", SERVER_A)
    assert b"CiscoIPPhoneRingList" in site.fetch("RINGLIST.XML")
    told = site.last()
    assert (told["matched_by"], told["device"]["id"]) == ("neighbour", device_id)
    assert (told["peer"], told["device"]["ip"]) == ("192.0.2.77", "192.0.2.77")


def test_another_box_at_the_address_of_a_phone_is_not_it(site: Site) -> None:
    """Address and box disagree: nobody is served what is the phone's."""
    site.fetch(SEP)
    site.lab.ip("cisco", "link", "set", "eth0", "down")
    site.lab.ip("cisco", "link", "set", "eth0", "address", "00:00:5e:00:53:01")
    site.lab.ip("cisco", "link", "set", "eth0", "up")
    site.lab.ip("server", "neigh", "flush", "dev", "eth-a")
    refused(lambda: site.fetch("RINGLIST.XML"))
    assert site.last()["device"] is None


def test_the_address_asked_answers_and_is_told(site: Site) -> None:
    """On a host with two networks each phone is told the address it reached, over HTTP and TFTP."""
    assert site.get("/aastra.cfg", AASTRA) == 200
    told = site.last()
    assert (told["local"], told["interface"]) == (SERVER_B, "eth-b")
    site.fetch(SEP)
    told = site.last()
    assert (told["local"], told["interface"]) == (SERVER_A, "eth-a")


def test_an_address_of_another_network_answers_too(site: Site) -> None:
    """A phone that asks our far address is answered from there (its client checks), and told that one."""
    site.fetch(SEP, host=SERVER_B)
    assert site.last()["local"] == SERVER_B
    with site.lab.inside("aastra"):
        answer = site.daemon.get("/aastra.cfg", AASTRA, host=SERVER_A)
    assert f"http server: {SERVER_A}".encode() in answer.body
    assert site.last()["local"] == SERVER_A


def test_its_interfaces_may_come_and_go(site: Site) -> None:
    """An address that is added while the server runs is served, with its interface's name."""
    site.lab.wire("server", "eth-c", "cisco", "eth1")
    site.lab.ip("server", "address", "add", "203.0.113.1/24", "dev", "eth-c")
    assert site.get("/aastra.cfg", AASTRA, host="203.0.113.1") == 200
    told = site.last()
    assert (told["local"], told["interface"]) == ("203.0.113.1", "eth-c")
