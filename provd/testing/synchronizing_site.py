"""A server in memory with phones that are told to fetch their files again, on a virtual clock."""

from __future__ import annotations

from typing import Any

from provd.documents import Device
from provd.testing.api import Bench, bench
from provd.testing.inquiries import http
from provd.testing.plugins import MemoryPlugin, acme
from provd.testing.synchronizers import MemorySynchronizer
from provd.values import ActionUrl, Content, Inquiry, Notify

URL = "/api/v1/devices"


def plugin(**more: Any) -> MemoryPlugin:
    """One whose phones understand a NOTIFY and can be rebooted over HTTP."""
    made = acme()
    made.answers = lambda inquiry, device, _view: Content(
        b"#", "text/plain", etag=f"{device.id}-{inquiry.path}"
    )
    made.understands = more.pop(
        "understands", (Notify(event="check-sync"), ActionUrl(reboot="/reboot"))
    )
    made.accounts_in = more.pop("accounts_in", "phone.cfg")
    made.raw = more.pop("raw", {"sip_lines": {"1": {"username": "u1", "password": "secret"}}})
    return made


class Site:
    """An API over a core with some phones, and drivers that tell nobody."""

    def __init__(self, phones: int = 1, settings: Any = None, **more: Any) -> None:
        self.sip = MemorySynchronizer("sip")
        self.http = MemorySynchronizer("http")
        self.plugin = plugin(**more)
        self.made: Bench = bench(
            self.plugin,
            synchronizers={"sip": self.sip, "http": self.http},
            synchronization=settings,
        )
        self.clock = self.made.core.clock
        self.made.core.keep(*(self.phone(number) for number in range(1, phones + 1)))

    def phone(self, number: int) -> Device:
        """A phone of the plugin, at an address of its own."""
        return Device(
            id=f"phone-{number:04}",
            mac=f"00:00:5e:00:{number >> 8:02x}:{number & 255:02x}",
            ip=f"192.0.2.{number % 250 + 1}",
            plugin=self.plugin.id,
            vendor="Acme",
            model="One",
        )

    def synchronize(self, number: int = 1, **given: Any) -> str:
        """Ask for one; the operation's id."""
        answer = self.made.ask("POST", f"{URL}/phone-{number:04}/actions/synchronize", given)
        assert answer.status == 200, answer.json
        return str(answer.json["result"]["operation"])

    def run(self, seconds: float, step: float = 0.25) -> None:
        """Let time pass, as a reactor sees it."""
        self.clock.pump([step] * int(seconds / step))

    def comes_back(self, number: int = 1, path: str = "/phone.cfg") -> None:
        """The phone asks for a file."""
        device = self.phone(number)
        inquiry: Inquiry = http(
            path,
            f"Acme One {device.mac} 1.0",
            peer=str(device.ip),
            number=number,
            arrived=self.clock.seconds(),
        )
        self.made.core.inquiries.ask(inquiry)

    def operation(self, operation_id: str) -> dict[str, Any]:
        """It, as clients see it."""
        found: dict[str, Any] = self.made.ask("GET", f"/api/v1/operations/{operation_id}").json
        return found

    def shown(self, number: int = 1) -> dict[str, Any]:
        """What is shown with the phone."""
        found: dict[str, Any] = self.made.ask("GET", f"{URL}/phone-{number:04}").json
        return dict(found["synchronization"])
