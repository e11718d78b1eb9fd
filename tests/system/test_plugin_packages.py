"""Plugins from a server of plugins, however it answers: installed, upgraded, rolled back and removed."""

from __future__ import annotations

import contextlib
import os
import signal
import tarfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from provd.client import Conflict
from provd.files.releases import DB, SIGNATURE
from provd.testing.daemon import PATIENCE, Daemon
from provd.testing.packages import a_tar, tree
from provd.testing.releases import BROKEN, ENTRY, LEGACY, Shop, a_plugin
from provd.testing.vendor import SETTINGS, Vendor, answering, ended, small_disk

pytestmark = pytest.mark.system

ID = "acme-1.0"
AGENT = "Acme 00:00:5e:00:53:01"


class Site:
    """A server of ours, and the one that it has plugins from."""

    def __init__(self, home: Path, vendor: Vendor) -> None:
        self.vendor = vendor
        self.shop = Shop()
        vendor.files = self.shop.files
        self.server = Daemon(home, families=("zero",), settings=self.settings())
        self.server.start()

    def settings(self, manner: str = "well", **more: Any) -> Mapping[str, Any]:
        """With one server of plugins, which answers in a manner."""
        url = f"http://127.0.0.1:{self.vendor.server_port}/{manner}"
        given = {"keys": [self.shop.trusted], **more}
        return {**SETTINGS, "plugins": {"servers": [{"url": url, **given}]}}

    def take_up(self, manner: str = "well", **more: Any) -> None:
        """Other settings."""
        self.server.configure(self.settings(manner, **more))
        done = self.server.command("reload")
        assert done.returncode == 0, done.stderr

    def done(self, verb: str, *given: Any, **more: Any) -> Mapping[str, Any]:
        """What became of an operation."""
        with contextlib.closing(self.server.api()) as api:
            return ended(self.server, getattr(api.plugin_packages, verb)(*given, **more))

    def offered(self, version: str, **files: bytes) -> None:
        """A version is offered, and known to be."""
        self.shop.offer(ID, version, a_plugin(ID, version, **files))
        told = self.done("update")
        assert told["state"] == "success", told

    def installed(self, version: str) -> None:
        """A version is there."""
        self.offered(version)
        with contextlib.closing(self.server.api()) as api:
            there = api.plugin_packages.get(ID)["installed"]
        told = self.done("upgrade" if there else "install", ID)
        assert told["state"] == "success", told

    def told(self) -> Mapping[str, Any]:
        """The plugin."""
        with contextlib.closing(self.server.api()) as api:
            return dict(api.plugin_packages.get(ID))

    @property
    def plugin(self) -> Path:
        """Its directory."""
        return self.server.data / "plugins" / ID

    def files(self) -> dict[str, bytes]:
        """What is in it."""
        return tree(self.plugin)

    def apart(self) -> list[str]:
        """What is left of what was made apart."""
        trees = self.plugin.parent / ".releases" / "trees"
        return sorted(path.relative_to(trees).as_posix() for path in trees.glob("*/*"))

    def asked(self) -> str:
        """What a phone is given."""
        return self.server.get("/version.txt", AGENT).body.decode()


@pytest.fixture
def vendor() -> Iterator[Vendor]:
    """One that answers."""
    with answering() as made:
        yield made


@pytest.fixture
def site(tmp_path: Path, vendor: Vendor) -> Iterator[Site]:
    """A server that trusts a key."""
    made = Site(tmp_path / "server", vendor)
    yield made
    made.server.close()


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


def test_a_version_that_does_not_start(site: Site) -> None:
    """The one before is back before anybody asks, and it is said why; what is there is as it was."""
    site.installed("1.0")
    assert site.asked() == "1.0"
    before = site.files()
    site.shop.offer(ID, "2.0", a_plugin(ID, "2.0", BROKEN))
    site.done("update")
    told = site.done("upgrade", ID)
    assert told["state"] == "fail"
    assert "2.0 cannot be loaded, so 1.0 is back" in told["reason"]
    assert "this version does not start" in told["reason"]
    assert (site.asked(), site.files(), site.apart()) == ("1.0", before, [])
    with contextlib.closing(site.server.api()) as api:
        assert api.plugin(ID)["state"] == "loaded"
        assert api.plugin(ID)["reason"] == ""


def test_a_first_version_that_does_not_start(site: Site) -> None:
    """It is gone again."""
    site.shop.offer(ID, "1.0", a_plugin(ID, "1.0", BROKEN))
    site.done("update")
    assert "removed again" in site.done("install", ID)["reason"]
    assert not site.plugin.exists()
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


