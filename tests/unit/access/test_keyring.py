"""The keys of all tenants: which one a text is, and which one a tenant's devices are told."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from twisted.internet.task import Clock

from provd.access import Keyring
from provd.documents import KEYS, ProvisioningKey, digest_of_secret
from provd.store import MemoryStore

TENANTS = ("", "a", "b")


def key(key_id: str, tenant: str, begins: float = 0.0, ends: float | None = None) -> Any:
    """One whose text tells what it is."""
    text = f"key-{key_id}-{tenant}"
    return ProvisioningKey(
        id=key_id,
        tenant=tenant,
        secret=text,
        begins=begins,
        ends=ends,
        digest=digest_of_secret(text),
    )


def put(store: MemoryStore, *keys: Any, gone: tuple[str, ...] = ()) -> None:
    """Keep some, and let others go."""
    draft = store.draft("test")
    for each in keys:
        present = store.get("keys", each.id)
        draft.put("keys", replace(each, revision=present.revision if present else 0))
    for each in gone:
        draft.delete("keys", each)
    store.commit(draft)


def test_the_one_that_began_last_is_told() -> None:
    """Of those that are good; another takes over when its time has come, and when it ends."""
    store = MemoryStore((KEYS,), Clock())
    put(store, key("1", "a"), key("2", "a", begins=10, ends=20), key("3", "b"))
    ring = Keyring(store)
    told = [ring.current("a", now) for now in (9.9, 10, 19.9, 20)]
    assert told == ["key-1-a", "key-2-a", "key-2-a", "key-1-a"]
    assert ring.current("c", 10) == ""
    put(store, gone=("1",))
    assert ring.current("a", 9) == ""


def test_a_text_is_found_good_or_not() -> None:
    """Who is refused is told why, so keys that are over are found as well."""
    store = MemoryStore((KEYS,), Clock())
    put(store, key("1", "a", ends=5))
    ring = Keyring(store)
    found = ring.find("key-1-a")
    assert found is not None
    assert not found.good(9)
    assert ring.find("key-1-b") is None
    assert ring.find("") is None


def test_one_without_a_tenant_is_the_installations_own() -> None:
    """Whatever that is called."""
    store = MemoryStore((KEYS,), Clock())
    put(store, key("1", ""))
    ring = Keyring(store, "home")
    assert ring.current("home", 1) == ring.current("", 1) == "key-1-"
    assert ring.any_good(1)


@given(
    st.lists(
        st.tuples(
            st.sampled_from("1234"),
            st.sampled_from(TENANTS),
            st.integers(0, 9),
            st.one_of(st.none(), st.integers(10, 19)),
            st.booleans(),
        ),
        max_size=12,
    )
)
def test_it_follows_every_change(steps: list[Any]) -> None:
    """What is told is what a look at all documents would tell."""
    store = MemoryStore((KEYS,), Clock())
    ring = Keyring(store, "home")
    for number, tenant, begins, ends, goes in steps:
        if goes and store.get("keys", number) is not None:
            put(store, gone=(number,))
        else:
            put(store, key(number, tenant, begins, ends))
        documents: list[Any] = list(store.collection("keys"))
        for now in (0, 5, 15, 20):
            assert ring.any_good(now) == any(each.good(now) for each in documents)
            for asked in (*TENANTS, "home"):
                wanted = asked or "home"
                good = [
                    each
                    for each in documents
                    if (each.tenant or "home") == wanted and each.good(now)
                ]
                last = max(
                    good, key=lambda each: (each.begins, each.revision, each.id), default=None
                )
                assert ring.current(asked, now) == (last.secret if last else "")
