"""Which options an answer carries, and whose."""

from __future__ import annotations

from typing import Any

from provd.application.explain import tell
from provd.sdk import DeviceSupport
from provd.testing.dhcp import a_boot_rule, a_reservation, a_subnet
from provd.testing.dhcp_site import boot_rom, site
from provd.testing.plugins import MemoryPlugin

DNS = bytes([192, 0, 2, 53])
NAMES = [{"code": 6, "value": "192.0.2.53"}]


class TestLayers:
    """Whose option wins."""

    def test_each_over_the_one_before(self) -> None:
        """A subnet's, a boot rule's, a plugin's, a reservation's."""

        def options(*codes: int) -> list[dict[str, Any]]:
            return [{"code": code, "value": f"{code}.0.0.{len(codes)}"} for code in codes]

        plugin = MemoryPlugin(
            "acme",
            supports=lambda _info: DeviceSupport.COMPLETE,
            tells=lambda _inquiry: {6: b"plug", 42: b"plug", 44: b"plug"},
        )
        lan = site(
            a_subnet(options=options(3, 6, 42, 44), create_devices="all"),
            a_boot_rule(options=options(42, 6, 5)),
            a_reservation(options=[{"code": 42, "value": "192.0.2.42"}]),
            plugins=(plugin,),
        )
        offer = lan.reply(boot_rom(options={55: bytes((3, 5, 6, 42, 44))}))
        assert {code: offer.options[code] for code in (3, 5, 6, 42, 44)} == {
            3: bytes([3, 0, 0, 4]),
            5: bytes([5, 0, 0, 3]),
            6: b"plug",
            42: bytes([192, 0, 2, 42]),
            44: b"plug",
        }

    def test_for_one_vendor_only(self) -> None:
        """The longer name wins; an empty value keeps the option from being sent."""
        lan = site(
            a_subnet(
                options=[
                    {"code": 42, "value": "192.0.2.1"},
                    {"code": 42, "value": "192.0.2.2", "vendor": "snom"},
                    {"code": 42, "value": "192.0.2.3", "vendor": "snomD"},
                    {"code": 42, "value": "", "vendor": "yealink"},
                ]
            )
        )
        told = {
            vendor: lan.discover(options={60: vendor.encode()}).options.get(42, b"")[-1:]
            for vendor in ("other", "snom370", "snomD785", "yealink")
        }
        assert told == {"other": b"\1", "snom370": b"\2", "snomD785": b"\3", "yealink": b""}

    def test_templates(self) -> None:
        """Rendered over what the client sent; one that fails is left out alone."""
        lan = site(
            a_subnet(
                options=[
                    {"code": 66, "value": "{{ option.vendor_class }}.example", "template": True},
                    {"code": 15, "value": "{{ option.host_name }}", "template": True},
                    {"code": 6, "value": "192.0.2.53"},
                ]
            )
        )
        options = lan.discover(options={60: b"snom"}).options
        assert (options[66], 15 in options, options[6]) == (b"snom.example", False, DNS)

    def test_a_plugin_that_fails(self) -> None:
        """Its options are missing, nobody else's; the story names it."""

        def burns(_inquiry: Any) -> Any:
            raise RuntimeError("it is on fire")

        plugin = MemoryPlugin("acme", supports=lambda _info: DeviceSupport.COMPLETE, tells=burns)
        lan = site(a_subnet(options=NAMES, create_devices="all"), plugins=(plugin,))
        assert lan.discover().options[6] == DNS
        assert "on fire" in str(tell(lan.last())["steps"])