INDEXES = {
    "truncates": "broke off",
    "missing": "answered 404",
    "endless": "does not tell where it ends",
    "hangs": "nothing came for 1.5 seconds",
    "wrong": "none of minisign's",
    "to_link_local": "is no public address",
    "to_file": "sends elsewhere",
}


@pytest.mark.parametrize("manner", INDEXES)
def test_an_index_that_cannot_be_relied_on(site: Site, manner: str) -> None:
    """It says why, and what was known before is known still."""
    site.installed("1.0")
    site.shop.offer(ID, "2.0", description="long" * 500)
    unsigned = {"unsigned": True, "keys": []} if manner == "endless" else {}
    site.take_up(manner, **unsigned)
    told = site.done("update")
    assert told["state"] == "fail"
    assert INDEXES[manner] in told["reason"], told["reason"]
    site.take_up()
    assert (site.told()["installed"], site.told()["offered"]) == ("1.0", "1.0")


def test_who_signed_it(site: Site) -> None:
    """An index that nobody signed, that somebody else signed, or that was changed since is not taken."""
    site.offered("1.0")
    site.shop.offer(ID, "2.0")
    signature = site.shop.files.pop(DB + SIGNATURE)
    assert "there is no signature beside it" in site.done("update")["reason"]
    site.shop.files[DB + SIGNATURE] = Shop().files[DB + SIGNATURE]
    assert "not among those that are trusted" in site.done("update")["reason"]
    site.shop.files[DB + SIGNATURE] = signature
    text, site.shop.files[DB] = site.shop.files[DB], site.shop.files[DB].replace(b"Acme", b"Acne")
    assert "not what key" in site.done("update")["reason"]
    assert site.told()["offered"] == "1.0"
    site.shop.files[DB] = text
    assert site.done("update")["state"] == "success"
    site.take_up(keys=[Shop().trusted])
    with contextlib.closing(site.server.api()) as api:
        assert [each["id"] for each in api.plugin_packages.list()["items"]] == ["zero"]


def test_an_index_of_sha1_alone(site: Site) -> None:
    """Is refused, and taken where settings say so; it is shown as such everywhere."""
    site.shop.offer(ID, "1.0", sha256=None)
    assert "sha1 = true for its server" in site.done("update")["reason"]
    site.take_up(sha1=True)
    assert site.done("update")["result"]["servers"][0]["sha1_only"] == 1
    assert site.told()["offer"]["digest"] == "sha1"
    assert "sha1" in site.server.command("plugins", "available").stdout
    told = site.done("install", ID)
    assert (told["state"], told["result"]["digest"]) == ("success", "sha1")
    assert site.told()["provenance"]["digest"] == "sha1"
    assert "SHA-1 alone" in site.server.command("doctor").stdout
    site.shop.offer(ID, "2.0", sha256=None, sha1sum="0" * 40)
    site.done("update")
    assert "its SHA-1 is" in site.done("upgrade", ID)["reason"]
    assert site.told()["installed"] == "1.0"


def a_tar_with(name: str, **types: bytes) -> bytes:
    """An archive of the plugin with one member more."""
    return a_tar({**a_plugin(ID, "2.0"), name: b"../../../../etc/passwd"}, "w:bz2", **types)


LINK = f"{ID}/link"
ARCHIVES: Mapping[str, tuple[bytes, str]] = {
    "climbs": (a_tar_with(f"{ID}/../../up"), "climbs out"),
    "absolute": (a_tar_with("/etc/cron.d/x"), "absolute"),
    "link": (a_tar_with(LINK, **{LINK: tarfile.SYMTYPE}), "is a link"),
    "hard link": (a_tar_with(LINK, **{LINK: tarfile.LNKTYPE}), "is a link"),
    "device": (a_tar_with(LINK, **{LINK: tarfile.CHRTYPE}), "is a device"),
    "beside": (a_tar_with("other/file"), "beside its one directory"),
    "another plugin": (a_tar(a_plugin("other", "2.0"), "w:bz2"), "beside its one directory"),
    "ours": (a_tar_with(f"{ID}/.provenance.json"), "the server's own"),
    "another version": (a_tar(a_plugin(ID, "3.0"), "w:bz2"), "says version 3.0"),
    "no info": (a_tar({f"{ID}/entry.py": ENTRY}, "w:bz2"), "has no acme-1.0/plugin-info"),
    "bomb": (
        a_tar({**a_plugin(ID, "2.0"), f"{ID}/zeros": bytes(80 << 20)}, "w:bz2"),
        "come out of it",
    ),
    "no archive": (b"what is this", "is broken"),
}


