"""Secrets that are planted, a full run, and a search of every output for them."""

from __future__ import annotations

import contextlib
import json
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from provd.client import Api
from provd.client.events import EventStream
from provd.documents import well_known_configs
from provd.documents.raw_config.schema import SECRETS
from provd.testing.daemon import PATIENCE, Daemon
from provd.testing.serving import OPEN_GIVEN

pytestmark = pytest.mark.system

CANARY = "canary31337"
PASSWORD = f"{CANARY} of a person"
AASTRA = "Aastra6730i MAC:00-08-5D-00-00-02 V:3.2.0.1011-SIP"
SEP = "SEP0002FDFF2103.cnf.xml"

PEM = "-----BEGIN {0}-----\n{1}\n-----END {0}-----\n"

MARKED = {"code": 12, "value": CANARY, "secret": True}
SHOWING = [
    {"code": 66, "value": f"https://phone:{CANARY}@192.0.2.1/"},
    {"code": 175, "value": f'{{190: "phone"; 191: "{CANARY}"}}'},
]
DHCP: dict[str, Any] = {
    "subnets": {"id": "lan", "network": "192.0.2.0/24", "mode": "reserved", "options": SHOWING},
    "reservations": {
        "id": "phone",
        "address": "192.0.2.9",
        "token": "00:00:5e:00:53:09",
        "options": [MARKED],
        "boot_file": f"http://boot:{CANARY}@192.0.2.1/x",
    },
    "boot-rules": {"id": "own", "file": "x", "when": {"model": "none"}, "options": [MARKED]},
}
"""Secrets in options, marked or for everybody to see that they are some, and in what is booted."""
BOOTING: dict[str, Any] = {
    "protocol": "dhcp",
    "mac": "00:00:5e:00:53:09",
    "local": "192.0.2.1",
    "options": {"55": {"hex": "010c4243af"}, "60": "PXEClient", "93": {"hex": "0007"}},
}
PHONING = BOOTING | {"options": {"55": {"hex": "010c4243af"}}}


