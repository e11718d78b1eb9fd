"""Commands that rehearse, apply, change many and act, against an API in memory."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen
from click.testing import CliRunner, Result

from provd.cli import main
from provd.client.wire import Transport
from provd.testing.api import Answer, Bench, bench
from provd.testing.plugins import acme
from provd.values import Action

MAC = "00:00:5e:00:53:01"
Run = Callable[..., Result]


@frozen
class Heard:
    """An answer, as the client reads one."""

    answer: Answer

    @property
    def status(self) -> int:
        """Of HTTP."""
        return self.answer.status

    def getheader(self, name: str) -> str | None:
        """One of its headers."""
        return self.answer.headers.get(name.lower())


@pytest.fixture
def api() -> Bench:
    """A server whose plugin can do something with its devices."""
    return bench(
        acme(
            actions={"restart": Action(about="Restart it.", required=("when",), optional=("how",))}
        )
    )


@pytest.fixture
def provd(api: Bench, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Runs a command; the last argument is what is in the file `it`, which its words may name."""

    def exchange(
        _self: Transport, method: str, target: str, payload: bytes | None, headers: dict[str, str]
    ) -> tuple[Heard, bytes]:
        body = json.loads(payload) if payload else None
        given = {name.lower().replace("-", "_"): text for name, text in headers.items()}
        answer = api.ask(method, target, body, **given)
        return Heard(answer), answer.body

    monkeypatch.setattr(Transport, "_exchange", exchange)
    monkeypatch.chdir(tmp_path)

    def run(*words: str, it: str = "", code: int = 0) -> Result:
        Path("it").write_text(it, encoding="utf-8")
        result = CliRunner().invoke(main, list(words))
        assert result.exit_code == code, result.output
        return result

    return run


def told(run: Run, *words: str, **given: Any) -> Any:
    """What a command prints for programs."""
    return json.loads(run(*words, "--json", **given).stdout)


def test_rehearsed(api: Bench, provd: Run) -> None:
    """Every command that changes a collection tells what it would do, and does not."""
    provd("devices", "add", "id=a", "sn=1")
    before = api.core.store.feed.applied()
    added = provd("devices", "add", "id=b", "--dryrun")
    assert "would create devices/b" in added.stdout
    changed = provd("devices", "set", "a", "sn=2", "--dryrun")
    assert "would update devices/a\n  sn: 1 → 2\n" in changed.stdout
    assert "would delete devices/a" in provd("devices", "remove", "a", "--dryrun").stdout
    applied = provd("devices", "apply", "it", "--dryrun", it='{"id": "a", "sn": "3"}{"id": "c"}')
    assert "sn: 1 → 3" in applied.stdout
    assert "would create devices/c" in applied.stdout
    bulk = '{"op": "delete", "id": "a"}\n{"op": "delete", "id": "z"}'
    each = provd("devices", "bulk", "it", "--each", "--dryrun", it=bulk, code=1)
    assert "would delete devices/a" in each.stdout
    assert "1 would be made, 1 would be refused" in each.stdout
    assert told(provd, "devices", "set", "a", "sn=1", "--dryrun")["dryrun"] is True
    assert api.core.store.feed.applied() == before


YAML = """
id: a
sn: "7"
---
- id: b
  mac: 00:00:5e:00:53:01
- id: c
"""


@pytest.mark.parametrize(
    "text",
    [
        YAML,
        f'[{{"id": "a", "sn": "7"}}, {{"id": "b", "mac": "{MAC}"}}, {{"id": "c"}}]',
        f'{{"id": "a", "sn": "7"}}\n{{"id": "b", "mac": "{MAC}"}}\n{{"id": "c"}}\n',
    ],
    ids=["yaml", "a list", "lines"],
)
def test_applied(provd: Run, text: str) -> None:
    """However a file has them: what is there is changed, and the rest is added; twice is once."""
    provd("devices", "add", "id=a", "vendor=Acme")
    for _time in range(2):
        assert told(provd, "devices", "apply", "it", it=text)["made"] == 3
        shown = told(provd, "devices", "show", "a")
        assert (shown["sn"], shown["vendor"]) == ("7", "Acme")
        assert told(provd, "devices", "show", "b")["mac"] == MAC
    provd("devices", "apply", "it", "--replace", it='{"id": "a", "sn": "8"}')
    assert "vendor" not in told(provd, "devices", "show", "a")


