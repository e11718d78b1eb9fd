"""From a packet to its answer: modes, options, what is kept first, and what a what-if tells."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from provd.application.explain import tell
from provd.documents.dhcp import Pool
from provd.sdk import Clue
from provd.testing.dhcp import a_boot_rule, a_reservation, a_subnet
from provd.testing.dhcp_site import MAC, US, address, boot_rom, said, site
from provd.testing.plugins import MemoryPlugin
from provd.values import Reply
from provd.wire.dhcp import BROADCAST, MessageType

OTHER = "00:00:5e:00:53:02"
ROUTER, DNS, NTP = bytes([192, 0, 2, 1]), bytes([192, 0, 2, 53]), bytes([192, 0, 2, 123])


def phone_subnet(**more: Any) -> Any:
    """A subnet with a router and two servers of names."""
    options = [
        {"code": "router", "value": "192.0.2.1"},
        {"code": 6, "value": "192.0.2.53"},
        {"code": 42, "value": "192.0.2.123"},
    ]
    return a_subnet(**{"options": options, **more})


class TestAddresses:
    """An address is offered, acknowledged, and kept."""

    def test_the_whole_exchange(self) -> None:
        """What is acknowledged is durable, with its history; the device has the address."""
        lan = site(phone_subnet(create_devices="all"))
        ack = lan.lease()
        assert ack.message_type == MessageType.ACK
        lease = lan.core.store.get("leases", "192.0.2.10")
        assert (lease.mac, lease.subnet, ack.yiaddr) == (MAC, "lan", address("192.0.2.10"))
        (device,) = lan.core.devices()
        assert (device.mac, device.ip, lease.device) == (MAC, "192.0.2.10", device.id)
        assert lan.core.store.get("tenures", lease.tenure).began == lease.starts

    def test_what_an_ack_says(self) -> None:
        """Server and times always, the network's own, then what the subnet has."""
        ack = site(phone_subnet()).lease()
        assert ack.options == {
            53: b"\5",
            54: bytes([192, 0, 2, 1]),
            51: (3600).to_bytes(4, "big"),
            58: (1800).to_bytes(4, "big"),
            59: (2700).to_bytes(4, "big"),
            1: bytes([255, 255, 255, 0]),
            28: bytes([192, 0, 2, 255]),
            3: ROUTER,
            6: DNS,
            42: NTP,
        }

    def test_a_client_gets_what_it_asks_for(self) -> None:
        """In the order of its list; its identifier comes back (RFC 6842)."""
        offer = site(phone_subnet()).discover(options={55: bytes((6, 1, 99)), 61: b"\1abc"})
        assert list(offer.options) == [53, 54, 51, 58, 59, 61, 6, 1]

    def test_a_device_that_moves_takes_its_address_along(self) -> None:
        """Whoever had the address before has it no more."""
        lan = site(phone_subnet(create_devices="all"))
        lan.lease()
        lan.core.clock.advance(3601)
        subnet = lan.core.store.get("subnets", "lan")
        lan.keep(replace(subnet, pools=(Pool(first="192.0.2.10", last="192.0.2.10"),)))
        lan.lease(OTHER)
        assert {device.mac: device.ip for device in lan.core.devices()} == {
            MAC: None,
            OTHER: "192.0.2.10",
        }

    def test_a_refusal_says_why(self) -> None:
        """An address that is not of this network; a relay is told to broadcast it."""
        lan = site(phone_subnet())
        request = said(MessageType.REQUEST, options={50: bytes([198, 51, 100, 7])})
        nak = lan.reply(request)
        assert nak.message_type == MessageType.NAK
        assert nak.options[56]
        relayed = said(
            MessageType.REQUEST, options={50: bytes([198, 51, 100, 7])}, relay="192.0.2.254"
        )
        assert lan.reply(relayed).flags & BROADCAST

    def test_an_inform(self) -> None:
        """Options, and neither an address nor times."""
        lan = site(phone_subnet())
        ack = lan.reply(said(MessageType.INFORM, ip="192.0.2.200"))
        assert (ack.yiaddr, ack.ciaddr) == (0, address("192.0.2.200"))
        assert 51 not in ack.options
        assert ack.options[6] == DNS

    def test_bootp(self) -> None:
        """A reservation, and no option that BOOTP does not know."""
        lan = site(phone_subnet(), a_reservation(boot_file="kernel"))
        packet = said(MessageType.DISCOVER)
        del packet.options[53]
        answer = lan.reply(packet)
        assert (answer.yiaddr, answer.file) == (address("192.0.2.5"), b"kernel")
        assert not {51, 53, 54} & set(answer.options)