class Run:
    """A server that requires proof and logs all it can, and everything that it ever said."""

    def __init__(self, home: Path) -> None:
        settings: Any = {
            "access": {"required": True},
            "log": {"level": "debug"},
            "limits": {"burst": 1000},
        }
        self.server = Daemon(home, settings)
        self.server.start()
        self.said: dict[str, str] = {}
        self.tokens: dict[str, str] = {}
        self.streams: dict[str, EventStream] = {}

    def ask(
        self, who: str, method: str, path: str, body: Any = None, **headers: str
    ) -> tuple[int, str]:
        """One call; what it said is remembered."""
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(  # loopback
            f"http://127.0.0.1:{self.server.ports[2]}{path}", data, method=method
        )
        request.add_header("Authorization", f"Bearer {self.tokens[who]}")
        if who == "admin":
            request.add_header("X-Log-Level", "debug")
        if data is not None:
            request.add_header("Content-Type", "application/json")
        for name, value in headers.items():
            request.add_header(name.replace("_", "-"), value)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                status, text = answer.status, answer.read().decode()
        except urllib.error.HTTPError as refused:
            status, text = refused.code, refused.read().decode()
        self.said[f"{who} {method} {path} {len(self.said)}"] = text
        return status, text

    def listen(self) -> None:
        """Have everybody told whatever happens from now on."""
        for who, token in self.tokens.items():
            api = Api(f"http://127.0.0.1:{self.server.ports[2]}", token=token)
            self.streams[who] = api.events()
            self.streams[who].subscribe()

    def hear(self) -> None:
        """Everything that they were told, to the last change; it is remembered."""
        last = json.loads(self.ask("admin", "POST", "/api/v1/devices", {"id": "last"})[1])
        for who, stream in self.streams.items():
            for message in stream:
                self.said[f"{who} is told {len(self.said)}"] = json.dumps(message)
                if message.get("key") == last["id"]:
                    break
            stream.close()

    def whole_log(self) -> str:
        """The log to the last line: lines are written in batches, so one is waited for."""
        self.ask("admin", "GET", "/api/v1/info", X_Log_Token="the-last-line")
        end = time.monotonic() + PATIENCE
        while "the-last-line" not in self.server.log:
            assert time.monotonic() < end, self.server.log
            time.sleep(0.02)
        return self.server.log

    def plant(self) -> None:
        """Users, and secrets wherever one may stand."""
        end = time.monotonic() + PATIENCE
        while not (found := re.search(r"^ +(provd-once-\S+)$", self.server.log, re.MULTILINE)):
            assert time.monotonic() < end, self.server.log
            time.sleep(0.02)
        with contextlib.closing(self.server.api()) as api:
            self.tokens["admin"] = api.log_in_with(found[1])["token"]
        with contextlib.closing(Api(api.url, token=self.tokens["admin"])) as api:
            for who, role in (("op", "operator"), ("eye", "viewer")):
                api.users.create({"id": who, "roles": [role]})
                api.users.set_password(who, PASSWORD)
                self.tokens[who] = api.log_in(who, PASSWORD)["token"]
            api.serving_policies.create(OPEN_GIVEN)
            for config in well_known_configs("192.0.2.1", sip_password=CANARY):
                raw = json.loads(bytes(config.raw_config))
                raw |= {name: CANARY for name in SECRETS if name != "password"}
                raw |= {"X_api_token": CANARY, "X_wifi": {"psk": CANARY}}
                raw |= {
                    "sip_local_certificate": PEM.format("CERTIFICATE", "MIIB"),
                    "sip_local_key": PEM.format("PRIVATE KEY", CANARY),
                }
                purpose = {"role": config.role} if config.role else {}
                api.configs.create(
                    {"id": config.id, "parent_ids": list(config.parent_ids), "raw_config": raw}
                    | purpose
                )
            for noun, planted in DHCP.items():
                getattr(api, noun.replace("-", "_")).create(planted)
            api.keys.create({"id": "base", "secret": CANARY})


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """One full run."""
    made = Run(tmp_path_factory.mktemp("canary") / "server")
    try:
        made.plant()
        made.listen()
        yield made
    finally:
        made.server.close()


def devices_ask(run: Run) -> str:
    """Phones ask for all that is theirs; what they got."""
    got = [
        run.server.get(path, AASTRA, "127.0.0.3").body
        for path in ("/6730i.st", "/aastra.cfg", "/00085D000002.cfg", "/nothing.cfg")
    ]
    got.append(run.server.fetch(SEP, "127.0.0.4"))
    run.server.get("/aastra.cfg", "curl/8", "127.0.0.5")
    return b"".join(got).decode("utf-8", "replace")


def people_ask_of_dhcp(run: Run, who: str) -> None:
    """What a client would be answered, and whatever may be tried with documents of DHCP."""
    for asks, hidden in (
        (BOOTING, ("file", "option 12 ", "option 175 ")),
        (PHONING, ("option 66 ", "option 175 ")),
    ):
        told = json.loads(run.ask(who, "POST", "/api/v1/whatif", asks)[1])
        for each in hidden:
            assert f"\n# {each}" in told["answer"]["packet"]
    for noun, document in DHCP.items():
        path = f"/api/v1/{noun}/{document['id']}"
        run.ask(who, "PATCH", f"{path}?dryrun", {"description": who})
        run.ask(who, "PATCH", path, {"description": who})
        run.ask(who, "GET", f"/api/v1/{noun}?options.value={CANARY}")
        run.said.popitem()  # it tells back what was asked
        stolen = [{"op": "copy", "from": "/options/0/value", "path": "/description"}]
        patch = "application/json-patch+json"
        assert run.ask(who, "PATCH", f"{path}?dryrun", stolen, Content_Type=patch)[0] >= 400


