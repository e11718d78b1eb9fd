"""Hosts with several networks, other servers, and interfaces that come and go while the server runs."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from provd.testing.dhcp_frames import Crafted, crafted
from provd.testing.dhcp_lab import US, DHCPLab, dhcp_lab, lan
from provd.testing.dhcp_site import boot_rom, said
from provd.wire.dhcp import MessageType, decode, encode, format_address

pytestmark = [pytest.mark.root, pytest.mark.needs("ip")]

MAC = "00:00:5e:00:53:01"


def subnet(name: str, prefix: str, first: int, last: int, **more: Any) -> dict[str, Any]:
    """A /24 with one pool."""
    pool = {"first": f"{prefix}.{first}", "last": f"{prefix}.{last}"}
    return {
        "id": name,
        "network": f"{prefix}.0/24",
        "pools": [pool],
        "probe": "none",
        "create_devices": "all",
        **more,
    }


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DHCPLab]:
    """A server on two networks, with a client on each."""
    near, far = subnet("near", "192.0.2", 100, 199), subnet("far", "198.51.100", 100, 199)
    with dhcp_lab(tmp_path_factory.mktemp("networks"), subnets=[near, far]) as made:
        made.add_bridge("br1")
        made.plug_in("server", "198.51.100.1/24", bridge="br1", port="eth1")
        made.plug_in("near")
        made.plug_in("far", bridge="br1")
        yield made


def offered(asking: Crafted, mac: str = MAC) -> tuple[str, str]:
    """What a client is offered, and by whom."""
    offer = asking.ask(said(MessageType.DISCOVER, mac))
    return format_address(offer.yiaddr), socket.inet_ntoa(offer.options[54])


def test_each_network_has_its_own(lab: DHCPLab) -> None:
    """The subnet and the server's address are those of the interface that a client is on."""
    with crafted(lab, "near") as near, crafted(lab, "far") as far:
        assert offered(near) == ("192.0.2.100", US)
        assert offered(far) == ("198.51.100.100", "198.51.100.1")


def test_an_interface_comes_and_goes(lab: DHCPLab) -> None:
    """One that is plugged in and addressed is served at once; one that loses its address is silent."""
    lab.api("POST", "/subnets", subnet("new", "203.0.113", 100, 199))
    lab.add_bridge("br2")
    lab.plug_in("new", bridge="br2")
    with crafted(lab, "new") as asking:
        lab.plug_in("server", "203.0.113.1/24", bridge="br2", port="eth2")
        assert offered(asking) == ("203.0.113.100", "203.0.113.1")
        lab.lab.ip("server", "address", "del", "203.0.113.1/24", "dev", "eth2")
        lab.until(lambda: "203.0.113.1" not in str(lab.api("GET", "/interfaces")), "it stays")
        asking.send(said(MessageType.DISCOVER, "00:00:5e:00:53:02"))
        decided = lab.until(
            lambda: [each for each in lab.explain(3) if "53:02" in str(each["evidence"])],
            "it is not heard",
        )
        assert "no subnet" in decided[0]["answer"]["reason"]
        assert not list(asking.heard(0.1))
        lab.lab.ip("server", "address", "add", "203.0.113.9/24", "dev", "eth2")
        assert offered(asking) == ("203.0.113.100", "203.0.113.9")


def test_a_shared_network_spills_over(lab: DHCPLab) -> None:
    """Who finds one subnet full is given an address of the other, which no interface has one of."""
    small = subnet("small", "10.77.1", 10, 11, shared_network="floor")
    large = subnet("large", "10.77.2", 10, 20, shared_network="floor")
    for each in (small, large):
        lab.api("POST", "/subnets", each)
    lab.add_bridge("br3")
    lab.plug_in("floor", bridge="br3")
    lab.plug_in("server", "10.77.1.1/24", bridge="br3", port="eth3")
    with crafted(lab, "floor") as asking:
        given = [offered(asking, f"00:00:5e:00:53:{number:02x}") for number in range(16, 19)]
    assert [address for address, _server in given] == ["10.77.1.10", "10.77.1.11", "10.77.2.10"]
    assert {server for _address, server in given} == {"10.77.1.1"}


@pytest.mark.needs("dnsmasq", "dhclient")
def test_beside_another_server_on_the_same_host(tmp_path: Path) -> None:
    """It has port 67 and gives addresses; provd, at the same address, gives boot ROMs their file."""
    settings = {"dhcp": {"interfaces": ["eth0"], "beside": True}}
    subnets = [lan(mode="proxy", pools=[], create_devices="recognised")]
    with dhcp_lab(tmp_path, settings, subnets=subnets) as lab:
        lab.dnsmasq("server")
        lab.plug_in("client")
        bound = lab.dhclient("client").wait_for("BOUND")
        assert bound["new_ip_address"].startswith("192.0.2.3")
        with crafted(lab, "client") as asking:
            offer = asking.ask(boot_rom(mac=MAC), wanted=lambda answer: bool(answer.file))
        assert (offer.yiaddr, offer.file, offer.options[60]) == (0, b"ipxe.efi", b"PXEClient")
        request = boot_rom(MessageType.REQUEST, mac=MAC, ip=bound["new_ip_address"])
        with lab.lab.inside("client"), socket.socket(type=socket.SOCK_DGRAM) as asking_there:
            asking_there.settimeout(5)
            asking_there.connect((US, 4011))
            asking_there.send(encode(request))
            ack = decode(asking_there.recv(1500))
        assert (ack.message_type, ack.file) == (MessageType.ACK, b"ipxe.efi")
        assert lab.api("GET", "/leases")["items"] == []
        assert "another DHCP server" not in lab.daemon.log, "it is at our own address"
