"""A loaded plugin is asked through its guard: what makes sense is used, the rest names the plugin."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.defer import Deferred
from zope.interface import implementer
from zope.interface.verify import verifyObject

from provd.plugins import LoadedPlugin, Plugins
from provd.plugins._view import View
from provd.sdk import Asked, IServe, IView
from provd.testing.hostile_paths import FRIENDLY_PATHS, PUBLIC, build_hostile_tree, hostile_paths
from provd.testing.plugin_files import ENTRY, Documents, acme_device, config_of, write_plugin
from provd.testing.plugin_host import host_of, inquiry
from provd.values import (
    Answer,
    Content,
    FileContent,
    PluginFailed,
    Redirect,
    Refusal,
    RefusalKind,
    Silence,
)


@pytest.fixture
def plugins(tmp_path: Path) -> Plugins:
    """One plugin, acme."""
    write_plugin(tmp_path / "plugins")
    return host_of(tmp_path / "plugins")


@pytest.fixture
def acme(plugins: Plugins) -> LoadedPlugin:
    """That plugin."""
    plugin = plugins.get("acme")
    assert plugin is not None
    return plugin


def test_a_request_is_identified(acme: LoadedPlugin) -> None:
    """A clue's facts, in normal form."""
    asked = Asked(inquiry(headers={"user-agent": "Acme A20"}))
    assert acme.testify(acme.clues[0], asked) == {"vendor": "Acme", "model": "A20"}
    assert acme.testify(acme.clues[0], Asked(inquiry())) is None


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("3", None),
        ("{'colour': 'red', 'vendor': 'Acme'}", {"vendor": "Acme"}),
        (
            "{'mac': '00-00-5E-00-53-01', 'uuid': 'AB', 'sn': 3}",
            {"mac": "00:00:5e:00:53:01", "uuid": "ab"},
        ),
        ("{'mac': 'nonsense', 'ip': '300.1.2.3'}", None),
        (
            "{'model': 'x' * 1000, 'version': '', 'sn': 'a\\nb', 'vendor': 'Acme'}",
            {"vendor": "Acme"},
        ),
        ("{3: 'x', 'vendor': 'Acme'}", {"vendor": "Acme"}),
    ],
)
def test_nonsense_facts_are_dropped_and_counted(tmp_path: Path, said: str, kept: object) -> None:
    """Only facts of a device, spelled as documents spell them, reach a decision."""
    write_plugin(
        tmp_path, entry=ENTRY.replace('{"vendor": vendor, "model": model} if model else None', said)
    )
    plugin = host_of(tmp_path).load("acme")
    assert plugin.testify(plugin.clues[0], Asked(inquiry())) == kept
    assert (plugin.failures > 0) == (said != "{'mac': '00-00-5E-00-53-01', 'uuid': 'AB'}")
    assert "failed to identify a request" in plugin.last_failure


def test_an_error_that_cannot_be_told_is_named_all_the_same(tmp_path: Path) -> None:
    """Its own text may be what is broken."""
    entry = ENTRY.replace(
        "vendor, _, model =",
        "raise type('Mute', (Exception,), {'__str__': lambda self: 1 / 0})()\n    vendor, _, model =",
    )
    write_plugin(tmp_path, entry=entry)
    plugin = host_of(tmp_path).load("acme")
    with pytest.raises(PluginFailed, match=r"Mute: .its message cannot be told: ZeroDivisionError"):
        plugin.testify(plugin.clues[0], Asked(inquiry()))
    assert plugin.failures == 1


def test_facts_that_raise_when_they_are_read(tmp_path: Path) -> None:
    """A mapping of the plugin's own making is its own code."""
    entry = ENTRY.replace(
        "vendor, _, model =",
        "return type('Odd', (dict,), {'items': lambda self: 1 / 0})()\n    vendor, _, model =",
    )
    write_plugin(tmp_path, entry=entry)
    plugin = host_of(tmp_path).load("acme")
    with pytest.raises(PluginFailed, match="identify a request: ZeroDivisionError"):
        plugin.testify(plugin.clues[0], Asked(inquiry()))
    assert plugin.failures == 1


