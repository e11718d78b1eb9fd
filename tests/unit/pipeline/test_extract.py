"""Extraction: voting, dispatch over clues, and the memo."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from provd.pipeline.dispatch import Memo, Verdict, Witnesses
from provd.pipeline.extract import LastSeenUpdater, VotingUpdater
from provd.sdk import Asked, Clue
from provd.testing.inquiries import core, http, tftp
from provd.testing.plugins import MemoryPlugin, MemoryPlugins, acme
from provd.values import Content, Info, Protocol, Testimony


def test_the_last_writer_wins() -> None:
    """LastSeenUpdater overlays."""
    updater = LastSeenUpdater()
    updater.update({"ip": "192.0.2.1", "mac": "x"})
    updater.update({"ip": "192.0.2.2"})
    assert updater.dev_info == {"ip": "192.0.2.2", "mac": "x"}


def test_the_most_said_value_wins() -> None:
    """VotingUpdater counts; an ordinary tie goes to the value said first."""
    updater = VotingUpdater()
    for version in ("1", "2", "2", "1"):
        updater.update({"version": version})
    updater.update({"model": "A"})
    assert updater.dev_info == {"version": "1", "model": "A"}


def test_a_tie_about_identity_is_left_out() -> None:
    """Two witnesses, two MAC addresses: neither is taken, and the decision says so."""
    liar = MemoryPlugin(
        "liar", (Clue.user_agent(lambda _asked: {"mac": "00:00:5e:00:53:99"}, "Acme"),)
    )
    server = core(acme(), liar)
    server.inquiries.ask(http(user_agent="Acme A20 00:00:5e:00:53:01 1.0"))
    [decision] = server.decisions.latest(1)
    assert "mac" not in decision.info
    assert decision.info["model"] == "A20"
    assert "plugins disagree about mac" in str(decision.notes[0])


def unjudged(testimonies: tuple[Testimony, ...]) -> Verdict:
    """A verdict that is what was said."""
    return Verdict(testimonies, ())


def witness(plugin_id: str, *prefixes: str, suffixes: tuple[str, ...] = ()) -> MemoryPlugin:
    """A plugin that says its own name about file names it is shown."""

    def testify(asked: Asked) -> Info:
        return {"vendor": plugin_id, "model": asked.filename}

    clue = Clue.filename(Protocol.TFTP, testify, prefixes=prefixes, suffixes=suffixes)
    return MemoryPlugin(plugin_id, (clue,))


names = st.text("abAB.", max_size=6)
literals = st.lists(st.text("abAB.", min_size=1, max_size=3), max_size=3)


@given(st.lists(st.tuples(literals, literals), max_size=5), names)
def test_dispatch_is_matching_one_by_one(
    plugins: list[tuple[list[str], list[str]]], name: str
) -> None:
    """The index finds exactly the clues that match when each is tried, in order of plugin id."""
    loaded = [
        witness(f"p{number}", *front, suffixes=tuple(back))
        for number, (front, back) in enumerate(plugins)
    ]
    said = Witnesses(Protocol.TFTP, MemoryPlugins(*loaded), 0, unjudged).ask(
        tftp("d/" + name), keep=True
    )
    low = name.lower()
    matching = [
        plugin.id
        for plugin, (front, back) in zip(loaded, plugins, strict=True)
        if (not front and not back)
        or any(low.startswith(literal.lower()) for literal in front)
        or any(low.endswith(literal.lower()) for literal in back)
    ]
    assert [testimony.witness for testimony in said.testimonies] == matching


@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("xy")), min_size=1, max_size=30))
def test_the_memo_never_changes_what_is_said(asked: list[tuple[str, str]]) -> None:
    """A witness that reads the path only for some agents is remembered rightly all the same."""

    def testify(question: Asked) -> Info:
        agent = question.header("user-agent")
        return {"model": agent + (question.path if agent.endswith("a") else "")}

    plugins = MemoryPlugins(MemoryPlugin("p", (Clue.user_agent(testify, "Acme"),)))
    remembering, forgetting = (Witnesses(Protocol.HTTP, plugins, size, unjudged) for size in (8, 0))
    for agent, path in asked:
        inquiry = http("/" + path, "Acme" + agent)
        assert remembering.ask(inquiry, keep=True) == forgetting.ask(inquiry, keep=True)


def test_the_memo_spares_the_witness() -> None:
    """The same fields are examined once; a plugin that comes later is asked all the same."""
    calls = []

    def testify(asked: Asked) -> Info:
        calls.append(asked.header("user-agent"))
        return {"model": "A"}

    plugins = MemoryPlugins(MemoryPlugin("p", (Clue.user_agent(testify, "Acme"),)))
    witnesses = Witnesses(Protocol.HTTP, plugins, 8, unjudged)
    for _time in range(3):
        witnesses.ask(http("/a", "Acme"), keep=True)
    assert len(calls) == 1
    plugins.add(MemoryPlugin("q", (Clue.user_agent(testify, "Acme"),)))
    assert len(witnesses.ask(http("/a", "Acme"), keep=True).testimonies) == 2


def test_a_what_if_leaves_no_memory() -> None:
    """Asked without keeping, the memo is as it was."""
    calls = []

    def testify(asked: Asked) -> Info:
        calls.append(asked.path)
        return {"model": "A"}

    witnesses = Witnesses(
        Protocol.HTTP,
        MemoryPlugins(MemoryPlugin("p", (Clue.user_agent(testify, "Acme"),))),
        8,
        unjudged,
    )
    for _time in range(2):
        witnesses.ask(http("/a", "Acme"), keep=False)
    assert len(calls) == 2


@given(st.lists(st.tuples(st.integers(0, 9), st.booleans()), max_size=80))
def test_a_memo_is_bounded_and_right(steps: list[tuple[int, bool]]) -> None:
    """Never more than its size, never a wrong value, and what was just put is there."""
    memo = Memo(4)
    for key, write in steps:
        if write:
            memo.put(key, key * 10)
            assert memo.get(key) == key * 10
        else:
            assert memo.get(key) in {None, key * 10}
        assert len(memo) <= 4 + 2


def test_an_extractor_that_raises_is_reported_and_ignored() -> None:
    """One plugin's defect costs no device of another its answer; it is counted, told, and not remembered."""

    def broken(asked: Asked) -> Info:
        raise RuntimeError(asked.header("user-agent")[:4])

    liar = MemoryPlugin("broken", (Clue(Protocol.HTTP, broken),))
    server = core(acme(), liar)
    agent = "Acme A20 00:00:5e:00:53:01 1.0"
    for count in (1, 2):
        assert isinstance(server.inquiries.ask(http(user_agent=agent)), Content)
        [decision] = server.decisions.latest(1)
        assert decision.info["mac"] == "00:00:5e:00:53:01"
        assert "plugin broken failed to identify a request" in str(decision.notes)
        assert liar.failures == count