class TestProbes:
    """An address that somebody uses is not given."""

    def test_another_address_is_found(self) -> None:
        """The one in use rests, and the story says who has it."""
        lan = site(phone_subnet())
        lan.neighbourhood.taken_by["192.0.2.10"] = OTHER
        assert lan.discover().yiaddr == address("192.0.2.11")
        assert lan.neighbourhood.asked == [("192.0.2.10", "eth0"), ("192.0.2.11", "eth0")]
        assert lan.core.store.get("leases", "192.0.2.10").state == "declined"
        told = str(tell(lan.last())["steps"])
        assert f"192.0.2.10 is used already: {OTHER} answers for it" in told

    def test_everything_is_in_use(self) -> None:
        """It is not tried for ever."""
        lan = site(phone_subnet())
        lan.neighbourhood.taken_by.update({f"192.0.2.{last}": OTHER for last in range(10, 100)})
        assert "in a row" in lan.silence(said(MessageType.DISCOVER))
        assert len(lan.neighbourhood.asked) == 4

    @pytest.mark.parametrize(
        ("probe", "relay", "asked"),
        [
            ("auto", "", ["eth0"]),
            ("auto", "192.0.2.254", [""]),
            ("icmp", "", [""]),
            ("both", "", ["eth0", ""]),
            ("none", "", []),
        ],
    )
    def test_who_is_asked(self, probe: str, relay: str, asked: list[str]) -> None:
        """As the subnet says: the link, the address itself, both, or nobody."""
        lan = site(phone_subnet(probe=probe))
        lan.discover(relay=relay)
        assert [interface for _address, interface in lan.neighbourhood.asked] == asked


class TestModes:
    """What a subnet's mode makes of a packet."""

    @pytest.mark.parametrize(
        ("mode", "reason"), [("off", "switched off"), ("observe", "observed only")]
    )
    def test_silence(self, mode: str, reason: str) -> None:
        """Nothing is answered and nothing kept."""
        lan = site(phone_subnet(mode=mode))
        assert reason in lan.silence(said(MessageType.DISCOVER))

    def test_no_subnet(self) -> None:
        """Where nothing is set up, nobody is answered."""
        assert site().silence(said(MessageType.DISCOVER))

    def test_reserved_only(self) -> None:
        """Whoever has a reservation is served, and nobody else."""
        lan = site(phone_subnet(mode="reserved", pools=[]), a_reservation())
        assert lan.discover().yiaddr == address("192.0.2.5")
        assert lan.silence(said(MessageType.DISCOVER, OTHER))


class TestCreating:
    """Everybody asks over DHCP, watches and doorbells too: not all of them are devices."""

    @pytest.mark.parametrize(
        ("creates", "packet", "made"),
        [
            ("recognised", said(MessageType.DISCOVER), 0),
            ("recognised", boot_rom(), 1),
            ("recognised", said(MessageType.DISCOVER, options={60: b"acme 7"}), 1),
            ("all", said(MessageType.DISCOVER), 1),
            ("none", boot_rom(), 0),
        ],
        ids=["a watch", "a boot ROM", "a phone", "everybody", "nobody"],
    )
    def test_of_whom(self, creates: str, packet: Any, made: int) -> None:
        """As the subnet says; they are served all the same."""

        def testify(asked: Any) -> Any:
            return {"vendor": "acme"} if asked.dhcp(60).startswith(b"acme") else None

        plugin = MemoryPlugin("acme", clues=(Clue.vendor_class(testify, "acme"),))
        lan = site(phone_subnet(create_devices=creates), plugins=(plugin,))
        assert lan.reply(packet).yiaddr == address("192.0.2.10")
        assert len(lan.core.devices()) == made

    @pytest.mark.parametrize("documents", [(), (phone_subnet(create_devices="all", mode="off"),)])
    def test_nobody_where_nobody_is_served(self, documents: Any) -> None:
        """Another network's clients are none of our business."""
        lan = site(*documents)
        lan.silence(boot_rom())
        assert lan.core.devices() == []

    def test_where_one_only_listens(self) -> None:
        """What is learnt is who is there."""
        lan = site(phone_subnet(mode="observe", create_devices="all"))
        lan.silence(said(MessageType.DISCOVER))
        assert [device.mac for device in lan.core.devices()] == [MAC]


