"""Real DHCP clients, on networks of their own, get addresses and keep them."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import provd
from provd.testing.dhcp_lab import US, DHCPLab, dhcp_lab, lan

pytestmark = [pytest.mark.root, pytest.mark.needs("ip")]

FIRST = "192.0.2.100"
RELAYED = {
    "id": "far",
    "network": "198.51.100.0/24",
    "pools": [{"first": "198.51.100.50", "last": "198.51.100.60"}],
    "options": [{"code": "router", "value": "198.51.100.1"}],
}


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[DHCPLab]:
    """A server with one subnet, and a client that is plugged in."""
    with dhcp_lab(tmp_path, subnets=[lan()]) as made:
        made.plug_in("client")
        yield made


@pytest.mark.needs("dhclient")
def test_dhclient(lab: DHCPLab) -> None:
    """Address, mask, router, servers of names, the time; the device is known by its address."""
    bound = lab.dhclient("client").wait_for("BOUND")
    told = {name: bound[f"new_{name}"] for name in ("ip_address", "subnet_mask", "routers")}
    assert told == {"ip_address": FIRST, "subnet_mask": "255.255.255.0", "routers": US}
    assert bound["new_domain_name_servers"] == "192.0.2.53 192.0.2.54"
    assert bound["new_dhcp_lease_time"] == "3600"
    (lease,) = lab.api("GET", "/leases")["items"]
    assert (lease["id"], lease["mac"], lease["live"]) == (FIRST, lab.mac_of("client"), True)
    (device,) = lab.api("GET", "/devices")["items"]
    assert (device["mac"], device["ip"]) == (lease["mac"], FIRST)
    story = str(lab.explain()[0]["steps"])
    assert "selecting in subnet lan" in story


@pytest.mark.needs("busybox")
def test_udhcpc(lab: DHCPLab) -> None:
    """What half the world's devices ask with."""
    bound = lab.udhcpc("client", "-O", "bootfile").wait_for("bound")
    assert (bound["ip"], bound["subnet"], bound["router"]) == (FIRST, "255.255.255.0", US)
    assert (bound["serverid"], bound["lease"]) == (US, "3600")


@pytest.mark.needs("dhcpcd")
def test_dhcpcd(lab: DHCPLab) -> None:
    """It probes what it is given, and finds nobody there."""
    assert lab.dhcpcd("client").wait_for("BOUND")["new_ip_address"] == FIRST


@pytest.mark.needs("nmap")
def test_nmap(lab: DHCPLab) -> None:
    """What an operator looks for servers with."""
    lab.lab.ip("client", "address", "add", "192.0.2.9/24", "dev", "eth0")
    script = "broadcast-dhcp-discover"
    said = lab.run("client", "nmap", "--script", script, "-e", "eth0", timeout=40)
    assert f"IP Offered: {FIRST}" in said
    assert f"Server Identifier: {US}" in said


@pytest.mark.needs("dhclient", "dhcrelay")
def test_behind_a_relay(lab: DHCPLab) -> None:
    """The relay's network decides, its option 82 comes back, and the story names it."""
    lab.api("POST", "/subnets", RELAYED)
    lab.add_bridge("br1")
    lab.plug_in("relay", "192.0.2.2/24")
    lab.plug_in("relay", "198.51.100.1/24", bridge="br1", port="eth1")
    lab.lab.ip("server", "route", "add", "198.51.100.0/24", "via", "192.0.2.2")
    lab.start("relay", *"dhcrelay -4 -d -a --no-pid -id eth1 -iu eth0".split(), US)
    lab.plug_in("far", bridge="br1")
    assert lab.dhclient("far").wait_for("BOUND")["new_ip_address"] == "198.51.100.50"
    (lease,) = lab.api("GET", "/leases")["items"]
    assert (lease["subnet"], lease["via"]) == ("far", "198.51.100.1")
    assert lease["relay_info"].startswith("0104")


@pytest.mark.needs("dhclient", "busybox")
def test_an_address_comes_back(lab: DHCPLab) -> None:
    """A client that gives its address back is given it again; another one gets another."""
    lab.plug_in("other")
    client = lab.udhcpc("client", "-R")
    assert client.wait_for("bound")["ip"] == FIRST
    assert lab.udhcpc("other").wait_for("bound")["ip"] == "192.0.2.101"
    assert client.process is not None
    client.process.terminate()
    lab.until(
        lambda: lab.api("GET", f"/leases/{FIRST}")["state"] == "released", "it is not released"
    )
    assert lab.udhcpc("client").wait_for("bound")["ip"] == FIRST