@pytest.mark.parametrize("said", ["'600'", "None", "True", "-1", "10**9", "6.5"])
def test_a_senseless_level_means_not_at_all(tmp_path: Path, said: str) -> None:
    """An association that makes no sense wins no device."""
    entry = ENTRY.replace(
        'DeviceSupport.COMPLETE if info.get("vendor") == "Acme" else DeviceSupport.NONE', said
    )
    write_plugin(tmp_path, entry=entry)
    plugin = host_of(tmp_path).load("acme")
    assert plugin.associate({"vendor": "Acme"}) == 0
    assert plugin.failures == 1


def test_what_a_plugin_raises_names_it(tmp_path: Path) -> None:
    """The traceback is kept for the operator, the count goes up, and a what-if leaves both alone."""
    entry = ENTRY.replace("vendor, _, model =", "1 / 0; vendor, _, model =").replace(
        "return TREE.serve(path, view)", "return open('/nowhere')"
    )
    write_plugin(tmp_path, entry=entry)
    plugin = host_of(tmp_path).load("acme")
    for keep, count in ((False, 0), (True, 1)):
        with pytest.raises(PluginFailed, match="plugin acme failed to identify a request: Zero"):
            plugin.testify(plugin.clues[0], Asked(inquiry()), keep=keep)
        assert plugin.failures == count
    assert "by_user_agent" in plugin.last_failure
    with pytest.raises(PluginFailed, match="failed to serve a file: FileNotFoundError"):
        plugin.serve(inquiry(), acme_device(), Documents(config_of({})), keep=True)
    assert plugin.failures == 2


@pytest.mark.parametrize(
    "answer",
    [
        "None",
        "b'bytes'",
        "sdk.Content('text')",
        "sdk.Content(b'', 'text/plain\\r\\nX: y')",
        "sdk.Content(bytes(20_000_000))",
        "sdk.Redirect('http://192.0.2.1/\\r\\nX: y')",
        "sdk.Redirect('x' * 10000)",
        "sdk.Redirect(b'x')",
        "FileContent('/etc/passwd', 1, 1)",
        "FileContent('var/../../../etc/passwd', 1, 1)",
    ],
)
def test_a_senseless_answer_is_refused(tmp_path: Path, answer: str) -> None:
    """Neither a wrong type nor a header that breaks out nor a file of somebody else leaves."""
    entry = ENTRY.replace("return TREE.serve(path, view)", f"return {answer}")
    entry = entry.replace(
        "TREE = ", "from provd import sdk\nFileContent = type(NOTHING)\n\nTREE = "
    )
    entry = entry.replace("type(NOTHING)", "__import__('sys').modules['provd.values'].FileContent")
    write_plugin(tmp_path, entry=entry)
    plugin = host_of(tmp_path).load("acme")
    with pytest.raises(PluginFailed, match="failed to serve a file"):
        plugin.serve(inquiry(), acme_device(), Documents(), keep=True)


# Answers.


def test_a_phone_gets_its_file(acme: LoadedPlugin) -> None:
    """Rendered from its config, its plugin's completion, its own fields and the address it uses."""
    documents = Documents(config_of({"sip_lines": {"1": {"username": "u\nx: y"}}}))
    answer = acme.serve(inquiry(), acme_device(), documents, keep=True)
    assert isinstance(answer, Content)
    assert answer.body == (b"home: http://192.0.2.10:8667\nmodel: A20\nlines: 1\nuser1: u x: y\n")
    assert answer.media_type.startswith("text/plain")
    assert len(answer.etag) == 32


def test_a_static_file_needs_no_config(acme: LoadedPlugin) -> None:
    """Firmware is for every device of the plugin."""
    answer = acme.serve(inquiry("/A20.st"), acme_device(config=None), Documents(), keep=True)
    assert isinstance(answer, FileContent)
    assert answer.size == len("firmware of acme")


