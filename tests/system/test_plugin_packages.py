"""Plugins from a server of plugins: installed, upgraded, rolled back and removed, native and legacy ones."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from provd.client import Conflict
from provd.testing.daemon import Daemon
from provd.testing.legacy import PLUGIN_ID, write_plugin
from provd.testing.packages import tree
from provd.testing.plugin_site import AGENT, ID, Site, plugin_site
from provd.testing.releases import LEGACY, a_plugin

pytestmark = pytest.mark.system


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A server that trusts a key."""
    with plugin_site(tmp_path / "server") as made:
        yield made


def test_upgraded_and_rolled_back(site: Site) -> None:
    """Under a phone that it serves; what the site has put there stays."""
    site.installed("1.0")
    assert site.asked() == "1.0"
    own = site.plugin / "var" / "tftpboot" / "logo.png"
    own.write_bytes(b"the site's own")
    override = site.plugin / "var" / "templates" / "base.tpl"
    override.parent.mkdir()
    override.write_bytes(b"an administrator's")
    site.installed("2.0")
    assert site.asked() == "2.0"
    told = site.told()
    assert (told["installed"], told["previous"], told["upgradable"]) == ("2.0", "1.0", False)
    assert told["provenance"]["key"] == site.shop.key.public.name
    assert own.read_bytes() == b"the site's own"
    assert override.read_bytes() == b"an administrator's"
    own.write_bytes(b"newer")
    assert site.done("roll_back", ID)["state"] == "success"
    assert (site.asked(), own.read_bytes(), override.exists()) == ("1.0", b"newer", True)
    assert site.told()["previous"] == "2.0"


def test_taken_away(site: Site) -> None:
    """Once no phone needs it; it can be brought back with what the site has put there, and go for good."""
    site.installed("1.0")
    assert site.asked() == "1.0"
    own = site.plugin / "var" / "tftpboot" / "logo.png"
    own.write_bytes(b"the site's own")
    with contextlib.closing(site.server.api()) as api:
        with pytest.raises(Conflict, match="devices/"):
            api.plugin_packages.uninstall(ID)
        [device] = api.devices.list()["items"]
        api.devices.delete(device["id"])
    assert site.done("uninstall", ID)["state"] == "success"
    assert not site.plugin.exists()
    assert site.done("roll_back", ID)["state"] == "success"
    assert own.read_bytes() == b"the site's own"
    assert site.done("uninstall", ID, purge=True)["state"] == "success"
    assert site.apart() == []


def test_a_legacy_plugin(site: Site) -> None:
    """The same for one of wazo-provd."""
    for version in ("1.0", "2.0"):
        site.shop.offer(ID, version, a_plugin(ID, version, LEGACY))
        site.done("update")
        assert site.done("install" if version == "1.0" else "upgrade", ID)["state"] == "success"
    assert site.done("roll_back", ID)["state"] == "success"
    with contextlib.closing(site.server.api()) as api:
        assert (api.plugin(ID)["version"], api.plugin(ID)["state"]) == ("1.0", "loaded")


def test_a_plugin_that_was_put_there_by_hand(site: Site) -> None:
    """Is upgraded as well: all in its `var` is the site's, and comes back with it."""
    for path, content in a_plugin(ID, "0.9").items():
        place = site.plugin.parent / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    (site.plugin / "var" / "tftpboot" / "own.cfg").write_bytes(b"own")
    before = site.files()
    site.installed("1.0")
    assert site.files()["var/tftpboot/own.cfg"] == b"own"
    assert site.files()["var/tftpboot/version.txt"] == b"1.0"
    assert site.done("roll_back", ID)["state"] == "success"
    assert site.files() == before


