"""A network with somebody on it who means harm, and an operator at three in the morning."""

from __future__ import annotations

import os
import random
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from provd.testing.daemon import install
from provd.testing.dhcp_frames import Crafted, crafted
from provd.testing.dhcp_lab import US, DHCPLab, dhcp_lab, lan
from provd.testing.dhcp_site import boot_rom, said
from provd.wire.dhcp import MessageType, encode, format_address, parse_address

pytestmark = [pytest.mark.root, pytest.mark.needs("ip")]

VICTIM, STRANGER = "00:00:5e:00:53:01", "00:00:5e:00:53:66"
NEWCOMER = "00:00:5e:00:53:02"
FIRST = "192.0.2.100"
FLOOD = 20_000
LONGEST_WAIT = 5.0
"""Seconds that a client with a lease may have to wait while the flood lasts; it asks each second."""
GROWTH = 64 << 20
"""Bytes that the server may be larger by afterwards: its tables are bounded, and reach their bounds."""


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DHCPLab]:
    """A server, a client that has a lease, and a stranger."""
    subnet = lan(create_devices="recognised", probe="none")
    with dhcp_lab(tmp_path_factory.mktemp("hostile"), subnets=[subnet]) as made:
        made.plug_in("victim")
        made.plug_in("stranger")
        with crafted(made, "victim") as asking:
            assert lease(asking, VICTIM) == FIRST
        made.lab.ip("victim", "address", "add", f"{FIRST}/24", "dev", "eth0")
        made.lab.ip("stranger", "address", "add", "192.0.2.66/24", "dev", "eth0")
        yield made


def lease(asking: Crafted, mac: str) -> str:
    """A whole exchange; the address."""
    offer = asking.ask(said(MessageType.DISCOVER, mac))
    chosen = {50: offer.yiaddr.to_bytes(4, "big"), 54: offer.options[54]}
    ack = asking.ask(said(MessageType.REQUEST, mac, options=chosen))
    assert ack.message_type == MessageType.ACK
    return format_address(ack.yiaddr)


def renewed(lab: DHCPLab) -> float:
    """The victim renews; the seconds that took."""
    began = time.monotonic()
    with crafted(lab, "victim") as asking:
        ack = asking.ask(said(MessageType.REQUEST, VICTIM, ip=FIRST), patience=10)
    assert (ack.message_type, ack.yiaddr) == (MessageType.ACK, parse_address(FIRST))
    return time.monotonic() - began


