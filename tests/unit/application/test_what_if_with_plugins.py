"""What-if against serving, with the shipped plugins, their templates and the render cache."""

from __future__ import annotations

from contextvars import copy_context
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from twisted.internet.task import Clock
from twisted.logger import capturedLogs, formatEvent

from provd.application.explain import tell
from provd.documents import to_dict, well_known_configs
from provd.pipeline import CreationSettings
from provd.plugins import Advertised, Plugins, assemble, editions
from provd.testing.inquiries import ARRIVED, KINDS, Core, core, http, tftp
from provd.values import Content, Inquiry, Served, serve

FAMILIES = Path(__file__).parents[3] / "plugins"
SERVER = "192.0.2.1"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with every shipped plugin."""
    directory = tmp_path_factory.mktemp("plugins")
    for family in ("aastra", "cisco-7900", "zero"):
        for edition in editions(FAMILIES / family) or ("",):
            assemble(FAMILIES / family, edition, directory)
    return directory


def server(installed: Path) -> Core:
    """A core over the shipped plugins, with the configs that a site begins with."""
    clock = Clock()
    clock.advance(ARRIVED)
    plugins = Plugins(installed, installed / "none", Advertised(None, 8667, 69, {}), clock)
    plugins.load_all()
    assert not plugins.broken()
    made = core(registry=plugins, autoprov=False, limits=CreationSettings(burst=3, per_hour=1))
    made.keep(*well_known_configs(SERVER, more={"timezone": "Europe/Paris"}))
    return made


MACS = ["00:08:5d:00:00:01", "00:08:5d:00:00:02"]
macs = st.sampled_from(MACS)
versions = st.sampled_from(["2.6.0.2019", "3.2.0.1011", "6.4.0.140"])
paths = st.sampled_from(
    ["/aastra.cfg", "/6730i.st", "/nothing", "/00085D000001.cfg", "/00085D000002.cfg"]
)


def aastra(mac: str, version: str, path: str) -> Inquiry:
    """What a 6730i asks."""
    spelled = mac.upper().replace(":", "-")
    return http(path, f"Aastra6730i MAC:{spelled} V:{version}-SIP", local=SERVER)


questions = st.one_of(
    st.builds(aastra, macs, versions, paths),
    st.builds(
        lambda name, neighbour: tftp(name, local=SERVER, neighbour=neighbour),
        st.sampled_from(["SEP0002FDFF2103.cnf.xml", "OS79XX.TXT", "RINGLIST.XML", "x"]),
        st.sampled_from(["", "00:02:fd:ff:21:03"]),
    ),
    st.builds(lambda path: http(path, "Mozilla/5.0", local=SERVER), paths),
)
peers = st.sampled_from(["192.0.2.7", "192.0.2.8"])
edits = st.tuples(
    st.just("edit"), st.sampled_from(["base", "autoprov"]), st.sampled_from(["Europe/Paris", "UTC"])
)
history = st.lists(st.one_of(st.tuples(questions, peers), edits), max_size=6)


def state_of(made: Core) -> Any:
    """Everything that a what-if must leave alone."""
    cache: Any = made.plugins.cache  # type: ignore[attr-defined]  # the real registry has one
    return (
        {kind.name: [to_dict(each) for each in made.store.collection(kind.name)] for kind in KINDS},
        made.inquiries.counters(),
        [(plugin.id, plugin.failures, plugin.generation) for plugin in made.plugins.loaded()],
        (cache.used, cache.hits, cache.misses, list(cache._entries)),
        [made.limits.peek(peer, ARRIVED) for peer in ("192.0.2.7", "192.0.2.8")],
        len(made.decisions),
    )


def walk(made: Core, step: Any, number: int) -> None:
    """One step of history."""
    if step[0] == "edit":
        _word, config_id, zone = step
        config = made.store.get("configs", config_id)
        raw = b'{"timezone":"%s","ntp_enabled":true,"ntp_ip":"192.0.2.1","sip_lines":{"1":{"proxy_ip":"192.0.2.1","username":"u"}}}'
        made.keep(replace(config, raw_config=type(config.raw_config)(raw % zone.encode())))
    else:
        inquiry, peer = step
        made.inquiries.ask(replace(inquiry, id=f"test-{number}", peer=peer))


@given(steps=history, question=questions, peer=peers)
@settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_what_if_equals_serving(
    installed: Path, steps: list[Any], question: Inquiry, peer: str
) -> None:
    """On any history of requests and edits, byte for byte; and nothing of it is left."""
    asked, copy = server(installed), server(installed)
    for number, step in enumerate(steps):
        for made in (asked, copy):
            walk(made, step, number)
    question = replace(question, id="test-99", peer=peer)
    before = state_of(asked)
    decision: Any = asked.inquiries.what_if(question).result
    assert state_of(asked) == before
    answer = copy.inquiries.ask(question)
    assert decision.answer == answer
    told, served = tell(decision), tell(copy.decisions.latest(1)[0])
    for key in ("evidence", "device", "plugin", "matched_by", "answer", "steps", "notes"):
        assert told[key] == served[key], key


def test_a_call_that_is_followed_hears_of_every_stage(installed: Path) -> None:
    """What was concluded, which plugin was asked, which template was rendered; no value of a config."""
    made = server(installed)
    question = aastra(MACS[0], "3.2.0.1011", "/00085D000001.cfg")
    made.inquiries.ask(question)
    asked = replace(question, id="what-if")

    def heard(level: str) -> list[str]:
        with capturedLogs() as events:
            serve(Served("call-1", level=level))
            made.inquiries.what_if(asked)
        return [f"{each['log_namespace']}: {formatEvent(each)}" for each in events]

    made.plugins.cache.clear()  # type: ignore[attr-defined]  # the real registry has one
    lines = copy_context().run(heard, "debug")
    assert any("concluded" in line and MACS[0] in line for line in lines), lines
    assert "provd.plugins: aastra-3.2.0.1011 is asked for /00085D000001.cfg" in lines
    assert any(line.startswith("provd.plugins.render: rendered ") for line in lines)
    assert not any("Europe/Paris" in line for line in lines)
    assert copy_context().run(heard, "") == []


def test_two_6730i_get_different_files_under_one_path(installed: Path) -> None:
    """The story this server was founded on."""
    made = server(installed)
    answers = [
        made.inquiries.ask(replace(aastra(mac, version, "/6730i.st"), id=mac, peer=peer))
        for mac, version, peer in zip(
            MACS, ("2.6.0.2019", "3.2.0.1011"), ("192.0.2.7", "192.0.2.8"), strict=True
        )
    ]
    paths = [getattr(answer, "path", "") for answer in answers]
    assert [Path(path).parents[2].name for path in paths] == [
        "aastra-2.6.0.2019",
        "aastra-3.2.0.1011",
    ]


def test_a_hit_is_what_a_render_is(installed: Path) -> None:
    """The second answer comes out of the cache, equal to the first."""
    made = server(installed)
    first, second = (
        made.inquiries.ask(
            replace(aastra(MACS[0], "3.2.0.1011", "/00085D000001.cfg"), id=f"{number}")
        )
        for number in range(2)
    )
    assert isinstance(first, Content)
    assert first == second