class TestBooting:
    """Boot ROMs are told what to load."""

    def test_a_file_and_where_it_is(self) -> None:
        """In the fields of BOOTP, and as options where these are asked for."""
        offer = site(phone_subnet()).reply(boot_rom())
        assert (offer.file, offer.sname, offer.siaddr) == (b"ipxe.efi", US.encode(), address(US))
        assert (offer.options[66], offer.options[67]) == (US.encode(), b"ipxe.efi")

    def test_a_phone_is_not_booted(self) -> None:
        """It said nothing of booting."""
        ack = site(phone_subnet()).lease(options={60: b"yealink"})
        assert (ack.file, ack.siaddr) == (b"", 0)

    def test_a_sites_own_rule(self) -> None:
        """It comes before those that are shipped; the story names it."""
        rule = a_boot_rule(
            "ours", when={"arch": ["uefi-x64"]}, file="http://{x}", next_server="192.0.2.9"
        )
        lan = site(phone_subnet(), rule)
        offer = lan.reply(boot_rom())
        assert (offer.file, offer.siaddr) == (b"http://{x}", address("192.0.2.9"))
        assert "boot rule ours" in str(tell(lan.last())["steps"])

    def test_ipxe_is_sent_to_its_script(self) -> None:
        """Over HTTP, at the address that it reaches us under."""
        packet = boot_rom(options={77: b"iPXE", 175: bytes((0x13, 1, 1, 0x24, 1, 1))})
        assert site(phone_subnet()).reply(packet).file == b"http://192.0.2.1:8667/default.ipxe"

    def test_uefi_over_http(self) -> None:
        """It takes an answer from nobody who does not say HTTPClient."""
        packet = boot_rom(
            arch=16, options={60: b"HTTPClient:Arch:00016:UNDI:003001", 55: b"\1\x43"}
        )
        offer = site(phone_subnet()).reply(packet)
        assert offer.options[60] == b"HTTPClient"
        assert offer.options[67] == b"http://192.0.2.1:8667/ipxe.efi"

    def test_never_this_client(self) -> None:
        """An empty file of its reservation keeps it from being booted."""
        lan = site(phone_subnet(), a_reservation(boot_file=""))
        offer = lan.reply(boot_rom())
        assert (offer.yiaddr, offer.file, 67 in offer.options) == (address("192.0.2.5"), b"", False)

    def test_a_name_that_is_longer_than_the_field(self) -> None:
        """It goes into the option, asked for or not."""
        long = "http://192.0.2.1/" + "x" * 150
        lan = site(phone_subnet(), a_boot_rule(file=long))
        offer = lan.reply(boot_rom(options={55: b"\1"}))
        assert (offer.file, offer.options[67]) == (b"", long.encode())


class TestProxy:
    """Beside another server: files, and no addresses."""

    def test_an_offer_without_an_address(self) -> None:
        """The boot ROM's own words come back, to be heard by all."""
        offer = site(phone_subnet(mode="proxy")).reply(boot_rom(arch=0))
        assert (offer.message_type, offer.yiaddr) == (MessageType.OFFER, 0)
        assert offer.flags & BROADCAST
        assert (offer.file, offer.siaddr) == (b"lpxelinux.0", address(US))
        assert offer.options == {
            53: b"\2",
            54: bytes([192, 0, 2, 1]),
            60: b"PXEClient",
            97: b"\0" + bytes(range(16)),
            43: bytes((6, 1, 8, 255)),
        }

    def test_no_option_43_for_uefi(self) -> None:
        """It is a BIOS's."""
        offer = site(phone_subnet(mode="proxy")).reply(boot_rom())
        assert (offer.file, 43 in offer.options) == (b"ipxe.efi", False)

    def test_others_are_not_its_business(self) -> None:
        """Clients that do not boot, and whoever asks the other server."""
        lan = site(phone_subnet(mode="proxy"))
        assert "does not boot" in lan.silence(said(MessageType.DISCOVER))
        assert "gives addresses" in lan.silence(boot_rom(MessageType.REQUEST))

    @pytest.mark.parametrize("mode", ["proxy", "serve"])
    def test_at_its_own_port(self, mode: str) -> None:
        """A boot ROM that has an address asks there, and is told its file."""
        lan = site(phone_subnet(mode=mode))
        packet = boot_rom(MessageType.REQUEST, ip="192.0.2.77")
        ack = lan.reply(packet, local_port=4011)
        assert (ack.message_type, ack.ciaddr, ack.file) == (
            MessageType.ACK,
            address("192.0.2.77"),
            b"ipxe.efi",
        )


class TestWhatIf:
    """The same answer, and nothing is left behind."""

    def test_nothing_is_held(self) -> None:
        """However often it is asked; serving gives what was told."""
        lan = site(phone_subnet())
        before = lan.core.store.feed.applied()
        told = [lan.what_if(said(MessageType.DISCOVER)).answer for _time in range(3)]
        assert lan.core.store.feed.applied() == before
        assert lan.neighbourhood.asked == []
        assert told[0] == told[1] == told[2] == lan.ask(said(MessageType.DISCOVER))

    def test_an_ack(self) -> None:
        """What would be written is not."""
        lan = site(phone_subnet())
        offer = lan.discover()
        request = said(
            MessageType.REQUEST,
            options={50: offer.yiaddr.to_bytes(4, "big"), 54: offer.options[54]},
        )
        answer = lan.what_if(request).answer
        assert isinstance(answer, Reply)
        assert lan.core.store.get("leases", "192.0.2.10") is None
        assert lan.ask(request) == answer


def test_a_relay_option_that_cannot_be_read() -> None:
    """It decides who is served, so it is not passed over."""
    lan = site(phone_subnet())
    packet = said(MessageType.DISCOVER, options={82: b"\5\4\1"}, relay="192.0.2.254")
    assert "82" in lan.silence(packet)