def test_the_command(site: Site) -> None:
    """What an operator types: update, available, install, upgrade, rollback, uninstall."""
    site.shop.offer(ID, "1.0")
    assert site.server.told("plugins", "update")["servers"][0]["plugins"] == 1
    listed = site.server.command("plugins", "available").stdout
    assert "acme-1.0" in listed
    assert f"sha256, {site.shop.key.public.name}" in listed
    assert site.server.told("plugins", "install", ID)["version"] == "1.0"
    again = site.server.command("plugins", "install", ID)
    assert again.returncode == 1
    assert "is there already" in again.stderr
    assert "1.0 is offered" in site.server.command("plugins", "upgrade", ID).stderr
    site.shop.offer(ID, "1.10")
    site.server.told("plugins", "update")
    [found] = site.server.told("plugins", "available", "--upgradable")["items"]
    assert found["id"] == ID
    assert site.server.told("plugins", "upgrade", ID)["before"] == "1.0"
    actions = site.server.told("plugins", "actions", ID)["items"]
    assert [each["command"] for each in actions] == ["reload", "rollback"]
    assert site.server.told("plugins", "rollback", ID)["version"] == "1.0"
    assert site.server.told("plugins", "uninstall", ID, "--purge")["purged"] is True
    with contextlib.closing(site.server.api()) as api:
        lines = [line["action"] for line in api.audit.list()["items"]]
    for action in ("update-plugin-index", "install-plugin", "upgrade-plugin", "roll-back-plugin"):
        assert action in lines
    assert "uninstall-plugin" in lines


def test_from_an_author_to_a_phone(tmp_path: Path) -> None:
    """All by command: a key, archives and an index in a directory; a server of ours that has plugins from there."""
    offered, source = tmp_path / "offered", tmp_path / "acme"
    offered.mkdir()
    server = Daemon(tmp_path / "server", families=("zero",))
    key = server.command("plugin", "key", str(tmp_path / "key")).stdout.strip()
    servers = [{"url": offered.as_uri(), "keys": [key]}]
    server.configure({"packages": {"schemes": ["file"]}, "plugins": {"servers": servers}})
    server.start()
    for version in ("1.0", "2.0"):
        for path, content in a_plugin("acme", version).items():
            place = tmp_path / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
        for words in (
            ("plugin", "build", str(source), "--output", str(offered)),
            ("plugin", "index", str(offered), "--key", str(tmp_path / "key")),
            ("plugins", "update"),
            ("plugins", "install" if version == "1.0" else "upgrade", "acme"),
        ):
            done = server.command(*words)
            assert done.returncode == 0, done.stderr
        assert server.get("/version.txt", AGENT).body.decode() == version
    assert server.command("plugins", "rollback", "acme").returncode == 0
    assert server.get("/version.txt", AGENT).body.decode() == "1.0"
    server.close()


def offer_legacy(site: Site, directory: Path, version: str) -> None:
    """A version whose files say so."""
    made = write_plugin(directory / version)
    info = json.loads((made / "plugin-info").read_text()) | {"version": version}
    (made / "plugin-info").write_text(json.dumps(info))
    template = made / "templates" / "base.tpl"
    template.write_text(f"# made by {version}\n{template.read_text()}")
    members = {f"{PLUGIN_ID}/{path}": content for path, content in tree(made).items()}
    site.shop.offer(PLUGIN_ID, version, members)
    assert site.done("update")["state"] == "success"


def test_a_legacy_plugin_under_a_phone(site: Site, tmp_path: Path) -> None:
    """The process that writes its files is held to a directory by the kernel: to the new one, from the switch on."""

    def asked() -> str:
        got = site.server.get("/00005E005301.cfg", "AcmePhone A20 00:00:5e:00:53:01 1.0")
        assert got.status == 200, got.body
        return got.body.decode().splitlines()[0]

    offer_legacy(site, tmp_path, "1.0")
    assert site.done("install", PLUGIN_ID)["state"] == "success"
    site.server.fill()
    lines = {"sip_lines": {"1": {"username": "u1", "password": "secret1"}}}
    with contextlib.closing(site.server.api()) as api:
        api.configs.create({"id": "own", "parent_ids": ["base"], "raw_config": lines})
        device = {"id": "phone", "mac": "00:00:5e:00:53:01", "vendor": "Acme", "model": "A20"}
        api.devices.create(device | {"plugin": PLUGIN_ID, "config": "own"})
    assert asked() == "# made by 1.0"
    offer_legacy(site, tmp_path, "2.0")
    assert site.done("upgrade", PLUGIN_ID)["state"] == "success"
    assert asked() == "# made by 2.0"
    assert site.done("roll_back", PLUGIN_ID)["state"] == "success"
    assert asked() == "# made by 1.0"
