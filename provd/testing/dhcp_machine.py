"""Virtual machines that boot over a lab's network, with firmware as it is sold."""

from __future__ import annotations

import shutil
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from provd.testing.dhcp_lab import Client, DHCPLab

MAC = "00:00:5e:00:53:42"
HAS_COME = f"The script of {MAC} has come"
PATIENCE = 90.0
"""Seconds: firmware that is interpreted takes ten, and more on a busy machine."""

_FIRMWARE, _DEBIANS = Path("/usr/share/OVMF"), Path("/usr/lib/ipxe")
_LOADERS = {"ipxe.efi": "snponly.efi"}
_SCRIPT = "#!ipxe\necho The script of ${net0/mac} has come\nshell\n"
_NO_ROUTER = struct.pack("!BBHBBHII", 134, 0, 0, 64, 0, 0, 0, 0)
"""A router advertisement of nobody (RFC 4861 section 4.2): no router, no prefix, nothing more to ask for."""
_EVERY = 0.3
_NO_PXE = ("IPv4PXESupport", "IPv6PXESupport")

needs_firmware = pytest.mark.skipif(
    not (_FIRMWARE.exists() and (_DEBIANS / "snponly.efi").exists()),
    reason="needs ovmf and ipxe; see requirements/debian.txt",
)


def put_boot_files(lab: DHCPLab) -> None:
    """A loader, and the script that it says `HAS_COME` by, into the tree of the netboot plugin."""
    tree = lab.daemon.data / "plugins" / "netboot" / "var" / "tftpboot"
    for name, source in _LOADERS.items():
        shutil.copy(_DEBIANS / source, tree / name)
    (tree / "default.ipxe").write_text(_SCRIPT, "ascii")


def machine(
    lab: DHCPLab, *, uefi: bool, over_http: bool = False, bridge: str = "br0", mac: str = MAC
) -> Client:
    """A machine on one of the lab's networks, just switched on; interpreted, so that it runs anywhere.

    `over_http`: its UEFI tries HTTP and not PXE.
    """
    lab.lab.ip("lan", "tuntap", "add", "dev", "tap0", "mode", "tap")
    lab.lab.ip("lan", "link", "set", "tap0", "master", bridge, "up")
    words = ["qemu-system-x86_64", "-accel", "tcg,thread=multi", "-cpu", "max"]
    words += ["-m", "512", "-nodefaults"]
    words += ["-display", "none", "-serial", "stdio", "-no-reboot", "-device", "virtio-rng-pci"]
    words += ["-netdev", "tap,id=n0,ifname=tap0,script=no,downscript=no,vhost=off"]
    card = f"virtio-net-pci,netdev=n0,mac={mac},bootindex=1"
    if not uefi:
        return lab.start("lan", *words, "-machine", "q35,graphics=off", "-device", card)
    variables = lab.home / "vars.fd"
    shutil.copy(_FIRMWARE / "OVMF_VARS_4M.fd", variables)
    code = _FIRMWARE / "OVMF_CODE_4M.fd"
    words += ["-machine", "q35"]
    words += ["-drive", f"if=pflash,format=raw,unit=0,readonly=on,file={code}"]
    words += ["-drive", f"if=pflash,format=raw,unit=1,file={variables}"]
    for name in _NO_PXE if over_http else ():
        words += ["-fw_cfg", f"name=opt/org.tianocore/{name},string=n"]
    # Without a ROM of its own, or the card's iPXE comes before the firmware's driver.
    return lab.start("lan", *words, "-device", card + ",romfile=")


@contextmanager
def without_ipv6(lab: DHCPLab, bridge: str = "br0") -> Iterator[None]:
    """A network that says that it has no IPv6: iPXE waits for that word, 16 seconds where nobody says it."""
    lab.plug_in("router", bridge=bridge)
    with lab.lab.inside("router"):
        telling = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
        telling.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
        everybody = ("ff02::1", 0, 0, socket.if_nametoindex("eth0"))
    over = threading.Event()

    def tell() -> None:
        while not over.wait(_EVERY):
            with suppress(OSError):  # it has no address of its own yet
                telling.sendto(_NO_ROUTER, everybody)

    thread = threading.Thread(target=tell, name="router", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        telling.close()
