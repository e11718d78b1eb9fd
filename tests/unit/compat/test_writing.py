"""When a legacy plugin's files are written: once, before a device is given one, and not at all in a what-if."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure
from zope.interface.verify import verifyObject

from provd.compat.adaptor import LegacyPlugin
from provd.compat.configuring import Failed, Refused
from provd.compat.execution import plugin_class
from provd.compat.loading import LegacyPlugins
from provd.compat.writing import Writing
from provd.contracts import IAdaptPlugins
from provd.documents import Device
from provd.sdk import (
    DeviceSupport,
    IAssociate,
    IIdentify,
    IServe,
    ISynchronize,
    ITellSecrets,
    Notify,
    RawConfigError,
)
from provd.testing.legacy import COMMON, MAC, PLUGIN_ID, write_plugin
from provd.values import Answer, Change, Content

DEVICE = Device(id="d1", mac=MAC, model="A20", plugin=PLUGIN_ID, config="c1", revision=1)
OWN = MAC.replace(":", "").upper() + ".cfg"


class Jobs:
    """Takes jobs, and does each when the test says so."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, dict[str, Any], dict[str, Any], bool]] = []
        self.outcomes: list[Deferred[Mapping[str, bytes]]] = []
        self.forgotten: list[str] = []

    def ask(
        self,
        plugin_id: str,
        what: str,
        device: Mapping[str, Any] | None = None,
        raw_config: Mapping[str, Any] | None = None,
        *,
        keep: bool = True,
    ) -> Deferred[Mapping[str, bytes]]:
        self.asked.append((plugin_id, what, dict(device or {}), dict(raw_config or {}), keep))
        self.outcomes.append(Deferred())
        return self.outcomes[-1]

    def forget(self, plugin_id: str) -> None:
        self.forgotten.append(plugin_id)

    def done(self, outcome: Any = None) -> None:
        """The one that waits longest is over."""
        self.outcomes.pop(0).callback({} if outcome is None else outcome)

    @property
    def what(self) -> list[str]:
        return [each[1] for each in self.asked]


class View:
    """A device, and what its raw config comes from."""

    def __init__(self, inputs: object = 1, *, keep: bool = True, url: str = "http://a") -> None:
        self.device = DEVICE
        self.inputs = inputs
        self.keep = keep
        self.base_url = self.shared_url = url
        self.base = {"http_base_url": url}
        self.raw_config = {"sip_lines": {"1": {"username": "u", "password": None}}, "locale": None}

    def file(self, relative: str) -> Answer:
        return Content(relative.encode())


@pytest.fixture
def jobs() -> Jobs:
    """None asked for yet."""
    return Jobs()


@pytest.fixture
def plugin(tmp_path: Path, jobs: Jobs) -> LegacyPlugin:
    """The plugin that the tests are written for."""
    directory = write_plugin(tmp_path)
    made = plugin_class(directory)(None, str(directory), {}, {})
    return LegacyPlugin(made, directory, Writing(PLUGIN_ID, jobs))  # type: ignore[arg-type]


def body(answer: Any) -> bytes:
    """The content of an answer that is there."""
    if isinstance(answer, Deferred):
        found: list[Any] = []
        answer.addBoth(found.append)
        [answer] = found
    if isinstance(answer, Failure):
        answer.raiseException()
    return bytes(answer.body)


@pytest.mark.parametrize("contract", [IIdentify, IAssociate, IServe, ITellSecrets, ISynchronize])
def test_provides_the_contracts(plugin: LegacyPlugin, contract: Any) -> None:
    """The host may rely on each of them."""
    assert verifyObject(contract, plugin)


def test_its_files_are_written_before_the_first_is_served(plugin: LegacyPlugin, jobs: Jobs) -> None:
    """What all share, then its own; after that they are there."""
    answer = plugin.serve(OWN, View())
    jobs.done()
    jobs.done()
    assert body(answer) == OWN.encode()
    assert jobs.what == ["configure_common", "configure"]
    assert body(plugin.serve(OWN, View())) == OWN.encode()
    assert len(jobs.asked) == 2


