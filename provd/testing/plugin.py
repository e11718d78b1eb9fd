"""The conformance suite of plugins: what every author runs against a plugin.

    class AastraTests(make_plugin_tests(lambda into: assemble(FAMILY, "3.2.0.1011", into))):
        pass

It holds a plugin to its contract, renders every file of every model it declares, and tries to
break the files with values.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import Raw
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase
from zope.interface.verify import verifyObject

from provd.contracts import ILoadedPlugin
from provd.documents import CONFIGS, CREDENTIALS, DEVICES, Config, Device, server_raw_config
from provd.plugins import Advertised, LoadedPlugin, Plugins
from provd.plugins.host import verify
from provd.sdk import Asked, Clue, Rendered, Tree
from provd.store import MemoryStore
from provd.testing.plugin_shapes import (
    FULL_RAW_CONFIG,
    MINIMAL_RAW_CONFIG,
    SHAPES,
    Leaf,
    text_leaves,
    with_text,
)
from provd.values import INFO_KEYS, Content, Format, Inquiry, Protocol

MAC = "00:00:5e:00:53:2a"
URL = "http://192.0.2.10:8667"

PROBE = "plain"
HOSTILE = "a\r\nb: c=\"d'\\ <e f='g'>&]]>--\0\u2028\U0001f4de{{ 7 }}"
"""One value with everything in it that some format knows; what is free text takes it."""

Load = Callable[[Path], Path]
"""Installs the plugin below a directory, answers the plugin's own."""

printable = st.text(st.characters(categories=("L", "M", "N", "P", "S", "Zs")), max_size=60)

_WORDS = "A20 6730i 7940 MAC: V: 00-00-5E-00-53-01 00005E005301 3.2.0.1011 / - . , ; ( ) SIP .cfg .st".split()
likely = st.lists(st.sampled_from([*_WORDS, " ", " ", " "]), max_size=12).map("".join)
"""What requests of phones are made of, in no order."""

any_text = st.text(min_size=1, max_size=60) | st.sampled_from(
    [HOSTILE, "\n", "\x85", "\x0bk: v", "]]>", "-->", '"', "'", "<a>", "&", "\\", "\ud800", "\x00"]
)


class PluginBench:
    """An installed plugin, and devices that ask it."""

    def __init__(self, directory: Path) -> None:
        """Load the plugin in `directory`."""
        self.directory = directory
        self.host = Plugins(
            directory.parent, directory.parent / "no-overrides", Advertised(URL, 8667, 69), Clock()
        )
        self.plugin: LoadedPlugin = self.host.load(directory.name)

    def rules(self) -> list[tuple[str, Rendered]]:
        """The files that the plugin's trees render, by the path under which MAC asks for them."""
        entry = sys.modules[f"{self.plugin.package}.entry"]
        trees = [value for value in vars(entry).values() if isinstance(value, Tree)]
        bare = MAC.replace(":", "")
        return [
            (rule.pattern.replace("{mac}", bare).replace("{MAC}", bare.upper()), rule)
            for tree in trees
            for rule in tree.rules
            if isinstance(rule, Rendered) and "*" not in rule.pattern
        ]

    def devices(self) -> list[Device]:
        """One device of each model that the plugin says it can configure."""
        return [self.device(*_capability(key)) for key in self.plugin.capabilities]

    def device(self, vendor: str, model: str, version: str) -> Device:
        """A device with a config."""
        return Device(
            id="device",
            mac=MAC,
            ip="192.0.2.7",
            vendor=vendor,
            model=model,
            version=version,
            plugin=self.plugin.id,
            config="config",
        )

    def check(self, device: Device, raw_config: Mapping[str, Any]) -> tuple[str, ...]:
        """Why the device cannot be configured with that."""
        base = server_raw_config({}, URL, 69)
        return tuple(self.plugin.check(device, documents(raw_config), base))

    def ask(self, path: str, device: Device, raw_config: Mapping[str, Any]) -> object:
        """What the device is given."""
        inquiry = Inquiry(
            id="test", protocol=Protocol.HTTP, path=path, peer="192.0.2.7", arrived=0.0
        )
        return self.plugin.serve(inquiry, device, documents(raw_config), keep=True)

    def text(self, path: str, device: Device, raw_config: Mapping[str, Any]) -> str:
        """The file the device is given; an AssertionError says what it got instead."""
        answer = self.ask(path, device, raw_config)
        assert isinstance(answer, Content), f"{path} for {device.model}: {answer}"
        return answer.body.decode()


