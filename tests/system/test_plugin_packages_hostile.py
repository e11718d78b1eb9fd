"""Servers of plugins that cannot be relied on, and archives that are hostile: each refused, and nothing changed."""

from __future__ import annotations

import contextlib
import tarfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from provd.files.releases import DB, SIGNATURE
from provd.testing.packages import a_tar
from provd.testing.plugin_site import ID, Site, plugin_site
from provd.testing.releases import ENTRY, Shop, a_plugin

pytestmark = pytest.mark.system


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A server that trusts a key."""
    with plugin_site(tmp_path / "server") as made:
        yield made


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
    "link": (a_tar_with(LINK, **{LINK: tarfile.SYMTYPE}), "a link that leads to none of its files"),
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