@pytest.mark.parametrize(
    ("device", "reason"),
    [
        ({"config": None}, "it has no config"),
        ({"config": "nobody"}, "its config 'nobody' does not exist"),
        ({"config": "bad"}, "vlan_id"),
    ],
)
def test_an_unconfigured_device_is_refused_with_the_reasons(
    acme: LoadedPlugin, device: dict[str, Any], reason: str
) -> None:
    """The operator reads why; the plugin is not to blame; `check` says the same."""
    documents = Documents(config_of({"vlan_enabled": True, "ntp_enabled": True}, config_id="bad"))
    phone = acme_device(**device)
    answer = acme.serve(inquiry(), phone, documents, keep=True)
    assert isinstance(answer, Refusal)
    assert answer.kind is RefusalKind.NOT_FOUND
    assert reason in answer.reason
    assert acme.failures == 0
    assert any(reason in told for told in acme.check(phone, documents, base_of(acme)))


def base_of(plugin: LoadedPlugin) -> Any:
    """The server's own parameters."""
    return plugin._advertised.base("http://192.0.2.10:8667")


def test_a_configured_device_has_no_reasons(acme: LoadedPlugin) -> None:
    """And checking keeps nothing."""
    assert acme.check(acme_device(), Documents(config_of({})), base_of(acme)) == ()
    assert len(acme._cache) == 0


def test_a_plugin_says_why_not(tmp_path: Path) -> None:
    """RawConfigError is an answer; anything else that configure raises is a failure."""
    for raised, failures in (("RawConfigError('no line 1')", 0), ("KeyError('no line 1')", 1)):
        entry = ENTRY.replace(
            'raw_config["XX_lines"] =', f"raise sdk.{raised}; _ =".replace("sdk.K", "K")
        )
        write_plugin(tmp_path, entry=entry.replace("TREE = ", "from provd import sdk\nTREE = "))
        plugin = host_of(tmp_path).load("acme")
        documents = Documents(config_of({}))
        assert "no line 1" in plugin.check(acme_device(), documents, base_of(plugin))[0]
        assert plugin.failures == 0
        if failures:
            with pytest.raises(PluginFailed):
                plugin.serve(inquiry(), acme_device(), documents, keep=True)
        else:
            assert isinstance(plugin.serve(inquiry(), acme_device(), documents, keep=True), Refusal)
        assert plugin.failures == failures


def test_a_template_that_fails_names_its_line(tmp_path: Path) -> None:
    """The author finds the place."""
    write_plugin(tmp_path, files={"templates/common.tpl": "ok: 1\nbad: {{ nothing }}\n"})
    plugin = host_of(tmp_path).load("acme")
    with pytest.raises(PluginFailed, match=r"'nothing' is undefined \(.*common\.tpl, line 2\)"):
        plugin.serve(inquiry("/common.cfg"), acme_device(), Documents(config_of({})), keep=True)


@pytest.mark.parametrize("path", ["/../x", "..", "/a\\b", "/a\0", "", "/"])
def test_a_path_no_file_can_have_does_not_reach_the_plugin(acme: LoadedPlugin, path: str) -> None:
    """A plugin sees names between slashes, nothing else."""
    answer = acme.serve(inquiry(path), acme_device(), Documents(), keep=True)
    assert isinstance(answer, Refusal)
    assert answer.kind is RefusalKind.NOT_FOUND


def test_a_plugin_may_only_identify(tmp_path: Path) -> None:
    """Every capability is optional: one that serves nothing and associates nothing is a plugin."""
    write_plugin(
        tmp_path,
        entry="from zope.interface import implementer\nfrom provd.sdk import IPlugin\n@implementer(IPlugin)\nclass P: pass\nPLUGIN = P()",
    )
    plugin = host_of(tmp_path).load("acme")
    assert (plugin.clues, plugin.by_address, plugin.associate({})) == ((), frozenset(), 0)
    assert isinstance(plugin.serve(inquiry(), acme_device(), Documents(), keep=True), Refusal)


# Answers that come later.


LATER = ENTRY.replace(
    "return TREE.serve(path, view)",
    "self.waiting = Deferred(); return self.waiting.addCallback(lambda wanted: TREE.serve(path, view) if wanted else wanted)",
).replace("TREE = ", "from twisted.internet.defer import Deferred\nTREE = ")


