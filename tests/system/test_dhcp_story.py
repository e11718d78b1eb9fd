"""The whole of it on one site: clients as they are sold, a relay, phones, and a machine that another
server gives its address to.  Each one's story is told from its first packet to its last file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from provd.testing.dhcp_frames import crafted
from provd.testing.dhcp_lab import US, DHCPLab, dhcp_lab, lan
from provd.testing.dhcp_machine import (
    HAS_COME,
    MAC,
    PATIENCE,
    machine,
    needs_firmware,
    put_boot_files,
    without_ipv6,
)
from provd.testing.dhcp_site import said
from provd.wire.dhcp import MessageType, Packet, format_address

pytestmark = [
    pytest.mark.root,
    pytest.mark.needs("ip", "dhclient", "busybox", "dhcpcd", "dhcrelay", "dnsmasq"),
    pytest.mark.needs("qemu-system-x86_64"),
    needs_firmware,
]

URL = f"http://{US}:8667"
BEYOND, OFFICE = "10.77.0", "198.51.100"
AASTRA, CISCO = "00:08:5d:00:53:01", "00:1b:54:00:53:01"
AASTRA_SAYS = {60: b"AastraIPPhone6731i", 55: bytes((1, 3, 6, 42, 43, 66, 159, 160))}
CISCO_SAYS = {60: b"Cisco Systems, Inc. IP Phone CP-7941G\0", 55: bytes((1, 66, 6, 3, 150))}


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[DHCPLab]:
    """Three networks: our own, one behind a relay, and one where dnsmasq gives addresses."""
    settings = {"listen": {"port": 8667}, "tftp": {"port": 69}}
    with dhcp_lab(tmp_path, settings, subnets=[lan()]) as made:
        made.daemon.ports[:2] = [8667, 69]
        with made.lab.inside("server"):
            made.daemon.fill()
        put_boot_files(made)
        _add_beyond(made)
        _add_office(made)
        with without_ipv6(made, "br2"):
            yield made


def _add_beyond(lab: DHCPLab) -> None:
    """A network whose relay writes down where a client is plugged in (option 82)."""
    pool = {"first": f"{BEYOND}.50", "last": f"{BEYOND}.60"}
    router = {"code": "router", "value": f"{BEYOND}.1"}
    beyond = {"id": "beyond", "network": f"{BEYOND}.0/24", "pools": [pool], "options": [router]}
    lab.api("POST", "/subnets", {**beyond, "create_devices": "all"})
    lab.add_bridge("br1")
    lab.plug_in("relay", "192.0.2.2/24")
    lab.plug_in("relay", f"{BEYOND}.1/24", bridge="br1", port="eth1")
    lab.lab.ip("server", "route", "add", f"{BEYOND}.0/24", "via", "192.0.2.2")
    lab.start("relay", *"dhcrelay -4 -d -a --no-pid -id eth1 -iu eth0".split(), US)
    lab.plug_in("far", bridge="br1")


def _add_office(lab: DHCPLab) -> None:
    """A network of which provd only tells boot files."""
    lab.api("POST", "/subnets", {"id": "office", "network": f"{OFFICE}.0/24", "mode": "proxy"})
    lab.add_bridge("br2")
    lab.plug_in("server", f"{OFFICE}.1/24", bridge="br2", port="eth1")
    lab.plug_in("other", f"{OFFICE}.250/24", bridge="br2")
    lab.dnsmasq("other", network=OFFICE)


def test_the_whole_story(lab: DHCPLab) -> None:
    """Addresses, boot files and phone options; `provd explain` tells how each came about."""
    booting = machine(lab, uefi=True, bridge="br2")
    given = _clients(lab) | _phones(lab)
    booting.wait_to_say(HAS_COME, PATIENCE)

    devices = {each["mac"]: each for each in lab.api("GET", "/devices")["items"]}
    assert {mac: devices[mac]["ip"] for mac in given} == given
    leases = {each["mac"]: each["id"] for each in lab.api("GET", "/leases")["items"]}
    assert leases == given, "one lease for each, and none for whom another server serves"
    assert devices[MAC]["ip"].startswith(f"{OFFICE}.3")
    for mac in given:
        _tells_of_an_address(lab, devices[mac])
    _tells_of_phones(lab, devices[AASTRA], devices[CISCO])
    _tells_of_booting(lab, devices[MAC])
    assert "Traceback" not in lab.daemon.log


def _clients(lab: DHCPLab) -> dict[str, str]:
    """Three programs get addresses, one of them behind the relay; which."""
    lab.plug_in("box")
    lab.plug_in("desk")
    far, box, desk = lab.dhclient("far"), lab.udhcpc("box"), lab.dhcpcd("desk", "--noarp")
    bound = far.wait_for("BOUND")
    assert (bound["new_ip_address"], bound["new_routers"]) == (f"{BEYOND}.50", f"{BEYOND}.1")
    given = {
        lab.mac_of("far"): bound["new_ip_address"],
        lab.mac_of("box"): box.wait_for("bound")["ip"],
        lab.mac_of("desk"): desk.wait_for("BOUND")["new_ip_address"],
    }
    (lease,) = (each for each in lab.api("GET", "/leases")["items"] if each["subnet"] == "beyond")
    assert (lease["via"], lease["relay_info"][:4]) == (f"{BEYOND}.1", "0104")
    return given


def _phones(lab: DHCPLab) -> dict[str, str]:
    """Two phones get addresses, are told where their files are, and fetch them; which addresses."""
    lab.plug_in("aastra", mac=AASTRA)
    lab.plug_in("cisco", mac=CISCO)
    aastra, cisco = (
        _dora(lab, "aastra", AASTRA, AASTRA_SAYS),
        _dora(lab, "cisco", CISCO, CISCO_SAYS),
    )
    assert aastra.options[66] == URL.encode()
    assert cisco.options[150] == bytes((192, 0, 2, 1))
    with lab.lab.inside("aastra"):
        agent = "Aastra6731i MAC:00-08-5D-00-53-01 V:3.2.0.1011-SIP"
        assert lab.daemon.get("/aastra.cfg", agent, host=US).status == 200
    with lab.lab.inside("cisco"):
        assert lab.daemon.fetch("SEP001B54005301.cnf.xml", host=US).startswith(b"<")
    return {AASTRA: format_address(aastra.yiaddr), CISCO: format_address(cisco.yiaddr)}


def _dora(lab: DHCPLab, host: str, mac: str, options: dict[int, bytes]) -> Packet:
    """A phone's whole exchange; its ACK, whose address it has then."""
    with crafted(lab, host) as asking:
        offer = asking.ask(said(MessageType.DISCOVER, mac, options=options))
        chosen = {50: offer.yiaddr.to_bytes(4, "big"), 54: offer.options[54], **options}
        ack = asking.ask(said(MessageType.REQUEST, mac, options=chosen))
    lab.lab.ip(host, "address", "add", f"{format_address(ack.yiaddr)}/24", "dev", "eth0")
    return ack


