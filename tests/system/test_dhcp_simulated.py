"""What `provd dhcp` says that a packet would be answered is what a server answers."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import dpkt
import pytest

from provd.testing.dhcp_frames import crafted, dhcp_in, packet_socket
from provd.testing.dhcp_lab import US, DHCPLab, dhcp_lab, lan
from provd.testing.dhcp_site import said
from provd.wire.dhcp import REPLY, MessageType, Packet, format_packet, parse_packet

pytestmark = [pytest.mark.root, pytest.mark.needs("ip", "dhclient")]

FIRST = "192.0.2.100"


def answered(told: dict[str, Any]) -> tuple[int, dict[int, bytes]]:
    """Address and options of a what-if's answer."""
    return essence(parse_packet(told["answer"]["packet"]))


def essence(packet: Packet) -> tuple[int, dict[int, bytes]]:
    """What a client would use of an answer."""
    return packet.yiaddr, dict(packet.options)


def captured(lab: DHCPLab, capture: Path) -> list[Packet]:
    """A capture of a real client's whole exchange; what it was answered."""
    frames = []
    with packet_socket(lab, "client") as tap, packet_socket(lab, "server") as other:
        lab.dhclient("client").wait_for("BOUND")
        for sock in (tap, other):
            sock.setblocking(False)
            while True:
                try:
                    frames.append(sock.recv(65536))
                except BlockingIOError:
                    break
    dhcp = [(frame, packet) for frame in frames if (packet := dhcp_in(frame)) is not None]
    with capture.open("wb") as file:
        writer = dpkt.pcap.Writer(file)
        for frame, _packet in dhcp:
            writer.writepkt(frame, time.time())
    return [packet for _frame, packet in dhcp if packet.op == REPLY]


def test_what_if_is_what_is_served(tmp_path: Path) -> None:
    """A capture of a client's exchange, and its renewal as text: the same address, the same options."""
    with dhcp_lab(tmp_path, subnets=[lan()]) as lab:
        lab.plug_in("client")
        capture = tmp_path / "capture.pcap"
        served = captured(lab, capture)
        assert [each.message_type for each in served] == [MessageType.OFFER, MessageType.ACK]

        told = lab.daemon.told("dhcp", "import-pcap", str(capture), "--local", US)
        assert [each["asked"].upper() for each in told] == ["DISCOVER", "REQUEST"]
        assert [answered(each) for each in told] == [essence(each) for each in served]
        assert all(each["mac"] == lab.mac_of("client") for each in told)
        text = lab.daemon.command("dhcp", "import-pcap", str(capture), "--as-text").stdout
        assert text.count("option 53 message-type") == 2

        renewal = said(MessageType.REQUEST, lab.mac_of("client"), ip=FIRST)
        (tmp_path / "renewal").write_text(format_packet(renewal), "ascii")
        words = ("dhcp", "simulate", str(tmp_path / "renewal"), "--local", US)
        before = lab.api("GET", f"/leases/{FIRST}")
        what_if = lab.daemon.told(*words)
        printed = lab.daemon.command(*words).stdout
        assert lab.api("GET", f"/leases/{FIRST}") == before, "nothing is changed"
        with crafted(lab, "client") as asking:
            assert essence(asking.ask(renewal)) == answered(what_if)
        assert json.dumps(what_if["answer"]["packet"])[1:-1].replace("\\n", "\n").strip() in printed
        assert "renewing in subnet lan" in printed or "rebinding in subnet lan" in printed
