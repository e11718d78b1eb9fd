"""Every command against a real API on a real port."""

from __future__ import annotations

from typing import Any, ClassVar

from twisted.internet import reactor as the_reactor

from provd.testing.commands import CommandsTestCase
from provd.testing.inquiries import http

MAC = "00:00:5e:00:53:01"


class CommandTests(CommandsTestCase):
    """Every command."""

    reactor: ClassVar[Any] = the_reactor

    async def test_a_life_of_a_device(self) -> None:
        """Added, listed, shown, changed, refused, removed."""
        added = await self.json(
            "devices", "add", f"mac={MAC}", "plugin=acme-1.0", "config=autoprov", "X_floor:=3"
        )
        self.assertTrue(added["configured"])
        device_id = added["id"]
        listed = await self.json("devices", "list", f"mac={MAC}", "--fields", "mac,X_floor")
        self.assertEqual([{"id": device_id, "mac": MAC, "X_floor": 3}], listed["items"])
        table = await self.provd("devices", "list", "configured=true")
        self.assertIn(MAC, table.stdout)
        self.assertIn("configured", table.stdout)
        shown = await self.provd("devices", "show", device_id)
        self.assertIn("configured  yes", " ".join(shown.stdout.split(" ")).replace("   ", "  "))
        changed = await self.json("devices", "set", device_id, "X_floor:=null", "sn=S1")
        self.assertEqual(("S1", False), (changed["sn"], "X_floor" in changed))
        stale = await self.provd(
            "devices", "set", device_id, "sn=S2", "--revision", str(added["revision"]), code=1
        )
        self.assertIn("next: show it again", stale.stderr)
        wrong = await self.provd("devices", "set", device_id, "mac=x", "vendor:=1", code=1)
        self.assertIn("mac: 'x' is not a MAC address", wrong.stderr)
        self.assertIn("vendor:", wrong.stderr)
        await self.provd("devices", "remove", device_id)
        gone = await self.provd("devices", "show", device_id, code=1)
        self.assertIn("there is no document", gone.stderr)
        empty = await self.provd("devices", "list")
        self.assertIn("no such devices", empty.stderr)

    async def test_a_life_of_a_config(self) -> None:
        """Added, flattened with origins, changed, removed."""
        await self.provd(
            "configs", "add", "id=base", "parent_ids:=[]", "raw_config.ntp_ip=192.0.2.3"
        )
        await self.provd(
            "configs", "add", "id=site", 'parent_ids:=["base","gone"]', "raw_config.locale=fr_FR"
        )
        raw = await self.json("configs", "raw", "site")
        self.assertEqual("base", raw["origin"]["ntp_ip"])
        table = await self.provd("configs", "raw", "site")
        self.assertIn("192.0.2.3", table.stdout)
        self.assertIn("'gone' does not exist", table.stderr)
        await self.provd("configs", "set", "site", "deletable:=false")
        refused = await self.provd("configs", "remove", "site", code=1)
        self.assertIn("not deletable", refused.stderr)
        listed = await self.provd("configs", "list", "--sort", "id")
        self.assertIn("base, gone", listed.stdout)

    async def test_plugins(self) -> None:
        """Listed, shown, reloaded."""
        self.assertIn("loaded", (await self.provd("plugins", "list")).stdout)
        self.assertIn("Acme, A1, 1.0", (await self.provd("plugins", "show", "acme-1.0")).stdout)
        reloaded = await self.json("plugins", "reload", "acme-1.0")
        self.assertEqual("loaded", reloaded["state"])
        await self.provd("plugins", "show", "nobody", code=1)

    async def test_why(self) -> None:
        """What was decided is explained, and what would be is told."""
        agent = f"Acme A1 {MAC} 1.0"
        self.bench.core.inquiries.ask(http("/a\x1b[31m.cfg", agent, number=7))
        story = await self.provd("explain")
        self.assertIn("inquiry test-7", story.stdout)
        self.assertNotIn("\x1b", story.stdout)
        self.assertEqual("test-7", (await self.json("explain", "test-7"))["id"])
        [device] = self.bench.core.devices()
        told = await self.json("explain", "--device", device.id)
        self.assertEqual(1, told["total"])
        self.bench.core.inquiries.ask(http("/b.cfg", agent, number=8))
        self.assertIn("test-8", (await self.provd("explain", "--last", "5")).stdout)
        await self.provd("explain", "test-7", "--last", "1", code=2)
        await self.provd("explain", "nothing", code=1)
        words = ["--protocol", "http", "--path", "/c.cfg", "--ip", "192.0.2.7"]
        told = await self.json("whatif", *words, "--header", f"User-Agent: {agent}")
        self.assertEqual(device.id, told["device"]["id"])
        self.assertEqual("content", told["answer"]["kind"])
        dhcp = await self.json(
            "whatif",
            "--protocol",
            "dhcp",
            "--mac",
            MAC,
            "--option",
            "60=Acme",
            "--option",
            "61=0x0102",
        )
        self.assertEqual("dhcp", dhcp["protocol"])
        await self.provd("whatif", "--protocol", "http", "--path", "/", "--header", "x", code=2)
        await self.provd("whatif", "--protocol", "tftp", code=1)

    async def test_wrong_command_lines(self) -> None:
        """Exit code 2, before anybody is asked."""
        await self.provd("devices", "add", "mac", code=2)
        await self.provd("devices", "set", "x", code=2)
        await self.provd("nonsense", code=2)

    async def test_nobody_there(self) -> None:
        """Exit code 3, and one sentence with a next step."""
        self.url = "http://127.0.0.1:1"
        told = await self.provd("devices", "list", code=3)
        self.assertIn("provd run", told.stderr)
        self.assertEqual(1, len(told.stderr.strip().splitlines()))

    async def test_a_store_that_cannot_keep(self) -> None:
        """Exit code 4."""
        store: Any = self.bench.core.store
        store._why_not = "no space left on device"
        told = await self.provd("devices", "add", "sn=1", code=4)
        self.assertIn("no space left", told.stderr)
        self.assertIn("provd doctor", told.stderr)

    async def test_another_host_name(self) -> None:
        """A URL whose host this server is not called by is refused, and the reason is told."""
        self.url = self.url.replace("127.0.0.1", "127.0.0.2")
        port = self.reactor.listenTCP(
            self.port.getHost().port, self.bench.site, interface="127.0.0.2"
        )
        try:
            told = await self.provd("devices", "list", code=1)
        finally:
            await port.stopListening()
        self.assertIn("this server is not '127.0.0.2", told.stderr)