@pytest.mark.parametrize("kind", ARCHIVES)
def test_a_hostile_archive(site: Site, kind: str) -> None:
    """Nothing of it is there, and nothing else is changed."""
    site.installed("1.0")
    before = site.files()
    archive, why = ARCHIVES[kind]
    site.shop.offer_archive(ID, "2.0", archive)
    site.done("update")
    told = site.done("upgrade", ID)
    assert told["state"] == "fail"
    assert why in told["reason"], told["reason"]
    assert (site.files(), site.apart()) == (before, [])
    assert site.asked() == "1.0"


@pytest.mark.parametrize("said", [{"sha256": "0" * 64}, {"dsize": 7}])
def test_another_file_than_the_index_tells(site: Site, said: Mapping[str, Any]) -> None:
    """It is refused by its size or its SHA-256."""
    site.installed("1.0")
    before = site.files()
    site.shop.offer(ID, "2.0", **said)
    site.done("update")
    told = site.done("upgrade", ID)
    assert told["state"] == "fail"
    assert "cannot be fetched" in told["reason"]
    assert (site.files(), site.apart()) == (before, [])


@pytest.mark.parametrize("manner", ["dies", "truncates", "hangs"])
def test_a_download_that_breaks_off(site: Site, manner: str) -> None:
    """It is gone on with where that is possible; else it fails, and changes nothing."""
    site.installed("1.0")
    before = site.files()
    site.take_up(f"archives_{manner}")
    site.offered("2.0", **{"var/tftpboot/big.rom": os.urandom(200_000)})
    told = site.done("upgrade", ID)
    if manner == "dies":
        assert (told["state"], site.asked()) == ("success", "2.0")
        return
    assert told["state"] == "fail"
    assert "cannot be fetched" in told["reason"]
    assert (site.files(), site.apart()) == (before, [])


def test_cancelled(site: Site) -> None:
    """At once; the one that is there stays."""
    site.installed("1.0")
    before = site.files()
    site.take_up("archives_slow")
    site.offered("2.0", **{"var/tftpboot/big.rom": os.urandom(3 << 20)})
    with contextlib.closing(site.server.api()) as api:
        begun = api.plugin_packages.upgrade(ID)
        with pytest.raises(Conflict, match="at work on acme"):
            api.plugin_packages.upgrade(ID)
        api.cancel(begun["id"])
        assert api.operation(begun["id"])["state"] == "cancelled"
    end = time.monotonic() + PATIENCE
    while site.told()["operation"] and time.monotonic() < end:
        time.sleep(0.02)
    assert (site.files(), site.apart()) == (before, [])


def test_a_full_disk(site: Site) -> None:
    """The upgrade fails and says so; the plugin is whole, and nothing is left."""
    plugins = site.plugin.parent
    site.server.end()
    with small_disk(plugins, "3m"):
        site.server.start()
        site.installed("1.0")
        before = site.files()
        site.offered("2.0", **{f"templates/{n}.tpl": os.urandom(1 << 20) for n in range(4)})
        told = site.done("upgrade", ID)
        assert told["state"] == "fail"
        assert "No space left" in told["reason"]
        assert (site.files(), site.apart(), site.asked()) == (before, [], "1.0")


@pytest.mark.parametrize("rounds", [6])
def test_kill_in_the_middle(site: Site, rounds: int) -> None:
    """At any moment of an upgrade: at the next start one version is whole, and nothing else is there."""
    many = {f"templates/{number:03}.tpl": os.urandom(2_000) for number in range(300)}
    site.shop.offer(ID, "0.0", a_plugin(ID, "0.0", **many))
    site.done("update")
    assert site.done("install", ID)["state"] == "success"
    for number in range(1, rounds + 1):
        version = f"{number}.0"
        site.offered(version, **many)
        before = site.told()["installed"]
        with contextlib.closing(site.server.api()) as api:
            api.plugin_packages.upgrade(ID)
        time.sleep(0.06 * number)
        site.server.end(signal.SIGKILL)
        site.server.start()
        told = site.told()["installed"]
        assert told in {before, version}
        files = site.files()
        assert len([path for path in files if path.startswith("templates/")]) == 300
        assert files["var/tftpboot/version.txt"] == told.encode()
        assert {path.partition("/")[2] for path in site.apart()} <= {"previous"}


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
