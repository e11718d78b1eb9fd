"""A phone that learns who it is: from a one-time URL to a password of its own, which is replaced under it."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from provd.access import ServingSettings
from provd.documents import (
    Device,
    DeviceCredential,
    LevelName,
    ServingPolicy,
    parse_config,
    parse_provisioning_key,
)
from provd.testing.access import keep
from provd.testing.families import installed
from provd.testing.inquiries import ARRIVED, Core, core, http
from provd.testing.phone import SERVER
from provd.testing.showing import url_token
from provd.values import Content, RefusalKind

SOURCE = Path(__file__).resolve().parents[2] / "plugins" / "yealink"
BARE, MAC = "001565005301", "00:15:65:00:53:01"
AGENT = "Yealink SIP-T46S 66.86.0.15 00:15:65:00:53:01"
ONCE = "once-toBeginWith"
BASE = f"http://{SERVER}:8667"


class Yealink:
    """Remembers the server and the password that it was told, as the phone does."""

    def __init__(self, where: Core, first: str) -> None:
        self.where = where
        self.url = first
        self.user = self.password = ""
        self.statuses: list[int] = []
        self.number = 0

    def boot(self) -> None:
        """Its files, in its order; what it was told counts from the next time on."""
        url, told = self.url, ""
        for name in (f"{BARE}.boot", "y000000000066.cfg", f"{BARE}.cfg"):
            told += self._fetch(f"{url}/{name}")
        settings = dict(line.split(" = ", 1) for line in told.splitlines() if " = " in line)
        server = settings.get("static.auto_provision.server.url", "").rstrip("/")
        self.url = server.removeprefix(BASE) if server else self.url
        prefix = "static.auto_provision.server"
        self.user = settings.get(f"{prefix}.username", self.user)
        self.password = settings.get(f"{prefix}.password", self.password)

    def _fetch(self, path: str) -> str:
        """Once, and again with its password where it is asked for one."""
        answer = self._ask(path)
        if getattr(answer, "kind", None) is RefusalKind.UNAUTHENTICATED and self.password:
            pair = b64encode(f"{self.user}:{self.password}".encode()).decode()
            answer = self._ask(path, authorization=f"Basic {pair}")
        kind = getattr(answer, "kind", None)
        self.statuses.append({None: 200, RefusalKind.UNAUTHENTICATED: 401}.get(kind, 404))
        return answer.body.decode() if isinstance(answer, Content) else ""

    def _ask(self, path: str, **headers: str) -> Any:
        self.number += 1
        arrived = self.where.clock.seconds()
        inquiry = http(path, AGENT, number=self.number, arrived=arrived, local=SERVER)
        answer = self.where.inquiries.ask(replace(inquiry, headers={**inquiry.headers, **headers}))
        if hasattr(answer, "addBoth"):
            told: list[Any] = []
            answer.addBoth(told.append)
            return told[0]
        return answer


@pytest.fixture
def where(tmp_path: Path) -> Core:
    """A site that gives secrets to whoever proves who they are, and to nobody else."""
    settings = ServingSettings(url_key="required", challenge="basic")
    registry = installed(SOURCE, tmp_path, base_url=BASE)
    made = core(registry=registry, serving=settings, policies=())
    registry._shared.advertised.key_of = made.inquiries._threshold.key_of
    line = {"username": "1001", "password": "rosebud", "proxy_ip": "192.0.2.1"}
    config = {"id": "own", "parent_ids": [], "raw_config": {"sip_lines": {"1": line}}}
    keep(
        made.store,
        configs=[parse_config(config)],
        devices=[
            Device(id="phone", mac=MAC, tenant="a", config="own", plugin=next(iter(registry.ids())))
        ],
        keys=[parse_provisioning_key({"id": "k", "tenant": "a", "secret": "keyOfTenantA"})],
        credentials=[DeviceCredential(id="phone", username="d-user", password="passwordOne")],
        **{
            "serving-policies": [ServingPolicy(id="strict", level=LevelName.CREDENTIAL)],
            "url-tokens": [url_token("u", "phone", ONCE, "a")],
        },
    )
    return made


def test_from_nothing_to_a_password_that_is_replaced(where: Core) -> None:
    """One URL, once; from then on its tenant's key and its own password, old or new."""
    phone = Yealink(where, f"/{ONCE}")
    phone.boot()
    assert phone.statuses == [200, 200, 200]
    assert (phone.url, phone.user, phone.password) == ("/keyOfTenantA", "d-user", "passwordOne")
    assert where.store.get("url-tokens", "u").uses == 0
    phone.boot()
    assert phone.statuses[3:] == [200, 200, 200]

    credential = where.store.get("credentials", "phone")
    rotated = replace(
        credential,
        password="passwordTwo",
        previous_password="passwordOne",
        previous_until=ARRIVED + 1000,
    )
    keep(where.store, credentials=[rotated])
    phone.boot()
    assert phone.password == "passwordTwo"
    phone.boot()
    assert phone.statuses[6:] == [200] * 6
    assert where.store.get("credentials", "phone").previous_password is None


def test_whoever_finds_the_url_afterwards(where: Core) -> None:
    """Is told nothing by it; nor by the key alone, which phones have in common."""
    Yealink(where, f"/{ONCE}").boot()
    thief = Yealink(where, f"/{ONCE}")
    thief.boot()
    assert thief.statuses == [401, 401, 401]
    thief.url = "/keyOfTenantA"
    thief.boot()
    assert thief.password == ""
    assert thief.statuses[-1] == 401


def test_a_phone_that_was_away_too_long(where: Core) -> None:
    """Its password is over: it is asked, cannot answer, and needs another one-time URL."""
    phone = Yealink(where, f"/{ONCE}")
    phone.boot()
    credential = where.store.get("credentials", "phone")
    keep(where.store, credentials=[replace(credential, password="passwordTwo")])
    phone.boot()
    assert phone.statuses[-1] == 401
    keep(where.store, **{"url-tokens": [url_token("v", "phone", f"{ONCE}Again", "a")]})
    phone.url = f"/{ONCE}Again"
    phone.boot()
    assert phone.password == "passwordTwo"
