"""The zero plugin: it serves its files, and claims nobody."""

from __future__ import annotations

from pathlib import Path

from twisted.internet.task import Clock

from provd.documents import CONFIGS, CREDENTIALS, DEVICES
from provd.sdk import DeviceSupport
from provd.store import MemoryStore
from provd.testing.documents import a_device
from provd.testing.families import installed
from provd.testing.inquiries import http
from provd.values import FileContent, Refusal

SOURCE = Path(__file__).resolve().parents[2] / "plugins" / "zero"


def test_it_claims_nobody(tmp_path: Path) -> None:
    """It knows no clue, and its support is below what associates a device by itself."""
    [plugin] = installed(SOURCE, tmp_path).loaded()
    assert plugin.clues == ()
    assert plugin.by_address == frozenset()
    for info in ({}, {"vendor": "Aastra", "model": "6730i", "version": "3.2"}):
        assert plugin.associate(info) == DeviceSupport.IMPROBABLE < DeviceSupport.PROBABLE


def test_it_serves_its_files_whatever_the_device(tmp_path: Path) -> None:
    """A device without config gets a file under the path it has in the tree; the rest is not found."""
    [plugin] = installed(SOURCE, tmp_path).loaded()
    (tmp_path / "zero" / "var" / "tftpboot" / "boot").mkdir()
    (tmp_path / "zero" / "var" / "tftpboot" / "boot" / "image").write_bytes(b"firmware")
    view = MemoryStore((DEVICES, CONFIGS, CREDENTIALS), Clock()).draft("test")
    answer = plugin.serve(http("/boot/image"), a_device(plugin="zero"), view, keep=False)
    assert isinstance(answer, FileContent)
    assert Path(answer.path).read_bytes() == b"firmware"
    nothing = plugin.serve(http("/boot/other"), a_device(plugin="zero"), view, keep=False)
    assert isinstance(nothing, Refusal)
