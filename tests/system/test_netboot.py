"""Virtual machines boot over the network: firmware, a loader, its script, over three protocols."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from provd.testing.dhcp_lab import DHCPLab, dhcp_lab, lan
from provd.testing.dhcp_machine import (
    HAS_COME,
    MAC,
    PATIENCE,
    machine,
    needs_firmware,
    put_boot_files,
    without_ipv6,
)

pytestmark = [pytest.mark.root, pytest.mark.needs("ip", "qemu-system-x86_64"), needs_firmware]


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[DHCPLab]:
    """A server with a loader and a script in the tree of its netboot plugin."""
    ports = {"listen": {"port": 8667}, "tftp": {"port": 69}}
    with dhcp_lab(tmp_path, ports, subnets=[lan(create_devices="recognised")]) as made:
        put_boot_files(made)
        with without_ipv6(made):
            yield made


def story(lab: DHCPLab) -> list[tuple[str, str, str]]:
    """What it asked and what came of it, from the first packet on."""
    told = lab.explain(30)
    return [(each["protocol"], each["path"], each["answer"]["kind"]) for each in reversed(told)]


def test_uefi(lab: DHCPLab) -> None:
    """Address and loader over DHCP, the loader over TFTP, the script over HTTP: one device, one story."""
    machine(lab, uefi=True).wait_to_say(HAS_COME, PATIENCE)
    (device,) = lab.api("GET", "/devices")["items"]
    assert (device["mac"], device["vendor"], device["model"]) == (MAC, "PXE", "UEFI x64")
    assert (device["plugin"], device["ip"]) == ("netboot", "192.0.2.100")
    asked = story(lab)
    assert ("tftp", "ipxe.efi", "file") in asked
    assert asked[-1] == ("http", "/default.ipxe", "file")
    assert {each["device"]["id"] for each in lab.explain(30)} == {device["id"]}
    told = "\n".join(step["text"] for each in lab.explain(30) for step in each["steps"])
    assert "the file to load is that of boot rule shipped-pxe-uefi-x64" in told
    assert "the file to load is that of boot rule shipped-ipxe-uefi" in told


def test_uefi_over_http(lab: DHCPLab) -> None:
    """It says HTTPClient and is answered so, with a URL; the loader comes over HTTP as all that follows."""
    machine(lab, uefi=True, over_http=True).wait_to_say(HAS_COME, PATIENCE)
    told = lab.explain(30)
    offer = next(each["answer"]["packet"] for each in reversed(told) if "packet" in each["answer"])
    assert 'option 60 vendor-class: "HTTPClient"' in offer
    assert 'bootfile-name: "http://192.0.2.1:8667/ipxe.efi"' in offer
    asked = story(lab)
    assert ("http", "/ipxe.efi", "file") in asked
    assert asked[-1] == ("http", "/default.ipxe", "file")
    assert {protocol for protocol, _path, _kind in asked} == {"dhcp", "http"}
    (device,) = lab.api("GET", "/devices")["items"]
    assert (device["mac"], device["model"]) == (MAC, "UEFI x64")


def test_bios(lab: DHCPLab) -> None:
    """A network card's own iPXE is sent to its script at once."""
    machine(lab, uefi=False).wait_to_say(HAS_COME, PATIENCE)
    (device,) = lab.api("GET", "/devices")["items"]
    assert (device["mac"], device["model"]) == (MAC, "BIOS")
    assert story(lab)[-1] == ("http", "/default.ipxe", "file")