def test_what_plugins_are_given(plugin: LegacyPlugin, jobs: Jobs) -> None:
    """A device without what is ours, and a raw config without keys that have no value."""
    plugin.serve(OWN, View())
    jobs.done()
    _plugin, _what, device, raw_config, _keep = jobs.asked[1]
    assert device["mac"] == MAC
    assert "revision" not in device
    assert raw_config == {"sip_lines": {"1": {"username": "u"}}}


def test_whoever_asks_meanwhile_waits_for_the_same(plugin: LegacyPlugin, jobs: Jobs) -> None:
    """Ten requests at once have a device configured once."""
    answers = [plugin.serve(OWN, View()) for _number in range(10)]
    jobs.done()
    jobs.done()
    assert [body(answer) for answer in answers] == [OWN.encode()] * 10
    assert len(jobs.asked) == 2


def test_a_change_has_them_written_again(plugin: LegacyPlugin, jobs: Jobs) -> None:
    """Its own for a config, all of them for another address of ours."""
    for view, more in ((View(1), 2), (View(2), 1), (View(2), 0), (View(2, url="http://b"), 1)):
        before = len(jobs.asked)
        answer = plugin.serve(OWN, view)
        while jobs.outcomes:
            jobs.done()
        assert body(answer) == OWN.encode()
        assert len(jobs.asked) == before + more


def test_a_device_that_cannot_be_configured(plugin: LegacyPlugin, jobs: Jobs) -> None:
    """It is told why, each time it asks: somebody may have mended it."""
    for number in range(2):
        answer = plugin.serve(OWN, View())
        if not number:
            jobs.done()
        jobs.outcomes.pop().errback(Failure(Refused("no lines")))
        with pytest.raises(RawConfigError, match="no lines"):
            body(answer)
    assert jobs.what == ["configure_common", "configure", "configure"]


def test_a_plugin_that_fails(plugin: LegacyPlugin, jobs: Jobs) -> None:
    """Everybody who waits hears of it, and the next one has it tried again."""
    answers = [plugin.serve(OWN, View()), plugin.serve(OWN, View())]
    jobs.done()
    jobs.outcomes.pop().errback(Failure(Failed("KeyError: 'park'")))
    for answer in answers:
        with pytest.raises(Failed, match="park"):
            body(answer)
    plugin.serve(OWN, View())
    assert jobs.what[-1] == "configure"


def test_shared_files_that_fail_keep_nobody_from_his_own(plugin: LegacyPlugin, jobs: Jobs) -> None:
    """As the field is used to; it is told in the log, once."""
    answer = plugin.serve(OWN, View())
    jobs.outcomes.pop().errback(Failure(Failed("TemplateNotFound: x")))
    jobs.done()
    assert body(answer) == OWN.encode()
    plugin.serve(OWN, View(2))
    assert jobs.what == ["configure_common", "configure", "configure"]


def test_a_what_if_writes_nothing(plugin: LegacyPlugin, jobs: Jobs) -> None:
    """It answers what would be written, and leaves what is current as it is."""
    answer = plugin.serve(OWN, View(keep=False))
    jobs.done()
    jobs.done({f"var/tftpboot/{OWN}": b"would be"})
    assert body(answer) == b"would be"
    assert not any(keep for *_rest, keep in jobs.asked)
    plugin.serve(OWN, View(keep=False))
    assert len(jobs.asked) == 3


def test_a_device_without_a_config_is_served_what_all_share(
    plugin: LegacyPlugin, jobs: Jobs
) -> None:
    """Firmware above all."""
    answer = plugin.serve("firmware.bin", View(inputs=None))
    jobs.done()
    assert body(answer) == b"firmware.bin"
    assert jobs.what == ["configure_common"]