@pytest.mark.needs("dhclient")
def test_a_reservation(lab: DHCPLab) -> None:
    """It is in force with the next packet."""
    mac = lab.mac_of("client")
    body = {"id": "door", "address": "192.0.2.7", "token": mac, "duration": 600}
    lab.api("POST", "/reservations", body)
    bound = lab.dhclient("client").wait_for("BOUND")
    assert (bound["new_ip_address"], bound["new_dhcp_lease_time"]) == ("192.0.2.7", "600")


@pytest.mark.needs("dhclient")
def test_an_address_in_use_is_not_given(lab: DHCPLab) -> None:
    """Somebody has taken it without asking: it is found out by ARP, and rests."""
    lab.plug_in("squatter", f"{FIRST}/24")
    assert lab.dhclient("client").wait_for("BOUND")["new_ip_address"] == "192.0.2.101"
    assert lab.api("GET", f"/leases/{FIRST}")["state"] == "declined"
    assert f"{FIRST} is used by {lab.mac_of('squatter')}" in lab.daemon.log


@pytest.mark.needs("dhclient")
def test_killed_in_between(lab: DHCPLab) -> None:
    """After `kill -9` every lease is there; the client renews, and has what it had."""
    lab.api("PATCH", "/subnets/lan", {"lease_time": 60, "max_lease_time": 60})
    client = lab.dhclient("client", "-cf", short_lived(lab))
    client.wait_for("BOUND")
    lab.daemon.close()
    lab.daemon.start()
    renewed = client.wait_for("RENEW")
    assert renewed["new_ip_address"] == FIRST
    assert len(lab.api("GET", "/tenures")["items"]) == 1


def short_lived(lab: DHCPLab) -> str:
    """Settings of a dhclient that renews after two seconds, whatever the server says."""
    path = lab.home / "dhclient.conf"
    path.write_text("supersede dhcp-renewal-time 2;\nrequest subnet-mask, routers;\n", "utf-8")
    return str(path)


@pytest.mark.needs("dhclient")
def test_the_cable_is_pulled(lab: DHCPLab) -> None:
    """Into another network, where the old address is refused, and a new one given."""
    lab.api("POST", "/subnets", {**RELAYED, "network": "198.51.100.0/24"})
    lab.add_bridge("br1")
    lab.plug_in("server", "198.51.100.1/24", bridge="br1", port="eth1")
    first = lab.dhclient("client")
    first.wait_for("BOUND")
    assert first.process is not None
    first.process.kill()
    lab.lab.ip("client", "address", "flush", "dev", "eth0")
    lab.lab.ip("lan", "link", "set", "p2", "master", "br1")
    moved = lab.dhclient("client")
    assert moved.wait_for("BOUND")["new_ip_address"] == "198.51.100.50"
    assert "DHCPNAK" in moved.text


@pytest.mark.needs("dhclient", "dnsmasq")
def test_two_servers_on_one_network(lab: DHCPLab) -> None:
    """A client that chooses the other one is heard, and operators are told."""
    lab.api("PATCH", "/subnets/lan", {"mode": "observe"})
    lab.plug_in("other", "192.0.2.250/24")
    lab.dnsmasq("other")
    lab.dhclient("client").wait_for("BOUND")
    mac = lab.mac_of("client")
    lab.until(
        lambda: "another DHCP server, 192.0.2.250, is chosen" in lab.daemon.log, "nobody is told"
    )
    assert [each["mac"] for each in lab.api("GET", "/devices")["items"]] == [mac]


@pytest.mark.needs("busybox")
def test_without_roots_powers() -> None:
    """The raw sockets are opened as root; who answers, probes and sends by them is nobody."""
    home = Path(tempfile.mkdtemp(prefix="provd-test-"))
    home.chmod(0o755)
    try:
        closed = [each for each in Path(provd.__file__).parents if not each.stat().st_mode & 0o001]
        if closed:
            pytest.skip(f"another user cannot read this checkout: {closed[-1]} is closed to others")
        with dhcp_lab(home, {"service": {"user": "nobody"}}, subnets=[lan()]) as lab:
            lab.plug_in("squatter", f"{FIRST}/24")
            lab.plug_in("client")
            assert lab.udhcpc("client").wait_for("bound")["ip"] == "192.0.2.101"
    finally:
        shutil.rmtree(home)