def people_ask(run: Run, who: str) -> None:
    """Everything that can be listed, shown and said wrong."""
    index = json.loads(run.ask(who, "GET", "/api/v1")[1])
    for each in index["routes"]:
        if each["method"] != "GET" or each["action"] == "reveal":
            continue
        run.ask(who, "GET", re.sub(r"{[^}]+}", "base", each["path"]))
    for kind in ("application/yaml", "text/csv"):
        for noun in ("devices", "configs"):
            run.ask(who, "GET", f"/api/v1/{noun}", Accept=kind)
    found = json.loads(run.ask(who, "GET", "/api/v1/devices")[1])
    for device in found["items"]:
        run.ask(who, "GET", f"/api/v1/decisions?device={device['id']}")
        run.ask(who, "GET", f"/api/v1/configs/{device.get('config', 'base')}/raw")
    what = {"protocol": "http", "path": "/aastra.cfg", "headers": {"User-Agent": AASTRA}}
    run.ask(who, "POST", "/api/v1/whatif", what)
    wrong = {"parent_ids": [], "raw_config": {"admin_password": [CANARY], "vlan_id": "x"}}
    run.ask(who, "PUT", "/api/v1/configs/base", wrong)
    run.ask(who, "PATCH", "/api/v1/configs/base?dryrun", {"raw_config": {"X_note": "n"}})
    run.ask(who, "PATCH", "/api/v1/configs/base", {"raw_config": {"X_note": who}})
    for q in (f'{{"raw_config.admin_password":"{CANARY}"}}', '{"X_api_token":{"$gt":"a"}}'):
        asked = run.ask(who, "GET", f"/api/v1/configs?q={urllib.parse.quote(q)}")[1]
        # The question itself may be told back to whoever asked it.
        assert json.loads(asked)["status"] == 400
    run.ask(who, "PATCH", "/api/v1/keys/base", {"description": who})
    asked = run.ask(who, "GET", f"/api/v1/keys?q={urllib.parse.quote(json.dumps({'secret': 'x'}))}")
    assert asked[0] == 400
    operation = {"op": "patch", "id": "base", "patch": {"raw_config": {"X_note": "m"}}}
    run.ask(who, "POST", "/api/v1/configs/:bulk", {"operations": [operation]})


def test_no_secret_gets_out(run: Run) -> None:
    """Devices are given theirs; nobody else is, in no answer, no error, no line of the log, no process."""
    assert CANARY in devices_ask(run)
    for who in ("eye", "op", "admin"):
        people_ask(run, who)
        people_ask_of_dhcp(run, who)
    run.hear()
    heard = [text for what, text in run.said.items() if " is told " in what]
    assert [text for text in heard if '"kind": "configs"' in text and "(not shown)" in text]
    assert [text for text in heard if '"kind": "audit"' in text]
    told = [what for what, text in run.said.items() if CANARY in text]
    assert not told
    assert len(run.said) > 100
    log = run.whole_log()
    assert CANARY not in log
    for room in ("api", "application", "pipeline", "plugins", "plugins.render", "store"):
        assert f" debug provd.{room} " in log, "nothing was told in detail there"
    for token in run.tokens.values():
        assert token not in log
        assert not [what for what, text in run.said.items() if token in text]
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            assert CANARY.encode() not in process.read_bytes()


def test_a_superuser_is_told_by_one_route(run: Run) -> None:
    """So the secrets were there to be found."""
    status, text = run.ask("admin", "GET", "/api/v1/configs/base/clear")
    run.said.popitem()
    assert status == 200
    assert CANARY in text
    assert run.ask("op", "GET", "/api/v1/configs/base/clear")[0] == 403
    lines = json.loads(run.ask("admin", "GET", "/api/v1/audit?action=reveal")[1])["items"]
    assert [each["document_id"] for each in lines] == ["base"]


def test_no_password_of_a_person_is_kept(run: Run) -> None:
    """Only what cannot be turned back."""
    for path in run.server.data.rglob("*"):
        if path.is_file():
            assert PASSWORD.encode() not in path.read_bytes(), path