def documents(raw_config: Mapping[str, Any]) -> Any:
    """A view of a store that holds one config."""
    draft = MemoryStore((DEVICES, CONFIGS, CREDENTIALS), Clock()).draft("test")
    draft.put("configs", Config(id="config", raw_config=Raw(_encode(raw_config))))
    return draft


def _encode(raw_config: Mapping[str, Any]) -> bytes:
    """JSON in UTF-8; half of a surrogate pair is no text there either."""
    return msgspec.json.encode(_whole(raw_config))


def _whole(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _whole(item) for key, item in value.items()}
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


def _capability(key: str) -> tuple[str, str, str]:
    vendor, model, version = (part.strip() for part in key.split(",", 2))
    return vendor, model, version


def make_plugin_tests(load: Load) -> type[SynchronousTestCase]:  # noqa: C901 - a suite is one class
    """The behaviour that every plugin owes provd; `load` installs the plugin below a directory."""

    class PluginTests(SynchronousTestCase):
        bench: ClassVar[PluginBench]
        _scratch: ClassVar[str]

        @classmethod
        def setUpClass(cls) -> None:
            cls._scratch = tempfile.mkdtemp()
            cls.bench = PluginBench(load(Path(cls._scratch) / "plugins"))

        @classmethod
        def tearDownClass(cls) -> None:
            cls.bench.host.unload(cls.bench.plugin.id)
            shutil.rmtree(cls._scratch)

        def test_keeps_the_contract(self) -> None:
            """PLUGIN provides what it declares, and behind its guard it is a loaded plugin."""
            plugin = self.bench.plugin
            verify(plugin._plugin)
            self.assertTrue(verifyObject(ILoadedPlugin, plugin))

        def test_says_what_it_is(self) -> None:
            """plugin-info has a version, a description and at least one model."""
            info = self.bench.plugin.info
            self.assertTrue(info["version"] and info["description"])
            self.assertTrue(self.bench.plugin.capabilities)

        def test_addresses_are_declared_for_protocols(self) -> None:
            """by_address holds names of protocols."""
            self.assertLessEqual(self.bench.plugin.by_address, {*Protocol})

        def test_witnesses_have_names(self) -> None:
            """A decision names who testified: a lambda would not help anybody."""
            for clue in self.bench.plugin.clues:
                self.assertNotIn("lambda", getattr(clue.testify, "__name__", "lambda"))

        @settings(deadline=None, max_examples=50)
        @given(st.data())
        def test_witnesses_are_pure_and_sensible(self, data: st.DataObject) -> None:
            """Whatever a request says, a clue answers the same facts twice, and nothing but facts."""
            for clue in self.bench.plugin.clues:
                inquiry = data.draw(inquiries(clue))
                before = self.bench.plugin.failures
                said = [self.bench.plugin.testify(clue, Asked(inquiry)) for _twice in range(2)]
                self.assertEqual(said[0], said[1])
                self.assertEqual(before, self.bench.plugin.failures, self.bench.plugin.last_failure)

        @settings(deadline=None, max_examples=50)
        @given(st.dictionaries(st.sampled_from(INFO_KEYS), st.text(min_size=1, max_size=30)))
        def test_associates_anything(self, info: dict[str, str]) -> None:
            """Whatever is known of a device, there is a level of support, and it stays the same."""
            before = self.bench.plugin.failures
            levels = {self.bench.plugin.associate(info) for _twice in range(2)}
            self.assertEqual(1, len(levels))
            self.assertEqual(before, self.bench.plugin.failures, self.bench.plugin.last_failure)

        def test_associates_what_it_declares(self) -> None:
            """A device of a declared model is supported better than one that is nobody's."""
            for device in self.bench.devices():
                if "*" in {device.vendor, device.model}:
                    continue
                info = {"vendor": device.vendor or "", "model": device.model or ""}
                level = self.bench.plugin.associate(info | {"version": device.version or ""})
                self.assertGreater(level, self.bench.plugin.associate({"vendor": "Nobody's"}))

        def test_templates_compile(self) -> None:
            """Every template is one, in the format of the rule that names it or in some format."""
            templates = self.bench.plugin.templates
            for _path, rule in self.bench.rules():
                templates.compile(rule.template, rule.format)
            named = {rule.template for _path, rule in self.bench.rules()}
            for name in set(templates.names) - named:
                templates.compile(name, Format.LINES)

        def test_every_model_gets_every_file(self) -> None:
            """Each declared model is configured and gets each file, however much its config says."""
            for raw_config in (MINIMAL_RAW_CONFIG, FULL_RAW_CONFIG):
                for device in self.bench.devices():
                    self.assertEqual((), self.bench.check(device, raw_config))
                    for path, rule in self.bench.rules():
                        text = self.bench.text(path, device, raw_config)
                        SHAPES[rule.format](text)

        @settings(
            deadline=None,
            max_examples=25,
            suppress_health_check=[HealthCheck.function_scoped_fixture],
        )
        @given(st.data())
        def test_values_stay_in_their_places(self, data: st.DataObject) -> None:
            """Whatever a value holds, each file keeps its lines, its keys and its elements."""
            device = data.draw(st.sampled_from(self.bench.devices()))
            plain = self._with(device, lambda _leaf: PROBE)
            wild = self._with(device, lambda _leaf: data.draw(any_text))
            if self.bench.check(device, wild):
                return
            for path, rule in self.bench.rules():
                shape = SHAPES[rule.format]
                self.assertEqual(
                    shape(self.bench.text(path, device, plain)),
                    shape(self.bench.text(path, device, wild)),
                )

        def test_another_devices_file_is_refused(self) -> None:
            """A file named after a MAC address is given to that device and to no other."""
            for device in self.bench.devices()[:1]:
                stranger = msgspec.structs.replace(device, mac="00:00:5e:00:53:99")
                bare = MAC.replace(":", "")
                for path, _rule in self.bench.rules():
                    if bare in path.lower():
                        answer = self.bench.ask(path, stranger, FULL_RAW_CONFIG)
                        self.assertNotIsInstance(answer, Content)

        def test_synchronizes_what_it_says(self) -> None:
            """Each model has ways that make sense, and the file with its accounts is one it is given."""
            plugin = self.bench.plugin
            for device in self.bench.devices() if plugin.synchronizes else ():
                view, base = documents(FULL_RAW_CONFIG), server_raw_config({}, URL, 69)
                failures = plugin.failures
                plugin.ways(device, plugin.raw_config(device, view, base))
                name = plugin.accounts_file(device)
                self.assertEqual(failures, plugin.failures, plugin.last_failure)
                if name:
                    self.bench.text(name, device, FULL_RAW_CONFIG)

        def test_is_alone(self) -> None:
            """Loaded twice, there are two: they share no module and no object."""
            other = PluginBench(self.bench.directory)
            self.addCleanup(other.host.unload, other.plugin.id)
            self.assertNotEqual(self.bench.plugin.package, other.plugin.package)
            self.assertIsNot(self.bench.plugin._plugin, other.plugin._plugin)

        def _with(self, device: Device, text: Callable[[Leaf], str]) -> dict[str, Any]:
            """The full raw config with other texts wherever any text will do."""
            raw_config = FULL_RAW_CONFIG
            for leaf in free_leaves(self.bench, device):
                raw_config = with_text(raw_config, leaf, text(leaf))
            return raw_config

    return PluginTests


