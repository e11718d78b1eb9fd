"""Every family points its devices to the firmware package that is installed, or pinned, for their model."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.task import Clock
from zope.interface import implementer

from provd.contracts.packages import IPackages
from provd.plugins import Advertised, Plugins
from provd.plugins.assemble import assemble, editions
from provd.testing.families import BASE_URL, asking_as
from provd.testing.inquiries import http, tftp
from provd.values import Content, FileContent
from provd.values.package import PackageVersion

FAMILIES = Path(__file__).resolve().parents[2] / "plugins"

LINE = {"username": "alice", "password": "secret", "proxy_ip": "192.0.2.10"}

OLD, NEW = "1.0", "2.0"

POINTERS: dict[str, tuple[str, str, str, str, str]] = {
    # family: (model, MAC, file that points, what is written there of the directory, image)
    "yealink": ("T46S", "80:5e:c0:00:53:01", "/y000000000066.cfg", "{dir}/fw.rom", "fw.rom"),
    "snom": (
        *("D785", "00:04:13:00:53:01", "/snomD785-000413005301-firmware.xml"),
        *("{dir}/fw.bin", "fw.bin"),
    ),
    "polycom": ("VVX410", "00:04:f2:00:53:01", "/0004f2005301.cfg", "{dir}/sip.ld", ""),
    "grandstream": ("GXP2130", "00:0b:82:00:53:01", "/cfg000b82005301.xml", "{dir}<", ""),
    "fanvil": (
        *("X4", "0c:38:3e:00:53:01", "/0c383e005301.cfg"),
        *("{dir}/fw.z</Auto_Image_Url>", "fw.z"),
    ),
    "gigaset": (
        *("N870 IP PRO", "7c:2f:80:00:53:01", "/7C2F80005301.xml"),
        *('version="{version}" url="' + BASE_URL + '/{dir}/fw.bin"', "fw.bin"),
    ),
    "cisco-spa": (
        *("SPA504G", "00:02:fd:00:53:01", "/0002fd005301-common.xml"),
        *('<Upgrade_Rule ua="na">' + BASE_URL + "/{dir}/spa50x.bin<", "spa50x.bin"),
    ),
    "cisco-7900": (
        *("7965G", "00:1b:54:00:53:01", "/SEP001B54005301.cnf.xml"),
        *("<loadInformation>SIP45.{version}<", "SIP45.{version}.loads"),
    ),
}


@implementer(IPackages)
class Shelf:
    """Two versions, the newer of which is current."""

    def __init__(self, model: str, image: str) -> None:
        self._model = model
        self._image = image

    def of(self, plugin_id: str) -> tuple[PackageVersion, ...]:
        """For every plugin the same."""
        del plugin_id
        return tuple(self._version(version) for version in (NEW, OLD))

    def _version(self, version: str) -> PackageVersion:
        return PackageVersion(
            id="fw",
            version=version,
            kind="firmware",
            models=(self._model,),
            images={"*": self._image.format(version=version)} if self._image else {},
            installed=True,
            current=version == NEW,
        )


def loaded(family: str, scratch: Path, packages: IPackages) -> Plugins:
    """A family with packages."""
    advertised = Advertised(BASE_URL, 8667, 69)
    plugins = Plugins(scratch, scratch / "none", advertised, Clock(), packages=packages)
    source = FAMILIES / family
    plugins.load(assemble(source, (editions(source) or ("",))[-1], scratch).name)
    return plugins


@pytest.mark.parametrize("family", POINTERS)
def test_a_device_is_pointed_to_it(family: str, tmp_path: Path) -> None:
    """To the version that is current, to the one that is pinned, and to none where a config says so."""
    model, mac, path, written, image = POINTERS[family]
    plugins = loaded(family, tmp_path, Shelf(model, image))
    [plugin] = plugins.loaded()
    ask = asking_as(tftp if family == "cisco-7900" else http, mac=mac, plugin=plugin.id)

    def told(**raw_config: Any) -> str:
        asked = path.lstrip("/") if family == "cisco-7900" else path
        answer = ask(plugins, asked, {"sip_lines": {"1": LINE}, **raw_config}, model=model)
        assert isinstance(answer, Content), answer
        return answer.body.decode()

    for version, pins in ((NEW, {}), (OLD, {"fw": OLD})):
        place = written.format(dir=f"firmware/fw/{version}", version=version)
        assert place in told(firmware=pins)
    assert not re.search("firmware/fw|SIP45", told(firmware={"fw": None}))
    assert "firmware/fw" not in told(firmware={"fw": "3.0"})


@pytest.mark.parametrize(
    ("family", "model", "mac", "name"),
    [
        ("cisco-7900", "7965G", "00:1b:54:00:53:01", "SIP45.2.0.loads"),
        ("aastra", "6731i", "00:08:5d:00:53:01", "6731i.st"),
    ],
)
def test_firmware_by_its_own_name(
    family: str, model: str, mac: str, name: str, tmp_path: Path
) -> None:
    """A device that cannot be told where its firmware is gets that of its own version all the same."""
    plugins = loaded(family, tmp_path, Shelf(model, name))
    [plugin] = plugins.loaded()
    for version in (OLD, NEW):
        place = tmp_path / plugin.id / "var" / "tftpboot" / "firmware" / "fw" / version / name
        place.parent.mkdir(parents=True)
        place.write_text(version)
    ask = asking_as(tftp, mac=mac, plugin=plugin.id, model=model)
    for version, pins in ((NEW, {}), (OLD, {"fw": OLD})):
        answer = ask(plugins, name, {"sip_lines": {"1": LINE}, "firmware": pins})
        assert isinstance(answer, FileContent), answer
        assert Path(answer.path).read_text() == version
    without_config = ask(plugins, name, {}, config=None)
    assert isinstance(without_config, FileContent)
    assert Path(without_config.path).read_text() == NEW
