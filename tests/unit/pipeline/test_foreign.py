"""Classes of a site's own pipeline files: they propose, and what they wait for belongs to gather."""

from __future__ import annotations

from pathlib import Path

import pytest
from twisted.internet.defer import Deferred

from provd.documents import Device, to_dict
from provd.pipeline import PipelineFileBroken
from provd.testing.inquiries import MAC, Core, core, http, tftp
from provd.testing.plugins import acme
from provd.values import Content, Refusal

AGENT = f"Acme A20 {MAC} 1.0"


def with_file(tmp_path: Path, stage: str, text: str, **more: object) -> Core:
    """A core with a site's own file for one stage, called `site`."""
    (tmp_path / f"{stage}.py.conf.site").write_text(text)
    return core(acme(), sets={stage: "site"}, directory=tmp_path, **more)


RETRIEVER = """
class Site:
    def retrieve(self, dev_info):
        d = app.dev_find_one({'mac': dev_info['mac']})
        d.addCallback(self._add, dev_info)
        return d

    def _add(self, device, dev_info):
        if device is None:
            device = dict(dev_info, description='ours')
            d = app.dev_insert(device)
            d.addCallback(app.dev_retrieve)
            return d
        return device

retriever = Site()
"""


def test_what_a_foreign_retriever_inserts_is_proposed(tmp_path: Path) -> None:
    """It is visible to the later steps, and kept with the draft; the second request finds it."""
    server = with_file(tmp_path, "retriever", RETRIEVER)
    for number in (1, 2):
        answer = server.inquiries.ask(http(user_agent=AGENT, number=number))
        assert isinstance(answer, Content)
    [device] = server.devices()
    assert (device.description, device.plugin) == ("ours", "acme-1.0")


UPDATER = """
class Site:
    def update(self, device, dev_info, request, request_type):
        device['description'] = 'on the third floor'
        device['options'] = {'switchboard': True}
        device['X_floor'] = 3
        device['revision'] = 99
        device['model'] = request.path.decode() + ' ' + request.getHeader(b'User-Agent').decode()[:4]
        assert request_type == 'http'

updater = CompositeDeviceUpdater([AddInfoDeviceUpdater(), Site()])
"""


def test_a_foreign_updater_changes_a_dict(tmp_path: Path) -> None:
    """What it changed in the device is proposed."""
    server = with_file(tmp_path, "updater", UPDATER, documents=[Device(id="a", mac=MAC)])
    server.inquiries.ask(http("/x", user_agent=AGENT))
    [device] = server.devices()
    told = to_dict(device)
    assert (told["model"], told["description"]) == ("/x Acme", "on the third floor")
    assert (told["options"], told["X_floor"]) == ({"switchboard": True}, 3)
    assert device.revision < 99


def test_a_foreign_updater_that_repeats_itself_writes_nothing(tmp_path: Path) -> None:
    """What is so already is no change."""
    server = with_file(tmp_path, "updater", UPDATER, documents=[Device(id="a", mac=MAC)])
    server.inquiries.ask(http("/x", user_agent=AGENT))
    revision = server.devices()[0].revision
    server.inquiries.ask(http("/x", user_agent=AGENT, number=2))
    assert server.devices()[0].revision == revision


EXTRACTOR = """
class Broken:
    def extract(self, request, request_type):
        raise RuntimeError('boom')

class ByAddress:
    def extract(self, request, request_type):
        return {'sn': request['address'][0] + request['packet']['filename'].decode(), 'nonsense': 'x', 'model': 7}

info_extractor = CollaboratingDeviceInfoExtractor(LastSeenUpdater, [Broken(), ByAddress(), StandardDeviceInfoExtractor()])
"""


def test_an_extractor_that_raises_is_reported_and_ignored(tmp_path: Path) -> None:
    """The others are heard; what is no fact of ours is dropped."""
    server = with_file(tmp_path, "info_extractor", EXTRACTOR)
    server.inquiries.ask(tftp("f"))
    [decision] = server.decisions.latest(1)
    assert decision.info == {"sn": "192.0.2.7f", "ip": "192.0.2.7"}
    assert "RuntimeError('boom')" in str(decision.notes[0])


SPELLS = """
class Spells:
    def extract(self, request, request_type):
        return {'mac': '00-00-5E-00-53-01', 'ip': 'nowhere', 'uuid': 'A1', 'vendor': ''}

info_extractor = Spells()
"""