def test_it_is_a_plugin_like_others(plugin: LegacyPlugin) -> None:
    """Associated by its own associator; secret by name; told by SIP; triggered by its own file."""
    assert plugin.associate({"vendor": "Acme", "model": "A20", "version": "1.0"}) == 600
    assert plugin.associate({"vendor": "Other"}) == DeviceSupport.IMPROBABLE
    assert plugin.tells_secrets(f"x/{OWN}")
    assert not plugin.tells_secrets("common.cfg")
    assert plugin.ways(DEVICE, {}) == [Notify(event="check-sync;reboot=false")]
    assert plugin.accounts_file(DEVICE) == OWN
    assert plugin.accounts_file(Device(id="d2")) == ""


def test_one_that_says_nothing_of_secrets(tmp_path: Path, jobs: Jobs) -> None:
    """The files of single devices are taken for secret: the plugin did not say that they are not."""
    silent = COMMON[: COMMON.index("    def is_sensitive_filename")]
    directory = write_plugin(tmp_path, common=silent)
    plugin = LegacyPlugins(jobs).adapted(directory)  # type: ignore[arg-type]  # what it needs
    assert plugin.tells_secrets(f"x/{OWN}")
    assert not plugin.tells_secrets("common.cfg")


def test_one_that_acts_by_itself_is_not_asked_how(tmp_path: Path, jobs: Jobs) -> None:
    """Asking it would do it."""
    directory = write_plugin(
        tmp_path,
        entry="from provd.plugins import StandardPlugin\n"
        "class Own(StandardPlugin):\n"
        "    IS_PLUGIN = True\n"
        "    def synchronize(self, device, raw_config):\n"
        "        raise AssertionError('it was done')\n",
    )
    made = plugin_class(directory)(None, str(directory), {}, {})
    own = LegacyPlugin(made, directory, Writing(PLUGIN_ID, jobs))  # type: ignore[arg-type]
    assert own.ways(DEVICE, {}) == ()
    assert own.associate({"vendor": "Acme"}) == 0


# Devices that come and go.


def change(before: Any, after: Any) -> Change:
    """One of the device's."""
    return Change(1, "devices", "d1", before, after, "test")


@pytest.mark.parametrize(
    ("after", "taken"),
    [
        (None, True),
        (replace(DEVICE, plugin="other"), True),
        (replace(DEVICE, mac="00:00:5e:00:53:02"), True),
        (replace(DEVICE, config=None), True),
        (replace(DEVICE, ip="192.0.2.9"), False),
        (replace(DEVICE, config="c2"), False),
    ],
)
def test_whose_files_go(tmp_path: Path, jobs: Jobs, after: Device | None, *, taken: bool) -> None:
    """Those of a device that the plugin has no more, or that it would write under other names."""
    legacy = LegacyPlugins(jobs)  # type: ignore[arg-type]
    assert verifyObject(IAdaptPlugins, legacy)
    legacy.adapted(write_plugin(tmp_path))
    legacy.told([change(DEVICE, after)])
    assert jobs.what == (["deconfigure"] if taken else [])


def test_devices_of_others_are_none_of_its_business(tmp_path: Path, jobs: Jobs) -> None:
    """Nor are those that had nothing written."""
    legacy = LegacyPlugins(jobs)  # type: ignore[arg-type]
    legacy.adapted(write_plugin(tmp_path))
    for before in (None, replace(DEVICE, plugin="other"), replace(DEVICE, config=None)):
        legacy.told([change(before, None)])
    assert jobs.asked == []


def test_which_plugins_are_legacy_ones(tmp_path: Path, jobs: Jobs) -> None:
    """Those whose entry binds no PLUGIN; a directory without an entry is nobody's."""
    legacy = LegacyPlugins(jobs)  # type: ignore[arg-type]
    assert legacy.knows(write_plugin(tmp_path))
    for number, entry in enumerate(("PLUGIN = 1\n", "PLUGIN: int = 1\n", "this is no Python\n")):
        assert not legacy.knows(write_plugin(tmp_path, f"p{number}", entry=entry))
    assert not legacy.knows(tmp_path / "nothing")