_free: dict[tuple[int, str | None], tuple[Leaf, ...]] = {}


def free_leaves(bench: PluginBench, device: Device) -> tuple[Leaf, ...]:
    """Where in the full raw config any text will do: the schema and the plugin accept even HOSTILE there."""
    key = (id(bench), device.model)
    if key not in _free:
        _free[key] = tuple(
            leaf
            for leaf in text_leaves(FULL_RAW_CONFIG)
            if not bench.check(device, with_text(FULL_RAW_CONFIG, leaf, HOSTILE))
        )
    return _free[key]


@st.composite
def inquiries(draw: st.DrawFn, clue: Clue) -> Inquiry:
    """Requests that match a clue, and say anything beyond that."""
    start = draw(st.sampled_from(clue.prefixes or ("",)))
    end = draw(st.sampled_from(clue.suffixes or ("",)))
    # Headers hold no control characters: the edge refuses them. File names hold anything.
    rest = likely | (st.text(max_size=60) if clue.field == "filename" else printable)
    said = start + draw(rest) + end
    return Inquiry(
        id="test",
        protocol=clue.protocol,
        path="/" + said if clue.protocol is Protocol.HTTP else said,
        peer="192.0.2.7",
        arrived=0.0,
        headers={"user-agent": said},
        dhcp={
            60: said.encode("utf-8", "replace"),
            55: b"\x01\x42",
            **_over_dhcp(clue.field, start, said.encode("utf-8", "replace")),
        },
    )


def _over_dhcp(field: str, start: str, said: bytes) -> dict[int, bytes]:
    """The options by which a request matches a clue that does not watch the vendor class."""
    kind, _colon, code = field.partition(":")
    if kind == "dhcp":
        return {int(code): said}
    if kind == "user-class":
        return {77: said}
    if kind == "enterprise":
        number = int(start.removesuffix(".")).to_bytes(4, "big")
        return {code: number + bytes([len(said[:200])]) + said[:200] for code in (124, 125)}
    return {}
