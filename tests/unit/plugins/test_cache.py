"""A rendered file is kept exactly as long as what it was made from stands."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from msgspec import structs
from twisted.internet.task import Clock

from provd.documents import Config, Lineage
from provd.plugins import Advertised, LoadedPlugin, Plugins, RenderCache
from provd.plugins._cache import PER_CONFIG, PER_ENTRY
from provd.testing.plugin_files import Documents, acme_device, config_of, write_plugin
from provd.values import Content, Inquiry, Protocol

PATH = "/00005E005301.cfg"


@pytest.fixture
def acme(tmp_path: Path) -> LoadedPlugin:
    """A plugin without an advertised URL: phones are told the address they reached."""
    return load(tmp_path)


def load(directory: Path, **settings: Any) -> LoadedPlugin:
    """The plugin of a fresh host."""
    write_plugin(directory / "plugins")
    advertised = Advertised(None, 8667, 69)
    host = Plugins(directory / "plugins", directory / "overrides", advertised, Clock(), **settings)
    return host.load("acme")


def ask(plugin: LoadedPlugin, documents: Any, *, keep: bool = True, **more: Any) -> Content:
    """What the phone gets; `local` and fields of the device may differ."""
    local, path = more.pop("local", "192.0.2.10"), more.pop("path", PATH)
    inquiry = Inquiry(
        id="i", protocol=Protocol.HTTP, path=path, peer="192.0.2.7", arrived=1.0, local=local
    )
    answer = plugin.serve(inquiry, acme_device(**more), documents, keep=keep)
    assert isinstance(answer, Content)
    return answer


def documents() -> Documents:
    """A config with a parent and one that is not there."""
    return Documents(
        config_of({}, config_id="base", revision=1),
        config_of({"sip_lines": {"1": {"username": "a"}}}, revision=2, parents=("base", "absent")),
    )


def test_slashes_make_no_other_file(acme: LoadedPlugin) -> None:
    """A file is kept once, over every protocol and however its path is spelled."""
    known = documents()
    first = ask(acme, known)
    bare = PATH.lstrip("/")
    for path in (bare, f"//{bare}", f"/{bare}/", f"{bare}///"):
        assert ask(acme, known, path=path) is first, path
    assert len(acme._cache) == 1


def test_the_same_again_is_the_same_object(acme: LoadedPlugin) -> None:
    """Content is shared between everybody who asks."""
    known = documents()
    first = ask(acme, known)
    known.read.clear()
    assert ask(acme, known) is first
    assert known.read == []
    assert (acme._cache.hits, acme._cache.misses) == (1, 1)


@pytest.mark.parametrize(
    "change",
    [
        config_of({"sip_lines": {"1": {"username": "b"}}}, revision=9, parents=("base",)),
        config_of({"sip_lines": {"1": {"username": "b"}}}, config_id="base", revision=9),
        config_of({"sip_lines": {"2": {"username": "b"}}}, config_id="absent", revision=9),
    ],
    ids=["its own config", "an ancestor", "an ancestor that was absent"],
)
def test_a_changed_config_of_its_lineage_is_a_miss(acme: LoadedPlugin, change: Config) -> None:
    """The config itself, any ancestor, and one that comes to be."""
    known = documents()
    first = ask(acme, known)
    known.put(change)
    again = ask(acme, known)
    assert again is not first
    assert again.body == ask(load_beside(acme), known).body


def load_beside(plugin: LoadedPlugin) -> LoadedPlugin:
    """The same plugin with an empty cache."""
    plugin._cache.clear()
    return plugin


def test_somebody_elses_config_costs_one_look(acme: LoadedPlugin) -> None:
    """The entry's own configs are looked at once, then the epoch is known again."""
    known = documents()
    first = ask(acme, known)
    known.put(config_of({}, config_id="other", revision=9))
    known.read.clear()
    assert ask(acme, known) is first
    assert sorted(known.read) == ["absent", "base", "c1"]
    known.read.clear()
    assert ask(acme, known) is first
    assert known.read == []


@pytest.mark.parametrize("change", [{"revision": 8}, {"id": "d2"}, {"local": "192.0.2.11"}])
def test_another_device_revision_or_address_is_a_miss(
    acme: LoadedPlugin, change: dict[str, Any]
) -> None:
    """Whatever may alter bytes is part of the question."""
    known = documents()
    first = ask(acme, known)
    assert ask(acme, known, **change) is not first


def test_a_new_generation_is_a_miss(acme: LoadedPlugin) -> None:
    """Code and templates are inputs too."""
    known = documents()
    first = ask(acme, known)
    acme.generation += 1
    assert ask(acme, known) is not first


def test_a_what_if_sees_the_cache_and_leaves_it(acme: LoadedPlugin) -> None:
    """It is answered from the cache, and changes neither entries, order, epoch nor counts."""
    known = documents()
    assert ask(acme, known, keep=False).body
    assert len(acme._cache) == 0
    first = ask(acme, known)
    ask(acme, known, id="d2")
    known.put(config_of({}, config_id="other", revision=9))
    before = state(acme._cache)
    assert ask(acme, known, keep=False) is first
    assert state(acme._cache) == before