def resident(lab: DHCPLab) -> int:
    """Bytes that the server's process has in memory."""
    assert lab.daemon.process is not None
    pages = Path(f"/proc/{lab.daemon.process.pid}/statm").read_text("ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def counted(lab: DHCPLab) -> dict[str, Any]:
    """What the server has counted of DHCP."""
    counters: dict[str, Any] = lab.api("GET", "/counters")["dhcp"]
    return counters


@contextmanager
def unharmed(lab: DHCPLab) -> Iterator[None]:
    """Something bad is done; the victim keeps its address, and the server its composure."""
    written = len(lab.daemon.log)
    yield
    renewed(lab)
    found = lab.api("GET", f"/leases/{FIRST}")
    assert (found["mac"], found["state"], found["live"]) == (VICTIM, "bound", True)
    log = lab.daemon.log[written:]
    assert "Traceback" not in log
    assert "defect" not in log


def test_a_flood_of_invented_clients(lab: DHCPLab) -> None:
    """Whoever has a lease is served meanwhile, and so is who comes; memory stays bounded."""
    before, dice = resident(lab), random.Random(1)
    received = counted(lab).get("received.discover", 0)
    waits: list[float] = []
    with unharmed(lab), crafted(lab, "stranger") as flooding, crafted(lab, "victim") as asking:
        over = threading.Event()

        def flood() -> None:
            for _number in range(FLOOD):
                mac = bytes([2, *dice.randbytes(5)]).hex(":")
                flooding.send(said(MessageType.DISCOVER, mac))
            over.set()

        thread = threading.Thread(target=flood, name="flood", daemon=True)
        thread.start()
        waits.append(renewed(lab))
        assert lease(asking, NEWCOMER) != FIRST
        while not over.is_set():
            waits.append(renewed(lab))
        thread.join()
    assert max(waits) < LONGEST_WAIT
    assert resident(lab) - before < GROWTH
    counters = counted(lab)
    assert counters["received.discover"] - received > FLOOD // 100
    assert counters["waiting"] == 0
    assert {each["mac"] for each in lab.api("GET", "/leases")["items"]} == {VICTIM, NEWCOMER}


def bombs() -> Iterator[bytes]:
    """Datagrams that are no packets, and packets that nobody in earnest sends."""
    dice = random.Random(2)
    whole = encode(boot_rom(mac=STRANGER))
    head, cookie = whole[:236], whole[236:240]
    yield from (b"", b"\1", head, whole[:239], dice.randbytes(240), dice.randbytes(1400))
    yield from (whole[:length] for length in range(240, len(whole), 7))
    for _number in range(200):
        spoilt = bytearray(whole)
        for _time in range(dice.randrange(1, 20)):
            spoilt[dice.randrange(len(spoilt))] = dice.randrange(256)
        yield bytes(spoilt)
    # Options without end, each a part of the one before (RFC 3396); overload that leads in a circle.
    yield head + cookie + b"\x35\1\1" + b"\x2b\1x" * 300
    yield head + cookie + b"\x35\1\1" + b"\x34\1\3" * 100 + b"\xff"
    yield head + cookie + b"\x35\1\1" + b"\x52\xff" + b"\1\xfe" + bytes(253) + b"\xff"
    yield head + cookie + b"\x35\1\1\x37\xff" + bytes(range(255)) + b"\xff"


def test_malformed_datagrams(lab: DHCPLab) -> None:
    """They are counted by reason, and nothing else comes of them; not of 64 KiB of options either."""
    before = counted(lab)
    with unharmed(lab), crafted(lab, "stranger") as sending:
        for datagram in bombs():
            sending.send(datagram)
        with lab.lab.inside("stranger"), socket.socket(type=socket.SOCK_DGRAM) as large:
            whole = encode(boot_rom(mac=STRANGER))
            for port in (67, 4011):
                large.sendto(whole[:-1] + b"\x2b\xff" + bytes(65000), (US, port))
                large.sendto((whole[:-1] + b"\x2b\x01x" * 21500)[:65507], (US, port))
        lab.until(lambda: counted(lab)["ignored.malformed"] > 20, "nobody counts them")
    malformed = counted(lab)["ignored.malformed"] - before.get("ignored.malformed", 0)
    assert malformed >= 6


def test_relays_that_are_none(lab: DHCPLab) -> None:
    """An invented giaddr gets nobody an answer that goes elsewhere: not to everybody, and not to ourselves."""
    invented = ("255.255.255.255", "127.0.0.1", "224.0.0.1", "203.0.113.9", "0.0.0.1", US)
    with unharmed(lab), crafted(lab, "stranger") as sending, crafted(lab, "victim") as hearing:
        for relay in invented:
            sending.send(said(MessageType.DISCOVER, STRANGER, relay=relay))
            sending.send(said(MessageType.REQUEST, STRANGER, relay=relay, options={50: bytes(4)}))
        before = counted(lab).get("received.inform", 0)
        sending.send(said(MessageType.INFORM, STRANGER, ip="192.0.2.66"))
        lab.until(lambda: counted(lab).get("received.inform", 0) > before, "it was not read")
        heard = [each for each in hearing.heard(0.2) if each.chaddr.hex(":") == STRANGER]
    assert [each for each in heard if each.yiaddr] == []


def test_other_peoples_addresses(lab: DHCPLab) -> None:
    """RELEASE, DECLINE and REQUEST of an address that somebody else has, and LEASEQUERY by no relay."""
    number = parse_address(FIRST).to_bytes(4, "big")
    us = parse_address(US).to_bytes(4, "big")
    with unharmed(lab), crafted(lab, "stranger") as sending:
        sending.send(said(MessageType.RELEASE, STRANGER, ip=FIRST, options={54: us}))
        sending.send(said(MessageType.DECLINE, STRANGER, options={50: number, 54: us}))
        sending.send(said(MessageType.LEASEQUERY, VICTIM, ip=FIRST))
        sending.send(said(MessageType.LEASEQUERY, VICTIM, ip=FIRST, relay="192.0.2.66"))
        refused = sending.ask(said(MessageType.REQUEST, STRANGER, options={50: number, 54: us}))
        assert refused.message_type == MessageType.NAK
        assert VICTIM.encode() not in refused.options[56], "whose it is, is nobody's business"
        told = [each.message_type for each in sending.heard(0.2)]
    assert MessageType.LEASEACTIVE not in told
    stories = str(lab.explain(12))
    assert lab.api("GET", f"/leases/{FIRST}")["live"]
    assert "leasequery" in stories


# At three in the morning.


def asleep(lab: DHCPLab) -> str:
    """Start the server where it cannot; the last it says."""
    lab.daemon.launch()
    assert lab.daemon.wait() == 1
    return lab.daemon.log


@pytest.mark.needs("dnsmasq", "setpriv")
def test_it_cannot_start(tmp_path: Path) -> None:
    """Port 67 is taken, or it may not open raw sockets: what is wrong, and what to do."""
    with dhcp_lab(tmp_path, started=False) as lab:
        other = lab.dnsmasq("server")
        lab.until(lambda: "sockets bound" in other.text or "DHCP" in other.text, "no dnsmasq")
        assert "DHCP cannot be served: port 67: another DHCP server has it" in asleep(lab)
        doctor = lab.daemon.command("doctor", "--config", str(lab.daemon.config)).stdout
        assert "clients over DHCP any address port 67/udp: somebody else listens there" in doctor
        assert other.process is not None
        other.process.kill()
        other.process.wait()
        lab.daemon.before = (*lab.daemon.before, "setpriv", "--bounding-set", "-net_raw")
        assert "it needs CAP_NET_BIND_SERVICE and CAP_NET_RAW" in asleep(lab)


def test_an_interface_that_is_not_there(tmp_path: Path) -> None:
    """It is told of in the log and by the doctor, until it is plugged in; the others are served."""
    settings = {"dhcp": {"interfaces": ["eth0", "eth7"]}}
    with dhcp_lab(tmp_path, settings, subnets=[lan(probe="none")]) as lab:
        assert "this host has no interface eth7" in lab.daemon.log
        doctor = ("doctor", "--config", str(lab.daemon.config))
        assert "this host has no interface eth7" in lab.daemon.command(*doctor).stdout
        lab.plug_in("client")
        with crafted(lab, "client") as asking:
            assert lease(asking, VICTIM) == FIRST
        lab.add_bridge("br1")
        lab.plug_in("server", "198.51.100.1/24", bridge="br1", port="eth7")
        lab.until(lambda: "eth7" not in lab.daemon.command(*doctor).stdout, "it is told of still")


@pytest.mark.needs("busybox")
def test_a_pool_without_addresses(tmp_path: Path) -> None:
    """Its next client hears nothing; the log, the doctor and `explain` all say why."""
    small = [{"first": FIRST, "last": "192.0.2.101"}]
    with dhcp_lab(tmp_path, subnets=[lan(pools=small, probe="none")]) as lab:
        lab.plug_in("client")
        with crafted(lab, "client") as asking:
            for mac in (VICTIM, STRANGER):
                lease(asking, mac)
        said_nothing = lab.udhcpc("client", "-n", "-t", "2", "-A", "1")
        said_nothing.wait_to_say("no lease, failing", 10)
        sentence = "2 of the 2 addresses from 192.0.2.100 to 192.0.2.101 in subnet lan are taken"
        lab.until(lambda: sentence in lab.daemon.log, "the log does not tell")
        doctor = lab.daemon.command("doctor", "--config", str(lab.daemon.config)).stdout
        assert sentence in doctor
        assert "no address" in lab.daemon.command("explain").stdout


@pytest.mark.needs("mount", "umount")
def test_a_full_disk(tmp_path: Path) -> None:
    """No lease is acknowledged that would not survive; what was leased is, and it recovers by itself."""
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(disk)], check=True)
    try:
        install(disk, ("netboot",))
        settings = {"data": {"directory": str(disk)}, "store": {"seal_keys": ""}}
        with dhcp_lab(tmp_path, settings, subnets=[lan(probe="none")]) as lab:
            lab.plug_in("client")
            with crafted(lab, "client") as asking:
                _full_disk(lab, disk, asking)
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True)


def _full_disk(lab: DHCPLab, disk: Path, asking: Crafted) -> None:
    lab.lab.ip("client", "address", "add", f"{lease(asking, VICTIM)}/24", "dev", "eth0")
    filler = disk / "filler"
    fill_up(filler)
    renewal = said(MessageType.REQUEST, VICTIM, ip=FIRST)

    def nobody_hears() -> bool:
        asking.send(renewal)
        return not list(asking.heard(0.3))

    lab.until(nobody_hears, "it acknowledges what it cannot keep")
    asking.send(said(MessageType.DISCOVER, STRANGER))
    assert not list(asking.heard(0.3))
    stories = lab.daemon.command("explain", "--last", "4").stdout
    assert "silence: the lease cannot be kept" in stories
    assert "unavailable: the store cannot keep changes: database or disk is full" in stories
    doctor = lab.daemon.command("doctor", "--config", str(lab.daemon.config)).stdout
    assert "provd is not ready: the store cannot keep changes" in doctor
    filler.unlink()
    assert asking.ask(renewal, patience=20).yiaddr == parse_address(FIRST)
    assert lease(asking, STRANGER) != FIRST


def fill_up(filler: Path) -> None:
    """Write until nothing more fits."""
    with suppress(OSError), filler.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(65536))
