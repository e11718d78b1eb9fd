"""Sealing: only with the key, only under its own name, only as it was; and nothing left in clear."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from base64 import b64encode
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from provd.access import SealingKeys, UnusableSealKeys
from provd.access.sealing import _TEXTS, _derived, parse_keys
from provd.documents import CONFIGS, DEVICES, parse_config
from provd.store import SealBroken, SealUnknown, SQLiteStore
from provd.store._errors import StoreNotOpened
from provd.testing.store import make_document_store_tests
from provd.testing.store_fixture import (
    AT_ONCE,
    BOXES,
    NOTES,
    Fixture,
    SteppedReactor,
    SteppedWriter,
    on_file,
)
from provd.testing.store_machine import make_store_machine

CANARY = "canary31337"
ONE, TWO = {"k1": b"\1" * 32}, {"k2": b"\2" * 32}


def config(**more: Any) -> Any:
    """A config with a secret."""
    raw = {"admin_password": CANARY, **more}
    return parse_config({"id": "c", "parent_ids": [], "raw_config": raw})


def kept(directory: Path) -> bytes:
    """Every byte of the database and what is beside it."""
    return b"".join(path.read_bytes() for path in sorted(directory.iterdir()) if path.is_file())


def opened(directory: Path, **keys: bytes) -> Fixture:
    """The store of a directory, sealed with the first key if there are any."""
    more = {"seal": SealingKeys(keys)} if keys else {}
    return on_file(directory / "provd.db", CONFIGS, DEVICES, **more)


def close(made: Fixture) -> None:
    """Keep what was accepted, and let go of the file."""
    made.store.close()
    made.settle()
    made.settle()


def sealed_boxes() -> Fixture:
    """A store whose boxes are sealed."""
    directory = Path(tempfile.mkdtemp(prefix="provd-test-"))
    reactor = SteppedReactor()
    kinds = (replace(BOXES, secret=True), NOTES)

    def reopen() -> SQLiteStore:
        path = directory / "provd.db"
        writer = SteppedWriter(reactor)
        return SQLiteStore.open(
            path, kinds, reactor, writer=writer, seal=SealingKeys(ONE), keeping=AT_ONCE
        )

    return Fixture(reopen(), reactor, reopen, partial(shutil.rmtree, directory))


class SealedStoreTests(make_document_store_tests(sealed_boxes)):
    """It is a store like any other."""


class SealedStoreAgainstModel(make_store_machine(sealed_boxes, examples=10)):
    pass


@given(st.binary(max_size=200), st.binary(max_size=30))
def test_both_ways(clear: bytes, name: bytes) -> None:
    """What was sealed is opened under its name; never twice the same, and never in clear."""
    seal = SealingKeys(ONE)
    text = b"{" + clear
    one, other = seal.close(name, 1, text), seal.close(name, 1, text)
    assert seal.open(name, 1, one) == seal.open(name, 1, other) == text
    assert one != other
    assert one.startswith(seal.begins)
    assert len(text) < 8 or text not in one
    assert seal.open(name, 1, text) == text
    assert not text.startswith(seal.begins)
    with pytest.raises(SealBroken):
        seal.open(name + b"x", 1, one)


@given(st.integers(0, 99), st.integers(0, 99))
def test_the_schema_number_is_bound(schema: int, other: int) -> None:
    """A text is not taken for one of another schema."""
    seal = SealingKeys(ONE)
    sealed = seal.close(b"configs/c", schema, b"{}")
    assert seal.open(b"configs/c", schema, sealed) == b"{}"
    if other != schema:
        with pytest.raises(SealBroken):
            seal.open(b"configs/c", other, sealed)


def of_before(name: bytes, clear: bytes) -> bytes:
    """A text as it was sealed with the first key before schema numbers were bound, too."""
    salt, nonce = os.urandom(16), os.urandom(12)
    cipher = AESGCM(_derived(ONE["k1"], salt, _TEXTS))
    return b"\0\2k1" + salt + nonce + cipher.encrypt(nonce, clear, name)


def test_former_seals_are_opened() -> None:
    """Under their name, which alone they are bound to; and sealed anew when that is done."""
    seal = SealingKeys(ONE)
    former = of_before(b"configs/c", b"{}")
    assert seal.open(b"configs/c", 7, former) == b"{}"
    assert not former.startswith(seal.begins)
    with pytest.raises(SealBroken):
        seal.open(b"configs/d", 7, former)
    with pytest.raises(SealBroken):  # the bit that tells the forms apart is no way around either
        seal.open(b"configs/c", 7, b"\0\x82" + former[2:])
    with pytest.raises(SealUnknown):
        SealingKeys(TWO).open(b"configs/c", 7, former)


@given(st.data())
def test_a_bit_changed_is_noticed(data: Any) -> None:
    """Wherever it is."""
    seal = SealingKeys(ONE)
    sealed = bytearray(seal.close(b"configs/c", 1, b"{}" * 10))
    at = data.draw(st.integers(1, len(sealed) - 1))
    sealed[at] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises((SealBroken, SealUnknown)):
        seal.open(b"configs/c", 1, bytes(sealed))


@given(st.binary(max_size=80))
def test_no_bytes_break_it(tail: bytes) -> None:
    """What begins as if it were sealed is broken, or of a key that is not there."""
    with pytest.raises((SealBroken, SealUnknown)):
        SealingKeys(ONE).open(b"configs/c", 1, b"\0" + tail)


def test_nothing_is_left_in_clear(tmp_path: Path) -> None:
    """Neither of what is written now, nor of what was written before there was a key."""
    made = opened(tmp_path)
    made.put(config(), "configs")
    made.settle()
    close(made)
    assert CANARY.encode() in kept(tmp_path)
    made = opened(tmp_path, **ONE)
    assert CANARY.encode() not in kept(tmp_path)
    assert CANARY.encode() in bytes(made.store.get("configs", "c").raw_config)
    present = made.store.get("configs", "c")
    made.put(replace(config(X_a=CANARY), revision=present.revision), "configs")
    made.settle()
    assert CANARY.encode() not in kept(tmp_path)
    close(made)
    made = opened(tmp_path, **ONE)
    assert bytes(made.store.get("configs", "c").raw_config).count(CANARY.encode()) == 2
    assert not made.store.quarantined()
    close(made)


def test_without_its_key_nothing_is_opened_and_nothing_lost(tmp_path: Path) -> None:
    """Not taken for damage: the documents are there when the key is."""
    made = opened(tmp_path, **ONE)
    made.put(config(), "configs")
    made.settle()
    close(made)
    for keys in ({}, TWO):
        with pytest.raises(StoreNotOpened, match="seal_keys"):
            opened(tmp_path, **keys)
    made = opened(tmp_path, **ONE)
    assert made.store.get("configs", "c") is not None
    close(made)


def test_another_key_takes_over(tmp_path: Path) -> None:
    """Everything is sealed anew at the next start; then the old one may go."""
    made = opened(tmp_path, **ONE)
    made.put(config(), "configs")
    made.settle()
    close(made)
    close(opened(tmp_path, **TWO, **ONE))
    made = opened(tmp_path, **TWO)
    assert CANARY.encode() in bytes(made.store.get("configs", "c").raw_config)
    close(made)
    with pytest.raises(StoreNotOpened):
        opened(tmp_path, **ONE)


def test_a_sealed_text_in_another_ones_place_is_damage(tmp_path: Path) -> None:
    """Who can write the file cannot give one device another's secrets."""
    made = opened(tmp_path, **ONE)
    made.put(config(), "configs")
    made.put(replace(config(), id="d"), "configs")
    made.settle()
    close(made)
    database = sqlite3.connect(tmp_path / "provd.db")
    with database:
        database.execute(
            "UPDATE documents SET checksum = NULL,"
            " body = (SELECT body FROM documents WHERE id = 'd') WHERE id = 'c'"
        )
    database.close()
    made = opened(tmp_path, **ONE)
    assert made.store.get("configs", "c") is None
    [sentence] = made.store.quarantined()
    assert "not what was sealed" in sentence
    close(made)