def test_a_document_that_is_named_twice(provd: Run) -> None:
    """Is made, and changed then."""
    provd("devices", "apply", "it", it='{"id": "a", "sn": "1"} {"id": "a", "X_b": 2}')
    shown = told(provd, "devices", "show", "a")
    assert (shown["sn"], shown["X_b"]) == ("1", 2)


def test_together_or_each(provd: Run) -> None:
    """Without `--each` nothing is made where one cannot be; with it, the others are, and exit code 1 tells."""
    mixed = '[{"id": "a"}, {"id": "b", "mac": "x"}]'
    refused = provd("devices", "apply", "it", it=mixed, code=1)
    assert "mac" in refused.stderr
    provd("devices", "show", "a", code=1)
    each = provd("devices", "apply", "it", "--each", it=mixed, code=1)
    assert "1 made, 1 refused" in each.stdout
    assert "operation 1" in each.stderr
    assert "mac:" in each.stderr
    provd("devices", "show", "a")


def test_more_than_one_call_takes(api: Bench, provd: Run) -> None:
    """Each for itself, many are sent in parts, and told as one."""
    many = "".join(json.dumps({"id": f"d{at}", "X_a": "x" * 4000}) for at in range(300))
    found = told(provd, "devices", "apply", "it", "--each", "--once", "k", it=many)
    assert (found["made"], len(found["results"])) == (300, 300)
    assert api.ask("GET", "/api/v1/devices?limit=1").json["total"] == 300


def test_once(api: Bench, provd: Run) -> None:
    """The same operations with the same key are made once."""
    for _time in range(2):
        create = '{"op": "create", "document": {"sn": "1"}}'
        provd("devices", "bulk", "it", "--once", "k", it=create)
    assert api.ask("GET", "/api/v1/devices").json["total"] == 1


@pytest.mark.parametrize("text", ["7", "[1]", "{", "id: no", "a: &x 1", '{"id": "a"} x'])
def test_files_that_are_none(provd: Run, text: str) -> None:
    """A wrong command line, before anybody is asked."""
    assert "it: " in provd("devices", "apply", "it", it=text, code=2).stderr


def test_every_collection(provd: Run) -> None:
    """Has them all."""
    for name, document in (
        ("configs", '{"id": "x", "parent_ids": [], "raw_config": {}}'),
        ("users", '{"id": "x", "roles": []}'),
        ("roles", '{"id": "x", "claims": []}'),
    ):
        assert told(provd, name, "apply", "it", it=document)["made"] == 1
        assert told(provd, name, "bulk", "it", it='{"op": "delete", "id": "x"}')["made"] == 1


def test_actions(provd: Run) -> None:
    """Listed with what they take, and done."""
    provd("devices", "add", "id=a", "plugin=acme-1.0", "config=autoprov")
    listed = provd("devices", "actions", "a").stdout
    assert "when [how]" in listed
    assert "revalidate" in listed
    done = told(provd, "devices", "run", "a", "restart", "when=now")
    assert done["command"] == "restart"
    assert provd("devices", "run", "a", "revalidate").stdout
    refused = provd("devices", "run", "a", "restart", code=1)
    assert "when" in refused.stderr
    provd("devices", "run", "a", "nothing", code=1)


def test_actions_everywhere(provd: Run) -> None:
    """With configs, plugins, operations and the server itself as with devices."""
    assert "revalidate" in provd("configs", "actions", "autoprov").stdout
    assert told(provd, "configs", "run", "autoprov", "revalidate")["command"] == "revalidate"
    assert "reload" in provd("plugins", "actions", "acme-1.0").stdout
    assert "drain" in provd("system", "actions").stdout
    provd("system", "run", "drain")
    listed = provd("system", "actions").stdout
    assert ("fill" in listed, "drain" in listed) == (True, False)
    running = told(provd, "operations", "list")["items"]
    for each in running:
        assert told(provd, "operations", "actions", each["id"])["total"] in {0, 1}
    provd("operations", "run", "nothing", "cancel", code=1)


def test_other_changes_rehearsed(api: Bench, provd: Run) -> None:
    """Rights and preferences, too."""
    provd("devices", "add", "id=a")
    provd("users", "add", "id=ann", "roles:=[]")
    before = api.core.store.feed.applied()
    granted = provd("rights", "grant", "ann", "a", "--action", "read", "--dryrun")
    assert "would create rights/" in granted.stdout
    assert "preferences" in provd("preferences", "set", "unknown_devices=refuse", "--dryrun").stdout
    assert api.core.store.feed.applied() == before