def test_what_a_foreign_extractor_says_is_brought_to_the_normal_spelling(tmp_path: Path) -> None:
    """An address that is none would make a device that the next start cannot read."""
    server = with_file(tmp_path, "info_extractor", SPELLS)
    server.inquiries.ask(tftp("f"))
    [decision] = server.decisions.latest(1)
    assert decision.info == {"mac": MAC, "uuid": "a1"}
    assert "ip of Spells is ignored" in str(decision.notes[0])


WAITING = """
from twisted.internet.defer import Deferred
waiting = []

class Slow:
    def extract(self, request, request_type):
        d = Deferred()
        waiting.append(d)
        return d

app.waiting = waiting
info_extractor = CollaboratingDeviceInfoExtractor(LastSeenUpdater, [Slow(), StandardDeviceInfoExtractor()])
"""


def test_an_unfired_deferred_is_waited_for(tmp_path: Path) -> None:
    """Gather waits, then everything is decided again with its outcome."""
    server = with_file(
        tmp_path, "info_extractor", WAITING, documents=[Device(id="a", sn="S1", plugin="acme-1.0")]
    )
    answer = server.inquiries.ask(http("/x"))
    assert isinstance(answer, Deferred)
    [waiting] = server.app.waiting  # type: ignore[attr-defined]  # set by the pipeline file
    waiting.callback({"sn": "S1"})
    assert isinstance(answer.result, Content)
    assert server.inquiries.counters()["waiting"] == 0


def test_one_that_never_fires_is_dropped_with_a_reason(tmp_path: Path) -> None:
    """After its bound the device is answered without it, and the Deferred is cancelled."""
    server = with_file(tmp_path, "info_extractor", WAITING)
    answer = server.inquiries.ask(http("/x"))
    server.clock.pump([0.5] * 3)
    assert isinstance(answer, Deferred)
    assert isinstance(answer.result, Refusal)
    [decision] = server.decisions.latest(1)
    assert "Slow was dropped: it had not answered after 1 s" in [
        str(note) for note in decision.notes
    ]
    [waiting] = server.app.waiting  # type: ignore[attr-defined]  # set by the pipeline file
    assert waiting.called
    waiting.callback({"sn": "too late"})  # cancelled, so nothing comes of it


def test_it_may_fail_later(tmp_path: Path) -> None:
    """A failure that comes late is ignored like one that comes at once."""
    server = with_file(tmp_path, "info_extractor", WAITING)
    answer = server.inquiries.ask(http("/x"))
    server.app.waiting[0].errback(RuntimeError("late"))  # type: ignore[attr-defined]  # set by the pipeline file
    assert isinstance(answer, Deferred)
    assert isinstance(answer.result, Refusal)
    [decision] = server.decisions.latest(1)
    assert "RuntimeError('late')" in str(decision.notes[0])


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("retriever = ", "SyntaxError"),
        ("x = 1", "must bind"),
        ("retriever = Nobody()", "NameError"),
    ],
)
def test_a_broken_file_is_named(tmp_path: Path, text: str, why: str) -> None:
    """The server does not start with it, and says which file and why."""
    with pytest.raises(PipelineFileBroken, match=why):
        with_file(tmp_path, "retriever", text)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """So is one that is not there."""
    with pytest.raises(PipelineFileBroken, match="no such file"):
        core(sets={"updater": "nobody"}, directory=tmp_path)


def test_the_secure_set_adds_and_changes_nothing() -> None:
    """Only devices that an operator entered are served, as they are."""
    server = core(
        acme(),
        sets={"retriever": "secure", "updater": "secure"},
        documents=[Device(id="a", mac=MAC, plugin="acme-1.0")],
    )
    before = server.devices()
    assert isinstance(server.inquiries.ask(http(user_agent=AGENT)), Content)
    assert isinstance(
        server.inquiries.ask(
            http(user_agent=AGENT.replace("53:01", "53:02"), peer="192.0.2.8", number=2)
        ),
        Refusal,
    )
    assert server.devices() == before


def test_pipeline_files_search_by_index_only(tmp_path: Path) -> None:
    """A search that would walk every device is refused with a sentence."""
    text = RETRIEVER.replace("{'mac': dev_info['mac']}", "{'vendor': 'Acme'}")
    server = with_file(tmp_path, "retriever", text)
    server.inquiries.ask(http(user_agent=AGENT))
    [decision] = server.decisions.latest(1)
    assert any("equality on at least one of" in str(note) for note in decision.notes)