def line(name: str = "k1", size: int = 32) -> str:
    """One line of a file of keys."""
    return f"{name}:{b64encode(os.urandom(size)).decode()}\n"


def test_a_file_of_keys(tmp_path: Path) -> None:
    """In order; comments and empty lines say nothing."""
    assert list(parse_keys(f"# ours\n\n{line('new')}{line('old')}")) == ["new", "old"]
    path = tmp_path / "seal.keys"
    path.write_text(line())
    path.chmod(0o400)
    assert SealingKeys.read(path).close(b"", 1, b"{}").startswith(b"\0\x82k1")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# none\n",
        "k1\n",
        "k1:\n",
        "k1:???\n",
        line(size=16),
        line("a b"),
        line("é"),
        line() * 2,
    ],
    ids=[
        "empty",
        "a comment",
        "no key",
        "an empty key",
        "no base64",
        "short",
        "a space",
        "no ASCII",
        "twice",
    ],
)
def test_other_files_are_refused(text: str, tmp_path: Path) -> None:
    """With the number of the line, and nothing of the key."""
    path = tmp_path / "seal.keys"
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    with pytest.raises(UnusableSealKeys) as caught:
        SealingKeys.read(path)
    assert text.partition(":")[2].strip()[:10] in {"", "???"} or (
        text.partition(":")[2].strip()[:10] not in str(caught.value)
    )


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604])
def test_keys_that_others_can_read_are_refused(mode: int, tmp_path: Path) -> None:
    """They protect nothing."""
    path = tmp_path / "seal.keys"
    path.write_text(line())
    path.chmod(mode)
    with pytest.raises(UnusableSealKeys, match="others can read"):
        SealingKeys.read(path)
    with pytest.raises(UnusableSealKeys):
        SealingKeys.read(tmp_path / "nothing")


