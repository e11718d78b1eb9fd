"""The commands of docs/operate/dhcp.rst do what it says, one after the other."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

from twisted.internet import reactor as the_reactor

from provd.documents.dhcp import Tenure, client_key
from provd.testing.access import keep
from provd.testing.commands import CommandsTestCase
from provd.testing.dhcp import MAC, a_lease

PAGE = Path(__file__).resolve().parents[2] / "docs" / "operate" / "dhcp.rst"
BLOCK = re.compile(r"::\n\n((?:    .*\n|\n(?=    ))+)")


def commands() -> Iterator[list[str]]:
    """Every command of the page, as a shell would take it apart."""
    for block in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        text = re.sub("^    ", "", block, flags=re.MULTILINE)
        if text.startswith("provd "):
            for command in re.split("^provd ", text, flags=re.MULTILINE)[1:]:
                yield shlex.split(command.replace("\\\n", ""))


class PageTests(CommandsTestCase):
    """In order, on one server: what a command makes, a later one may speak of."""

    reactor: ClassVar[Any] = the_reactor

    async def test_every_command(self) -> None:
        """None is refused, and there are as many as the page seems to have."""
        tenure = Tenure(id="t", address="192.0.2.10", key=client_key("mac", MAC), mac=MAC, began=1)
        keep(
            self.bench.core.store,
            leases=[a_lease("192.0.2.66"), a_lease(tenure="t")],
            tenures=[tenure],
        )
        asked = list(commands())
        self.assertGreater(len(asked), 20)
        for words in asked:
            if words[0] != "explain":
                await self.provd(*words)
        subnets = await self.json("subnets", "list")
        self.assertEqual(["lan", "office"], [each["id"] for each in subnets["items"]])
        [lan, _office] = subnets["items"]
        self.assertEqual((7200, "floor-1"), (lan["lease_time"], lan["shared_network"]))
        printer = await self.json("reservations", "show", "printer")
        self.assertEqual(("", True), (printer["boot_file"], printer["available"]))

    async def test_what_people_are_shown(self) -> None:
        """Tables with what one looks for, and a sentence where there is nothing."""
        await self.provd(
            "subnets",
            "add",
            "id=lan",
            "network=192.0.2.0/24",
            'pools:=[{"first": "192.0.2.10", "last": "192.0.2.20"}]',
        )
        keep(self.bench.core.store, leases=[a_lease(until=2**33)])
        self.assertIn("192.0.2.10-192.0.2.20", (await self.provd("subnets", "list")).stdout)
        kept = await self.provd("subnets", "remove", "lan", code=1)
        self.assertIn("in use by leases/192.0.2.10", kept.stderr)
        self.assertIn(f"mac {MAC}", (await self.provd("leases", "list")).stdout)
        rules = await self.provd("boot-rules", "list")
        self.assertIn("arch 0, vendor_class PXEClient", rules.stdout)
        nobody = await self.provd("leases", "history", "192.0.2.99")
        self.assertIn("Nobody", nobody.stderr)
        await self.provd("leases", "history", code=2)
        await self.provd("leases", "history", "192.0.2.10", "--at", "noon", code=2)
        none = await self.provd("reservations", "list")
        self.assertIn("There are no such reservations", none.stderr)
        wrong = await self.provd(
            "subnets", "add", "id=in", "network=192.0.2.0/25", "mode=off", code=1
        )
        self.assertIn("overlaps the subnet 'lan'", wrong.stderr)