def state(cache: RenderCache) -> object:
    """Everything a cache remembers."""
    entries = [(key, structs.asdict(entry)) for key, entry in cache._entries.items()]
    return entries, cache.hits, cache.misses, cache.used


class Draft(Documents):
    """A view with proposals in it."""

    changed = True


def test_a_view_with_proposals_meets_no_cache(acme: LoadedPlugin) -> None:
    """A proposed document has the revision of what it replaces: only what is kept can be compared."""
    known = documents()
    first = ask(acme, known)
    draft = Draft(*known._configs.values())
    assert ask(acme, draft) is not first
    assert ask(acme, known) is first
    ask(acme, draft, id="d3")
    assert len(acme._cache) == 1


def test_what_was_made_from_proposals_is_not_kept() -> None:
    """A device or config without a revision of its own cannot be compared later."""
    cache = RenderCache()
    content = Content(b"x", etag="e")
    for revision, seen in ((0, ()), (5, (("c", -1),))):
        cache.put(("d", "p", "u"), content, revision, 1, 1, Lineage((), seen))
    assert len(cache) == 0


def test_no_bytes_keep_nothing(tmp_path: Path) -> None:
    """A cache of size 0 is switched off: every request renders."""
    acme = load(tmp_path, cache_bytes=0)
    known = documents()
    assert ask(acme, known) is not ask(acme, known)
    assert acme._cache.used == 0


def test_the_least_recently_used_goes_first() -> None:
    """Bounded in bytes, overhead included; a file larger than everything is not kept at all."""
    one = PER_ENTRY + 100 + 2 * len(PATH) + PER_CONFIG
    cache = RenderCache(3 * one)
    lineage = Lineage((), (("c", 1),))

    def put(name: str, size: int = 100) -> None:
        cache.put((name, PATH, ""), Content(bytes(size), etag="e"), 1, 1, 0, lineage)

    view = Documents()
    for name in "abc":
        put(name)
    assert cache.used == 3 * one
    assert cache.get(("a", PATH, ""), 1, 1, view, keep=True) is not None
    put("d")
    kept = [key[0] for key in cache._entries]
    assert kept == ["c", "a", "d"]
    put("e", 5 * one)
    assert [key[0] for key in cache._entries] == kept
    put("d")
    assert (len(cache), cache.used) == (3, 3 * one)
    cache.clear()
    assert (len(cache), cache.used) == (0, 0)


class CachedAgainstUncached(RuleBasedStateMachine):
    """Whatever is edited in whatever order, the cache never makes a difference to the bytes."""

    directory: Path

    @initialize()
    def begin(self) -> None:
        """One plugin with a small cache, one without any."""
        self.numbers = count(10)
        self.cached = load(self.directory, cache_bytes=4 * PER_ENTRY)
        self.uncached = load(self.directory, cache_bytes=0)
        self.documents = Documents()
        self.device_revision = 1

    @rule(
        config_id=st.sampled_from(["c1", "a", "b", "other"]),
        parents=st.lists(st.sampled_from(["a", "b", "c1"]), unique=True, max_size=2),
        name=st.sampled_from(["x", "y"]),
    )
    def edit(self, config_id: str, parents: list[str], name: str) -> None:
        """Somebody writes a config."""
        raw = {"sip_lines": {config_id: {"username": name}}}
        self.documents.put(
            config_of(raw, config_id=config_id, revision=next(self.numbers), parents=tuple(parents))
        )

    @rule(config_id=st.sampled_from(["a", "b", "other"]))
    def delete(self, config_id: str) -> None:
        """Somebody deletes one."""
        self.documents._configs.pop(config_id, None)
        self.documents.epoch += 1

    @rule(device=st.sampled_from(["d1", "d2"]), keep=st.booleans())
    def ask_again(self, device: str, keep: bool) -> None:  # noqa: FBT001 - drawn
        """A phone asks; or a what-if does."""
        if self.documents.get("configs", "c1"):
            known = self.documents
            mine = ask(self.cached, known, keep=keep, id=device)
            assert mine.body == ask(self.uncached, known, id=device).body

    @invariant()
    def is_bounded(self) -> None:
        """And its books are right."""
        if hasattr(self, "cached"):
            cache = self.cached._cache
            assert cache.used == sum(entry.cost for entry in cache._entries.values())
            assert cache.used <= 4 * PER_ENTRY


def test_the_cache_never_changes_an_answer(tmp_path: Path) -> None:
    """Random edits, deletions and questions."""
    from hypothesis import settings
    from hypothesis.stateful import run_state_machine_as_test

    machine = type("Machine", (CachedAgainstUncached,), {"directory": tmp_path})
    run_state_machine_as_test(machine, settings=settings(max_examples=40, deadline=None))