def test_a_request_nobody_recognises_tells_who_failed() -> None:
    """A note of a failure does not need a testimony beside it."""

    def broken(_asked: Asked) -> Info:
        raise RuntimeError

    server = core(MemoryPlugin("broken", (Clue(Protocol.HTTP, broken),)))
    server.inquiries.ask(http(user_agent="Mozilla/5.0"))
    [decision] = server.decisions.latest(1)
    assert "plugin broken failed" in str(decision.notes)


def test_long_fields_are_not_remembered() -> None:
    """Whoever sends 8 KiB of path with every request fills no memory with it."""
    registry = MemoryPlugins(witness("a", "SEP"))
    witnesses = Witnesses(Protocol.TFTP, registry, 8, unjudged)
    witnesses.ask(tftp("SEP" + "0" * 8000), keep=True)
    assert len(witnesses._memo) == 0
    witnesses.ask(tftp("SEP" + "0" * 80), keep=True)
    assert len(witnesses._memo) == 1


def test_what_editions_of_a_family_say_alike_is_kept_once() -> None:
    """A hundred editions must not make the memo a hundred times as large."""
    server = core(acme("acme-1.0"), acme("acme-2.0"))
    server.inquiries.ask(http(user_agent="Acme A20 00:00:5e:00:53:01 1.0"))
    [decision] = server.decisions.latest(1)
    one, other = decision.testimonies
    assert one.witness != other.witness
    assert one.facts is other.facts