def later(tmp_path: Path) -> tuple[LoadedPlugin, Deferred[Answer], list[Any]]:
    """A plugin that answers later, and what came of its answer."""
    write_plugin(tmp_path, entry=LATER)
    plugin = host_of(tmp_path).load("acme")
    answer = plugin.serve(inquiry(), acme_device(), Documents(config_of({})), keep=True)
    assert isinstance(answer, Deferred)
    came: list[Any] = []
    answer.addBoth(came.append)
    return plugin, plugin._plugin.waiting, came


def test_a_later_answer_is_checked_and_kept_too(tmp_path: Path) -> None:
    """It is a file like any other."""
    plugin, waiting, came = later(tmp_path)
    assert came == []
    waiting.callback(True)  # type: ignore[arg-type]  # the plugin's own
    assert isinstance(came[0], Content)
    assert len(plugin._cache) == 1


def test_a_later_failure_names_the_plugin(tmp_path: Path) -> None:
    """Nonsense, errors and silence all end in PluginFailed."""
    plugin, waiting, came = later(tmp_path)
    waiting.callback(None)  # type: ignore[arg-type]  # nonsense
    assert came[0].check(PluginFailed)
    plugin, waiting, came = later(tmp_path)
    waiting.errback(ValueError("x"))
    assert came[0].check(PluginFailed)
    plugin, waiting, came = later(tmp_path)
    clock: Any = plugin._clock
    clock.advance(11)
    assert came[0].check(PluginFailed)
    assert plugin.failures == 1


def test_a_redirect_or_silence_is_an_answer(tmp_path: Path) -> None:
    """And neither is kept."""
    for answer, kind in (("Redirect('http://192.0.2.1/a')", Redirect), ("Silence('x')", Silence)):
        entry = ENTRY.replace(
            "return TREE.serve(path, view)",
            f"return __import__('sys').modules['provd.values'].{answer}",
        )
        write_plugin(tmp_path, entry=entry)
        plugin = host_of(tmp_path).load("acme")
        assert isinstance(plugin.serve(inquiry(), acme_device(), Documents(), keep=True), kind)
        assert len(plugin._cache) == 0


def test_a_failure_names_the_vendors_line_wherever_provd_keeps_its_data(tmp_path: Path) -> None:
    """A data directory called provd is as good as any; provd's own lines are of no use to an author."""
    directory = tmp_path / "lib" / "provd" / "plugins"
    write_plugin(directory, entry=ENTRY.replace("return TREE.serve(path, view)", "return 1 / 0"))
    plugin = host_of(directory).load("acme")
    with pytest.raises(
        PluginFailed, match=r"division by zero \(.*/provd/plugins/acme/entry\.py, line \d+\)"
    ):
        plugin.serve(inquiry(), acme_device(), Documents(), keep=True)


def test_no_path_of_the_corpus_leaves_a_plugins_tree(tmp_path: Path) -> None:
    """Through the plugin as through the tree itself."""
    home = write_plugin(tmp_path / "plugins", entry=ENTRY)
    shutil.rmtree(home / "var")
    served = build_hostile_tree(home / "var")
    served.rename(served.with_name("tftpboot"))
    plugin = host_of(tmp_path / "plugins").load("acme")
    found = 0
    for path in (*hostile_paths(served), *FRIENDLY_PATHS):
        answer = plugin.serve(inquiry(path), acme_device(), Documents(), keep=True)
        if isinstance(answer, FileContent):
            assert Path(answer.path).read_bytes() == PUBLIC
            found += 1
    assert found >= len(FRIENDLY_PATHS)


def test_the_view_keeps_its_contract(tmp_path: Path) -> None:
    """What a plugin is given is what the sdk promises."""
    seen: list[View] = []
    write_plugin(tmp_path)
    plugin = host_of(tmp_path).load("acme")
    plugin._files._plugin = Spy(seen)
    plugin.serve(inquiry(), acme_device(), Documents(config_of({})), keep=True)
    assert verifyObject(IView, seen[0])


@implementer(IServe)
class Spy:
    """Keeps the views it is given."""

    def __init__(self, seen: list[View]) -> None:
        self._seen = seen

    def serve(self, path: str, view: View) -> Answer:
        view.raw_config["XX_mine"] = 1
        self._seen.append(view)
        return view.file(path)