def put_and_close(directory: Path, **keys: bytes) -> None:
    """A database with one secret in it."""
    made = opened(directory, **keys)
    made.put(config(), "configs")
    made.settle()
    close(made)


def test_another_key_under_the_same_name_is_refused(tmp_path: Path) -> None:
    """All would look damaged: nothing is set aside, and the right key still opens everything."""
    put_and_close(tmp_path, **ONE)
    with pytest.raises(StoreNotOpened, match="another key under the name 'k1'"):
        opened(tmp_path, k1=TWO["k2"])
    made = opened(tmp_path, **ONE)
    assert made.store.get("configs", "c") is not None
    assert not made.store.quarantined()
    close(made)


def test_a_name_may_come_back_once_nothing_is_sealed_with_it(tmp_path: Path) -> None:
    """A key that was replaced everywhere is forgotten."""
    put_and_close(tmp_path, **ONE)
    close(opened(tmp_path, **TWO, **ONE))
    made = opened(tmp_path, k1=b"\3" * 32, **TWO)
    assert made.store.get("configs", "c") is not None
    close(made)


def test_a_start_cut_short_is_done_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows were sealed, and the file not rewritten: the next start rewrites it, and until then it is told."""
    put_and_close(tmp_path)

    def full(_database: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patched:
        patched.setattr("provd.store._database.Database.forget_freed", full)
        made = opened(tmp_path, **ONE)
        [sentence] = made.store.quarantined()
        assert "disk is full; the next start tries again" in sentence
        assert made.store.get("configs", "c") is not None
        close(made)
    made = opened(tmp_path, **ONE)
    assert not made.store.quarantined()
    close(made)
    assert CANARY.encode() not in kept(tmp_path)


def test_what_was_deleted_in_clear_is_gone_too(tmp_path: Path) -> None:
    """Where no row is left that would have to be sealed, also after a time without the key."""
    put_and_close(tmp_path, **ONE)
    put_and_close(tmp_path, **TWO, **ONE)
    directory = tmp_path / "other"
    close(opened(directory, **ONE))
    made = opened(directory)
    made.put(config(X_a=CANARY * 2000), "configs")
    made.settle()
    draft = made.store.draft("test")
    draft.delete("configs", "c")
    made.store.commit(draft)
    made.settle()
    close(made)
    # Whether it is still in the file now depends on how this SQLite was built (SQLITE_SECURE_DELETE).
    close(opened(directory, **ONE))
    assert CANARY.encode() not in kept(directory)


def test_an_edit_by_hand_is_sealed_with_its_revision(tmp_path: Path) -> None:
    """Which stands beside the text only; it must be there at the starts that follow."""
    put_and_close(tmp_path)
    database = sqlite3.connect(tmp_path / "provd.db")
    body = b'{"id":"c","raw_config":{"admin_password":"by hand"}}'
    with database:
        database.execute("UPDATE documents SET checksum = NULL, body = ?", (body,))
    database.close()
    for _start in range(2):
        made = opened(tmp_path, **ONE)
        assert "by hand" in bytes(made.store.get("configs", "c").raw_config).decode()
        assert made.store.get("configs", "c").revision > 0
        close(made)


def test_a_sealed_file_is_marked_as_such(tmp_path: Path) -> None:
    """A provd that knew nothing of seals would take every document for damage: it refuses the file."""
    layouts = []
    for keys in ({}, ONE, TWO | ONE):
        put_and_close(tmp_path, **keys)
        database = sqlite3.connect(tmp_path / "provd.db")
        layouts += database.execute("PRAGMA user_version").fetchone()
        database.close()
    assert layouts == [1, 3, 3]


def test_no_key_and_nonce_are_used_twice() -> None:
    """Not by one reading of the keys, and not by two."""
    seals = [SealingKeys(ONE) for _each in range(3)]
    heads = [seal.close(b"", 1, b"{}")[: 4 + 16 + 12] for seal in seals for _each in range(100)]
    assert len(set(heads)) == 300
    for seal in seals:
        assert all(seal.open(b"", 1, each.close(b"", 1, b"{}")) == b"{}" for each in seals)


def test_keys_are_not_in_the_database(tmp_path: Path) -> None:
    """Neither is the mark anything of them."""
    secret = os.urandom(32)
    put_and_close(tmp_path, k1=secret)
    assert secret not in kept(tmp_path)
    assert secret.hex().encode()[:16] not in kept(tmp_path)
