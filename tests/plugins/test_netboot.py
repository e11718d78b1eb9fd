"""The netboot plugin: who boots over the network, and what it loads."""

from __future__ import annotations

from pathlib import Path

import pytest
from twisted.internet.task import Clock

from provd.documents import CONFIGS, CREDENTIALS, DEVICES
from provd.sdk import Asked, DeviceSupport
from provd.store import MemoryStore
from provd.testing.documents import a_device
from provd.testing.families import installed
from provd.testing.inquiries import dhcp, http, tftp
from provd.values import FileContent, Inquiry

SOURCE = Path(__file__).resolve().parents[2] / "plugins" / "netboot"
MAC = "00:00:5e:00:53:01"
UUID = bytes(range(16))


def told(directory: Path, inquiry: Inquiry) -> object:
    """What it concludes."""
    [plugin] = installed(SOURCE, directory).loaded()
    said = [
        plugin.testify(clue, Asked(inquiry))
        for clue in plugin.clues
        if clue.protocol == inquiry.protocol
    ]
    return said[0]


def test_the_machine_is_known_by_its_uuid(tmp_path: Path) -> None:
    """In the order of the wire; one that is no UUID of that kind is left out."""
    options = {60: b"PXEClient:Arch:00011", 93: b"\0\x0b", 97: b"\0" + UUID}
    expected = {
        "vendor": "PXE",
        "model": "UEFI ARM64",
        "uuid": "00010203-0405-0607-0809-0a0b0c0d0e0f",
    }
    assert told(tmp_path, dhcp(MAC, dhcp=options)) == expected


@pytest.mark.parametrize(
    "options", [{97: b"\1" + UUID}, {97: UUID}, {93: b"\x07"}, {93: b"\xff\xff"}], ids=str
)
def test_what_cannot_be_read_says_nothing(tmp_path: Path, options: dict[int, bytes]) -> None:
    """That it boots is known all the same."""
    assert told(tmp_path, dhcp(MAC, dhcp={60: b"PXEClient", **options})) == {"vendor": "PXE"}


def test_any_other_plugin_knows_it_better(tmp_path: Path) -> None:
    """It takes what nobody else does."""
    [plugin] = installed(SOURCE, tmp_path).loaded()
    assert plugin.associate({"vendor": "PXE", "model": "BIOS"}) == DeviceSupport.PROBABLE
    assert plugin.associate({"vendor": "Aastra"}) == DeviceSupport.NONE


@pytest.mark.parametrize("ask", [http("/efi/ipxe.efi"), tftp("efi/ipxe.efi")], ids=["http", "tftp"])
def test_files(tmp_path: Path, ask: Inquiry) -> None:
    """Each under the path it has in the tree, over both protocols, without a config."""
    [plugin] = installed(SOURCE, tmp_path).loaded()
    loader = tmp_path / "netboot" / "var" / "tftpboot" / "efi" / "ipxe.efi"
    loader.parent.mkdir()
    loader.write_bytes(b"a loader")
    view = MemoryStore((DEVICES, CONFIGS, CREDENTIALS), Clock()).draft("test")
    answer = plugin.serve(ask, a_device(plugin="netboot"), view, keep=False)
    assert isinstance(answer, FileContent)
    assert Path(answer.path).read_bytes() == b"a loader"
