"""Networks that lose packets, servers that are killed, clocks that are set: every client keeps one address."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import define, field

from provd.testing.dhcp_frames import Crafted, cable, crafted, sum_at_once
from provd.testing.dhcp_lab import Client, DHCPLab, dhcp_lab, lan
from provd.testing.dhcp_site import said
from provd.wire.dhcp import MessageType, Packet, format_address

pytestmark = [pytest.mark.root, pytest.mark.needs("ip", "dhclient", "busybox")]

FIRST = "192.0.2.100"
HASTY = """
timeout 30; retry 1; reboot 1; initial-interval 1; backoff-cutoff 1; select-timeout 0;
request subnet-mask, routers;
"""


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[DHCPLab]:
    """A server on one bridge; what is behind another one is reached by a cable of the test's own."""
    with dhcp_lab(tmp_path, subnets=[lan(probe="none")]) as made:
        made.add_bridge("br1")
        sum_at_once(made, "server")
        (made.home / "hasty.conf").write_text(HASTY, "ascii")
        yield made


def far(lab: DHCPLab, host: str) -> None:
    """Plug a host in behind the cable."""
    lab.plug_in(host, bridge="br1")
    sum_at_once(lab, host)


def hasty(lab: DHCPLab, host: str, *more: str) -> Client:
    """A dhclient that asks again after a second."""
    return lab.dhclient(host, "-cf", str(lab.home / "hasty.conf"), *more)


def test_loss_doubles_and_reordering(lab: DHCPLab) -> None:
    """Of all packets a quarter is lost, one comes twice and one late: one address for each, and one lease."""
    with cable(lab, loses=0.25, doubles=0.25, holds=0.25) as faulty:
        hosts = [f"c{number}" for number in range(4)]
        for host in hosts:
            far(lab, host)
        clients = [hasty(lab, host) for host in hosts[:2]]
        clients += [lab.udhcpc(host, "-t", "40", "-A", "1") for host in hosts[2:]]
        given = [
            bound.get("new_ip_address") or bound["ip"]
            for bound in (client.wait_for("BOUND", "bound") for client in clients)
        ]
        assert min(faulty.fates.values()) > 0, faulty.fates
    leases = {each["mac"]: each["id"] for each in lab.api("GET", "/leases")["items"]}
    assert leases == dict(zip((lab.mac_of(host) for host in hosts), given, strict=True))
    assert len(set(given)) == len(hosts)
    assert len(lab.api("GET", "/tenures")["items"]) == len(hosts)
    assert "Traceback" not in lab.daemon.log


@pytest.mark.parametrize("kept", [False, True], ids=["before the ACK", "when the ACK is durable"])
def test_killed_between_offer_and_ack(lab: DHCPLab, kept: bool) -> None:  # noqa: FBT001 - a parameter
    """`kill -9` while a client waits for its ACK: it goes on asking, and gets what it was offered."""
    lost = MessageType.ACK if kept else MessageType.REQUEST
    far(lab, "client")
    with cable(lab) as faulty:
        faulty.stops = lambda packet: packet.message_type == lost
        client = hasty(lab, "client")
        (packet, *_more) = lab.until(lambda: list(faulty.stopped), "it asks for no address")
        assert len(lab.api("GET", "/leases")["items"]) == int(kept)
        lab.daemon.close()
        lab.daemon.start()
        faulty.stops = lambda _packet: False
        bound = client.wait_for("BOUND")
    offered = format_address(packet.yiaddr) if kept else FIRST
    assert bound["new_ip_address"] == offered == FIRST
    assert [each["id"] for each in lab.api("GET", "/leases")["items"]] == [FIRST]
    assert len(lab.api("GET", "/tenures")["items"]) == 1


@define
class Asking:
    """Clients by their hardware addresses, each with what it was given last."""

    lab: DHCPLab
    crafted: Crafted
    given: dict[str, str] = field(factory=dict)

    def lease(self, mac: str) -> str:
        """A client that comes, or comes back without remembering; its address."""
        offer = self.crafted.ask(said(MessageType.DISCOVER, mac))
        options = {50: offer.yiaddr.to_bytes(4, "big"), 54: offer.options[54]}
        return self._keep(mac, said(MessageType.REQUEST, mac, options=options))

    def rebind(self, mac: str) -> str:
        """A client that goes on with its address."""
        return self._keep(mac, said(MessageType.REQUEST, mac, ip=self.given[mac]))

    def _keep(self, mac: str, request: Packet) -> str:
        ack = self.crafted.ask(request)
        assert ack.message_type == MessageType.ACK, ack
        self.given[mac] = format_address(ack.yiaddr)
        # An answer to whoever has an address goes there, as anything does: somebody must answer for it.
        self.lab.lab.ip("client", "address", "replace", f"{self.given[mac]}/24", "dev", "eth0")
        return self.given[mac]


def under(clock: Path) -> tuple[str, ...]:
    """What a command stands behind whose wall clock is off by what the file says."""
    (library,) = Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1")
    clock.write_text("+0", "ascii")
    return (
        *("env", f"LD_PRELOAD={library}", f"FAKETIME_TIMESTAMP_FILE={clock}"),
        *("FAKETIME_NO_CACHE=1", "FAKETIME_DONT_FAKE_MONOTONIC=1"),
    )


def set_clock(lab: DHCPLab, clock: Path, offset: str) -> None:
    """Set the server's clock, and wait until it has noticed."""
    told = lab.daemon.log.count("the clock was set by")
    clock.write_text(offset, "ascii")
    lab.until(lambda: lab.daemon.log.count("the clock was set by") > told, "it is not seen")


def live(lab: DHCPLab) -> dict[str, str]:
    """Who has which address."""
    leases = lab.api("GET", "/leases")["items"]
    return {each["mac"]: each["id"] for each in leases if each["live"]}


@pytest.mark.needs("faketime")
def test_the_clock_is_set(tmp_path: Path) -> None:
    """A day ahead: leases that ran out are renewed or given anew. An hour back: nobody loses an address."""
    clock = tmp_path / "clock"
    renewing, forgetful, later, latest = (f"00:00:5e:00:53:{number:02x}" for number in range(4))
    with dhcp_lab(tmp_path, subnets=[lan(probe="none")], before=under(clock)) as lab:
        lab.plug_in("client")
        with crafted(lab, "client") as made:
            asking = Asking(lab, made)
            first, second = asking.lease(renewing), asking.lease(forgetful)
            set_clock(lab, clock, "+1d")
            assert not live(lab)
            assert asking.rebind(renewing) == first
            assert asking.lease(later) not in {first, second}
            assert asking.lease(forgetful) == second
            set_clock(lab, clock, "+23h")
            kept = dict(asking.given)
            assert {mac: asking.rebind(mac) for mac in kept} == kept
            assert asking.lease(latest) not in kept.values()
        assert live(lab) == asking.given
        assert "Traceback" not in lab.daemon.log
