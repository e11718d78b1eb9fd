"""A synthetic site: plugins with regex extractors, devices with their own configs and three levels of parents.

Written straight into a data directory, so that a bench starts with what a site has after years.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from pathlib import Path

import msgspec
from attrs import frozen
from msgspec import Raw

from provd.documents import (
    CONFIGS,
    DEVICES,
    OPERATIONS,
    SERVING_POLICIES,
    STATUSES,
    Config,
    Device,
    Document,
    LevelName,
    PolicyScope,
    ServingBudget,
    ServingPolicy,
    parse_config,
)
from provd.store._database import Database
from provd.values import Change

KINDS = {kind.name: kind for kind in (DEVICES, CONFIGS, STATUSES, OPERATIONS, SERVING_POLICIES)}
MODELS = 10
REGIONS, SITES = 10, 200
OPTIONS = [f"{noun}_{number}" for noun in ("ring", "hold", "park", "dial") for number in range(10)]
_CHUNK = 10_000

ENTRY = '''
"""Phones of vendor {number:03d}, as many plugins have them: one regular expression, one tree."""

import re

from provd.sdk import Clue, Format, IAssociate, IConfigure, IIdentify, IPlugin, IServe, Protocol
from provd.sdk import Rendered, Tree
from zope.interface import implementer

AGENT = re.compile(
    r"Vendor{number:03d} (?P<model>[A-Z][0-9]{{2}}) (?P<version>[0-9]+(?:\\.[0-9]+)+)"
    r" (?P<mac>[0-9a-f]{{2}}(?::[0-9a-f]{{2}}){{5}})"
)


def by_user_agent(asked):
    found = AGENT.fullmatch(asked.header("user-agent"))
    if found is None:
        return None
    return {{"vendor": "Vendor{number:03d}", **found.groupdict()}}


NAME = re.compile(r"v{number:03d}-(?P<mac>[0-9a-f]{{12}})\\.cfg")


def by_name(asked):
    found = NAME.fullmatch(asked.filename)
    if found is None:
        return None
    digits = found["mac"]
    return {{"vendor": "Vendor{number:03d}", "mac": ":".join(digits[at : at + 2] for at in range(0, 12, 2))}}


TREE = Tree(
    Rendered("{{mac}}.cfg", "phone.tpl", Format.LINES),
    Rendered("v{number:03d}-{{mac}}.cfg", "phone.tpl", Format.LINES),
)


@implementer(IPlugin, IIdentify, IAssociate, IConfigure, IServe)
class Phones:
    clues = (
        Clue.user_agent(by_user_agent, "Vendor{number:03d} "),
        Clue.filename(Protocol.TFTP, by_name, prefixes=("v{number:03d}-",)),
    )
    by_address = frozenset()

    def associate(self, info):
        return 600 if info.get("vendor") == "Vendor{number:03d}" else 0

    def configure(self, device, raw_config):
        pass

    def serve(self, path, view):
        return TREE.serve(path, view)


PLUGIN = Phones()
'''

TEMPLATE = """\
# {{ XX_vendor|default('phone') }}
{% for number, line in sip_lines|dictsort %}
sip line{{ number }} user name: {{ line.username }}
sip line{{ number }} auth name: {{ line.auth_username }}
sip line{{ number }} password: {{ line.password }}
sip line{{ number }} display name: {{ line.display_name }}
sip line{{ number }} proxy ip: {{ line.proxy_ip }}
{% endfor %}
time server: {{ ntp_ip }}
time zone name: {{ timezone }}
locale: {{ locale }}
{% for number, key in funckeys|dictsort %}
softkey {{ number }} type: {{ key.type }}
softkey {{ number }} value: {{ key.value }}
softkey {{ number }} label: {{ key.label }}
{% endfor %}
""" + "".join(f"feature {name} of this phone: {{{{ X_options.{name} }}}}\n" for name in OPTIONS)
"""As dense as real files are: about 33 bytes to a line, a value in nearly each."""


@frozen
class Phone:
    """One device of a site, as it presents itself."""

    number: int
    plugin: int

    @property
    def mac(self) -> str:
        """Its address, spelled as documents spell it."""
        low = self.number
        return f"00:08:5d:{low >> 16 & 255:02x}:{low >> 8 & 255:02x}:{low & 255:02x}"

    @property
    def ip(self) -> str:
        """An address of its own."""
        return f"10.{self.number >> 16 & 255}.{self.number >> 8 & 255}.{self.number & 255}"

    @property
    def path(self) -> str:
        """The file it asks for."""
        return f"/{self.mac.replace(':', '')}.cfg"

    @property
    def filename(self) -> str:
        """The same file as it asks for it over TFTP."""
        return f"v{self.plugin:03d}-{self.mac.replace(':', '')}.cfg"

    @property
    def user_agent(self) -> str:
        """How it presents itself over HTTP."""
        return f"Vendor{self.plugin:03d} X{self.number % MODELS:02d} 1.2.3 {self.mac}"

    def device(self, n: int) -> Device:
        """Its document at revision `n`."""
        return Device(
            id=f"d{self.number}",
            revision=n,
            mac=self.mac,
            ip=self.ip,
            vendor=f"Vendor{self.plugin:03d}",
            model=f"X{self.number % MODELS:02d}",
            version="1.2.3",
            plugin=f"vendor-{self.plugin:03d}",
            config=f"c{self.number}",
        )

    def config(self, n: int) -> Config:
        """Its own config: one line, below a site, a region and the base."""
        line = {
            "username": f"user{self.number}",
            "auth_username": f"user{self.number}",
            "password": f"secret-{self.number:08d}",
            "display_name": f"Phone {self.number}",
            "number": f"{self.number}",
        }
        raw = {"sip_lines": {"1": line}}
        site = f"site-{self.number % SITES}"
        return Config(
            id=f"c{self.number}", revision=n, parent_ids=(site,), raw_config=Raw(msgspec.json.encode(raw))
        )  # fmt: skip


def parents() -> Iterator[Config]:
    """The base, its regions, their sites, and the template of configs for unknown phones."""
    keys = {
        str(number): {
            "type": "speeddial",
            "value": f"+33 1 23 45 {number:04d}",
            "label": f"Team {number}",
        }
        for number in range(1, 27)
    }
    base = {
        "ntp_enabled": True,
        "ntp_ip": "192.0.2.123",
        "locale": "fr_FR",
        "funckeys": keys,
        "X_options": dict.fromkeys(OPTIONS, "enabled"),
    }
    line = {
        "proxy_ip": "192.0.2.5",
        "username": "nobody",
        "password": "none",
        "display_name": "Autoprov",
    }
    yield parse_config({"id": "base", "parent_ids": [], "raw_config": base})
    for region in range(REGIONS):
        raw: dict[str, object] = {
            "timezone": "Europe/Paris",
            "sip_lines": {"1": {"proxy_ip": f"192.0.2.{region + 5}"}},
        }
        yield Config(
            id=f"region-{region}", parent_ids=("base",), raw_config=Raw(msgspec.json.encode(raw))
        )
    for site in range(SITES):
        raw = {"ntp_ip": f"192.0.2.{site % 250}"}
        region = f"region-{site % REGIONS}"
        yield Config(
            id=f"site-{site}", parent_ids=(region,), raw_config=Raw(msgspec.json.encode(raw))
        )
    autoprov = {"timezone": "Europe/Paris", "sip_lines": {"1": {**line, "auth_username": "nobody"}}}
    yield parse_config(
        {"id": "autoprov", "parent_ids": ["base"], "role": "autocreate", "raw_config": autoprov}
    )


POLICY = ServingPolicy(
    id="phones",
    when=PolicyScope(networks=("10.0.0.0/8", "127.0.0.0/8")),
    level=LevelName.CLAIMED,
    budget=ServingBudget(times=1_000_000, seconds=3600),
    description="every file tells a password, and is judged: these phones prove nothing",
)


def phones(devices: int, plugins: int) -> list[Phone]:
    """Every phone of a site, vendors taking turns."""
    return [Phone(number, number % plugins) for number in range(devices)]


def write_plugins(directory: Path, plugins: int) -> None:
    """Plugin directories `vendor-000` and up."""
    for number in range(plugins):
        plugin = directory / "plugins" / f"vendor-{number:03d}"
        (plugin / "templates").mkdir(parents=True)
        (plugin / "entry.py").write_text(textwrap.dedent(ENTRY).format(number=number))
        (plugin / "templates" / "phone.tpl").write_text(TEMPLATE)
        info = {
            "version": "1.0",
            "description": f"Phones of vendor {number}",
            "capabilities": {f"Vendor{number:03d}, *, 1.2.3": {"sip.lines": 1}},
        }
        (plugin / "plugin-info").write_bytes(msgspec.json.encode(info))


def write_store(directory: Path, devices: int, plugins: int) -> None:
    """The database, with one row per document, as a server that ran before would have left it."""
    database = Database(directory / "provd.db", KINDS)
    database.open()
    n = 0
    rows: dict[tuple[str, str], Change] = {}

    def add(collection: str, document: Document) -> None:
        nonlocal n
        n += 1
        placed = msgspec.structs.replace(document, revision=n)
        rows[collection, document.id] = Change(n, collection, document.id, None, placed, "bench")
        if len(rows) >= _CHUNK:
            database.keep(rows)
            rows.clear()

    add(SERVING_POLICIES.name, POLICY)
    for config in parents():
        add("configs", config)
    for phone in phones(devices, plugins):
        add("configs", phone.config(0))
        add("devices", phone.device(0))
    database.keep(rows)
    database.note(owner="bench", epoch="1", position=str(n), clean="1")
    database.close()


def write_site(directory: Path, devices: int, plugins: int) -> None:
    """A whole data directory."""
    directory.mkdir(parents=True, exist_ok=True)
    write_plugins(directory, plugins)
    write_store(directory, devices, plugins)