def explained(lab: DHCPLab, *words: str) -> str:
    """What `provd explain` prints for people."""
    done = lab.daemon.command("explain", *words)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _stories(lab: DHCPLab, device: dict[str, Any]) -> dict[str, list[str]]:
    """How each of a device's requests was decided, by what it asked, from its first packet on."""
    _head, *listed = explained(lab, "--device", device["id"], "--last", "40").splitlines()
    stories: dict[str, list[str]] = {}
    for line in reversed(listed):
        story = explained(lab, line.split()[0])
        (asked,) = re.findall(r"(?m)^asked   (.*)$", story)
        stories.setdefault(asked.partition(" from ")[0], []).append(story)
    return stories


def _tells_of_an_address(lab: DHCPLab, device: dict[str, Any]) -> None:
    """Who asked from where, what policy said, and what was answered, twice."""
    stories, ip = _stories(lab, device), device["ip"]
    by = f"through relay {BEYOND}.1 " if ip.startswith(BEYOND) else ""
    subnet = "beyond" if by else "lan"
    offered, given = stories["dhcp discover"][-1], stories["dhcp request"][-1]
    for story in (offered, given):
        assert f"from a client without an address {by}on eth0" in story
    assert f"discover in subnet {subnet}: the next free address" in offered
    assert f"answered with OFFER of {ip}" in offered
    assert f"selecting in subnet {subnet}: the address is free, and it may have it" in given
    assert f"learnt: ip unset → {ip}" in given
    assert f"answered with ACK of {ip}" in given


def _tells_of_phones(lab: DHCPLab, aastra: dict[str, Any], cisco: dict[str, Any]) -> None:
    """Recognised by the first packet, served by that plugin to the last file."""
    stories = _stories(lab, aastra)
    assert list(stories) == ["dhcp discover", "dhcp request", "http /aastra.cfg"]
    assert f"device {aastra['id']} was created" in stories["dhcp discover"][0]
    assert "recognised it: vendor Aastra, model 6731i" in stories["dhcp discover"][0]
    assert "answered with 5" in stories["http /aastra.cfg"][0]
    for (story,) in stories.values():
        assert "routed to plugin aastra-3.2.0.1011" in story
    stories = _stories(lab, cisco)
    file = "tftp SEP001B54005301.cnf.xml"
    assert list(stories) == ["dhcp discover", "dhcp request", file]
    assert "was found by its mac" in stories[file][0]
    assert "bytes of text/xml" in stories[file][0]


def _tells_of_booting(lab: DHCPLab, device: dict[str, Any]) -> None:
    """An offer of a file, its word at port 4011, the loader, and the script; addresses are another's."""
    stories = _stories(lab, device)
    script = "http /default.ipxe"
    assert list(stories) == ["dhcp discover", "dhcp request", "tftp ipxe.efi", script]
    firmware, loader = stories["dhcp discover"][0], stories["dhcp discover"][-1]
    assert "the file to load is that of boot rule shipped-pxe-uefi-x64" in firmware
    assert "answered with OFFER, file ipxe.efi" in firmware
    assert "the file to load is that of boot rule shipped-ipxe-uefi" in loader
    assert f"answered with OFFER, file http://{OFFICE}.1:8667/default.ipxe" in loader
    requests = "".join(stories["dhcp request"])
    assert "it asks the server that gives addresses: a proxy says nothing" in requests
    assert f"answered with ACK of {device['ip']}, file ipxe.efi" in requests
    assert f"learnt: ip unset → {device['ip']}" in requests
    assert "bytes of application/octet-stream" in stories[script][0]
