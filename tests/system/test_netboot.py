"""Virtual machines boot over the network: a UEFI's boot ROM, a loader, its script, over three protocols."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from provd.testing.dhcp_lab import US, Client, DHCPLab, dhcp_lab, lan

pytestmark = [pytest.mark.root, pytest.mark.needs("ip", "qemu-system-x86_64", "dnsmasq")]

MAC = "00:00:5e:00:53:42"
FIRMWARE = Path("/usr/share/OVMF")
LOADERS = {"ipxe.efi": "snponly.efi"}
DEBIANS = Path("/usr/lib/ipxe")
SCRIPT = "#!ipxe\necho The script of ${net0/mac} has come\nshell\n"
HAS_COME = f"The script of {MAC} has come"
PATIENCE = 90.0
"""Seconds: firmware that is interpreted takes ten, and more on a busy machine."""

skipped_without = pytest.mark.skipif(
    not (FIRMWARE.exists() and (DEBIANS / "snponly.efi").exists()),
    reason="needs ovmf and ipxe; see requirements/debian.txt",
)


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[DHCPLab]:
    """A server with a loader and a script in the tree of its netboot plugin."""
    ports = {"listen": {"port": 8667}, "tftp": {"port": 69}}
    with dhcp_lab(tmp_path, ports) as made:
        tree = made.daemon.data / "plugins" / "netboot" / "var" / "tftpboot"
        for name, source in LOADERS.items():
            shutil.copy(DEBIANS / source, tree / name)
        (tree / "default.ipxe").write_text(SCRIPT, "ascii")
        yield made


def machine(lab: DHCPLab, *, uefi: bool) -> Client:
    """A machine on the lab's network, just switched on."""
    lab.lab.ip("lan", "tuntap", "add", "dev", "tap0", "mode", "tap")
    lab.lab.ip("lan", "link", "set", "tap0", "master", "br0", "up")
    words = ["qemu-system-x86_64", "-accel", "tcg,thread=multi", "-cpu", "max"]
    words += ["-m", "512", "-nodefaults"]
    words += ["-display", "none", "-serial", "stdio", "-no-reboot", "-device", "virtio-rng-pci"]
    words += ["-netdev", "tap,id=n0,ifname=tap0,script=no,downscript=no,vhost=off"]
    card = f"virtio-net-pci,netdev=n0,mac={MAC},bootindex=1"
    if uefi:
        variables = lab.home / "vars.fd"
        shutil.copy(FIRMWARE / "OVMF_VARS_4M.fd", variables)
        code = FIRMWARE / "OVMF_CODE_4M.fd"
        words += ["-machine", "q35"]
        words += ["-drive", f"if=pflash,format=raw,unit=0,readonly=on,file={code}"]
        words += ["-drive", f"if=pflash,format=raw,unit=1,file={variables}"]
        card += ",romfile="  # or the card's own iPXE comes before the firmware's driver
    else:
        words += ["-machine", "q35,graphics=off"]
    return lab.start("lan", *words, "-device", card)


def story(lab: DHCPLab) -> list[tuple[str, str, str]]:
    """What it asked and what came of it, from the first packet on."""
    told = lab.explain(30)
    return [(each["protocol"], each["path"], each["answer"]["kind"]) for each in reversed(told)]


@skipped_without
def test_uefi(lab: DHCPLab) -> None:
    """Address and loader over DHCP, the loader over TFTP, the script over HTTP: one device, one story."""
    lab.api("POST", "/subnets", lan(create_devices="recognised"))
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


@skipped_without
def test_beside_another_server(lab: DHCPLab) -> None:
    """Dnsmasq gives the address, provd the loader and the script: ProxyDHCP, at both of its ports."""
    lab.api("POST", "/subnets", lan(mode="proxy", pools=[], create_devices="recognised"))
    lab.plug_in("other", "192.0.2.250/24")
    lab.dnsmasq("other")
    machine(lab, uefi=True).wait_to_say(HAS_COME, PATIENCE)
    assert lab.api("GET", "/leases")["items"] == []
    (device,) = lab.api("GET", "/devices")["items"]
    assert (device["mac"], device["plugin"]) == (MAC, "netboot")
    assert device["ip"].startswith("192.0.2.3")
    packets = [each for each in lab.explain(30) if each["answer"]["kind"] == "reply"]
    assert f"siaddr: {US}" in packets[0]["answer"]["packet"]
    assert story(lab)[-1] == ("http", "/default.ipxe", "file")


@skipped_without
def test_bios(lab: DHCPLab) -> None:
    """A network card's own iPXE is sent to its script at once."""
    lab.api("POST", "/subnets", lan(create_devices="recognised"))
    machine(lab, uefi=False).wait_to_say(HAS_COME, PATIENCE)
    (device,) = lab.api("GET", "/devices")["items"]
    assert (device["mac"], device["model"]) == (MAC, "BIOS")
    assert story(lab)[-1] == ("http", "/default.ipxe", "file")
