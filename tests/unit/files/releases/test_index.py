"""What servers of plugins say they have: read into values that cannot be wrong, or refused by name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provd.files.releases import Indexes, IndexRefused, NotSigned, PluginServer, parse_index
from provd.testing.releases import Shop, an_entry

ENTRY = an_entry(b"archive", "acme-1.0-1.4.tar.bz2", "1.4")


def index(**more: Any) -> bytes:
    """An index of one plugin."""
    entry = {name: said for name, said in (ENTRY | more).items() if said is not None}
    return msgspec.json.encode({"acme-1.0": entry, "good": ENTRY})


def test_an_entry() -> None:
    """Everything that is needed of it."""
    release = parse_index(index(), "plugins.db").releases["acme-1.0"]
    assert (release.version, release.size, release.digest) == ("1.4", 7, "sha256")
    assert release.capabilities == ("Acme, A20, 1.0",)


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"version": None}, "version"),
        ({"version": "../1"}, "version"),
        ({"version": 1}, "version"),
        ({"filename": None}, "filename"),
        ({"filename": "../../etc/passwd"}, "filename"),
        ({"filename": "http://elsewhere/x"}, "filename"),
        ({"filename": ".hidden"}, "filename"),
        ({"dsize": None}, "dsize"),
        ({"dsize": -1}, "dsize"),
        ({"dsize": 1 << 40}, "dsize"),
        ({"dsize": True}, "dsize"),
        ({"capabilities": None}, "capabilities"),
        ({"capabilities": []}, "capabilities"),
        ({"sha256": "0" * 63}, "sha256"),
        ({"sha256": None}, "a SHA-256, or sha1 = true"),
        ({"sha1sum": "x"}, "sha1sum"),
        ({"description": 1}, "description"),
    ],
)
def test_an_entry_that_is_wrong(more: dict[str, Any], why: str) -> None:
    """Is not offered, and told; the others are."""
    found = parse_index(index(**more), "plugins.db")
    assert [*found.releases] == ["good"]
    [told] = found.problems
    assert told.startswith("acme-1.0 is not offered")
    assert why in told


@pytest.mark.parametrize("plugin_id", ["..", ".hidden", "a/b", "", "a\nb", "ä", "a" * 200])
def test_what_is_no_name_of_a_plugin(plugin_id: str) -> None:
    """It would be that of a directory."""
    assert not parse_index(
        msgspec.json.encode({plugin_id: ENTRY, "x": ENTRY}), ""
    ).releases.keys() - {"x"}


def test_a_sha1_alone() -> None:
    """Is taken where that is said, and shown."""
    found = parse_index(index(sha256=None), "plugins.db", sha1=True)
    assert found.releases["acme-1.0"].digest == "sha1"


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[]",
        b"null",
        b"{",
        b'{"a": 1}',
        b"\xff",
        b"[" * 100_000,
        b'{"a":' * 9_999,
        b'{"a": {}}',
    ],
)
def test_what_is_no_index(text: bytes) -> None:
    """It is refused by name."""
    with pytest.raises(IndexRefused):
        parse_index(text, "plugins.db")


def test_every_truncation_is_refused() -> None:
    """Whole, or not at all."""
    text = index()
    for length in range(len(text)):
        with pytest.raises(IndexRefused):
            parse_index(text[:length], "plugins.db")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(st.dictionaries(st.sampled_from([*ENTRY, "other"]), JSON), st.binary(max_size=60), JSON)
def test_whatever_it_says(changes: dict[str, Any], noise: bytes, anything: Any) -> None:
    """The outcome is an index without anything wrong in it, or it is refused by name."""
    said = [msgspec.json.encode({"acme-1.0": ENTRY | changes}), noise]
    said.append(msgspec.json.encode({"acme-1.0": anything}))
    for text in said:
        try:
            found = parse_index(text, "plugins.db", sha1=True)
        except IndexRefused:
            continue
        for release in found.releases.values():
            assert "/" not in release.filename
            assert release.sha256 or release.sha1
            assert 0 < release.size <= 64 << 20


def server(url: str, shop: Shop, **more: Any) -> PluginServer:
    """One whose key is trusted."""
    return PluginServer(url=url, **{"keys": (shop.trusted,), **more})


def fetched(indexes: Indexes, where: PluginServer, shop: Shop) -> None:
    """As if it had been."""
    text, signature = shop.files["plugins.db"], shop.files["plugins.db.minisig"]
    indexes.keep(indexes.checked(where, text, signature, 1.0), text, signature)


def test_several_servers(tmp_path: Path) -> None:
    """The highest priority is taken; of the same one, the newest version."""
    first, second, third = Shop(), Shop(), Shop()
    first.offer("acme-1.0", "1.0")
    second.offer("acme-1.0", "1.9")
    third.offer("acme-1.0", "1.10")
    servers = [
        server(f"https://{n}.example/", shop) for n, shop in enumerate((first, second, third))
    ]
    servers[0] = server("https://0.example/", first, priority=0)
    indexes = Indexes(tmp_path)
    indexes.load(servers)
    for where, shop in zip(servers, (first, second, third), strict=True):
        fetched(indexes, where, shop)
    assert indexes.offers()["acme-1.0"].release.version == "1.10"
    dear = server("https://0.example/", first, priority=5)
    indexes.load([dear, *servers[1:]])
    found = indexes.offers()["acme-1.0"]
    assert (found.release.version, found.url) == ("1.0", "https://0.example/acme-1.0-1.0.tar.bz2")


def test_what_is_trusted_no_more(tmp_path: Path) -> None:
    """What was kept is checked again with each settings; what is taken without a proof is told."""
    shop = Shop()
    shop.offer("acme-1.0", "1.0")
    trusted = server("https://0.example/", shop)
    indexes = Indexes(tmp_path)
    indexes.load([trusted])
    fetched(indexes, trusted, shop)
    assert indexes.warnings() == []
    indexes.load([server("https://0.example/", Shop())])
    assert indexes.offers() == {}
    assert "not among those" in indexes.warnings()[0]
    indexes.load([PluginServer(url="https://0.example/", unsigned=True, sha1=True)])
    assert indexes.offers()["acme-1.0"].key == ""
    assert ["SHA-1" in each or "nobody" in each for each in indexes.warnings()] == [True, True]


def test_an_index_of_long_ago(tmp_path: Path) -> None:
    """Its signature is good, and the one that is there is newer: it is refused; the same again is not."""
    shop = Shop()
    trusted = server("https://0.example/", shop)
    indexes = Indexes(tmp_path)
    indexes.load([trusted])
    for at in (1_700_000_000, 1_800_000_000, 1_800_000_000):
        shop.sign(f"timestamp:{at}\tfile:plugins.db")
        fetched(indexes, trusted, shop)
    shop.sign("timestamp:1799999999\tfile:plugins.db")
    with pytest.raises(IndexRefused, match="out of date"):
        fetched(indexes, trusted, shop)


def test_nobody_is_trusted(tmp_path: Path) -> None:
    """Neither a key nor the word of an operator."""
    with pytest.raises(NotSigned):
        Indexes(tmp_path).checked(PluginServer(url="https://0.example"), b"{}", b"", 0.0)


def test_no_signature_where_somebody_is_trusted(tmp_path: Path) -> None:
    """It is missed, whatever the text is."""
    shop = Shop()
    with pytest.raises(NotSigned, match="there is no signature beside it"):
        Indexes(tmp_path).checked(
            server("https://0.example", shop), shop.files["plugins.db"], b"", 0.0
        )


def test_what_was_kept_and_is_broken(tmp_path: Path) -> None:
    """Is told, and offers nothing."""
    shop = Shop()
    trusted = server("https://0.example/", shop)
    indexes = Indexes(tmp_path)
    indexes.load([trusted])
    fetched(indexes, trusted, shop)
    [path] = tmp_path.iterdir()
    path.write_bytes(b"noise")
    indexes.load([trusted])
    assert indexes.offers() == {}
    assert indexes.warnings() != []
