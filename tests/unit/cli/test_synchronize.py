"""`provd devices synchronize`, against an API in memory whose clock goes on while the command looks."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result

from provd.cli import main
from provd.client.wire import Transport
from provd.testing.api import Answer
from provd.testing.synchronizing_site import Site
from provd.values import NotTold

Run = Callable[..., Result]


class Heard:
    """An answer, as the client reads one."""

    def __init__(self, answer: Answer) -> None:
        self.status = answer.status
        self._headers = answer.headers

    def getheader(self, name: str) -> str | None:
        """One of its headers."""
        return self._headers.get(name.lower())


@pytest.fixture
def site() -> Site:
    """A server with three phones that understand a NOTIFY."""
    return Site(3)


@pytest.fixture
def provd(site: Site, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command; while it waits, time passes and every phone asks for its file."""

    def exchange(
        _self: Transport, method: str, target: str, payload: bytes | None, headers: dict[str, str]
    ) -> tuple[Heard, bytes]:
        body = json.loads(payload) if payload else None
        given = {name.lower().replace("-", "_"): text for name, text in headers.items()}
        answer = site.made.ask(method, target, body, **given)
        return Heard(answer), answer.body

    def sleep(_seconds: float) -> None:
        site.run(1)
        for errand in site.sip.told:
            site.comes_back(int(errand.device_id[-4:]))
        site.run(2)

    monkeypatch.setattr(Transport, "_exchange", exchange)
    monkeypatch.setattr("provd.cli._progress.time.sleep", sleep)
    return lambda *words: CliRunner().invoke(main, ["devices", "synchronize", *words])


def test_by_name(site: Site, provd: Run) -> None:
    """One is told of in full."""
    done = provd("phone-0001")
    assert done.exit_code == 0, done.output
    assert "1 devices, 1 sent, 1 answered, 1 came back, 0 failed" in done.output
    assert "/phone.cfg" in done.output
    assert [errand.device_id for errand in site.sip.told] == ["phone-0001"]


def test_by_filter(site: Site, provd: Run) -> None:
    """As a list is chosen; of many, those that did not come back are told of."""
    site.sip.answers = lambda errand: (
        NotTold("403 Forbidden") if errand.device_id == "phone-0002" else "200 OK"
    )
    done = provd("vendor=Acme")
    assert done.exit_code == 1
    assert "3 devices" in done.output
    assert "403 Forbidden" in done.output
    assert "phone-0001" not in done.output


def test_for_programs(provd: Run) -> None:
    """The operation, and nothing else."""
    told = json.loads(provd("--all", "--json").stdout)
    assert (told["state"], told["result"]["done"]) == ("success", 3)


def test_not_waiting(site: Site, provd: Run) -> None:
    """The id of the operation, and what was asked for is passed on."""
    done = provd("phone-0001", "--no-wait", "--window", "23:00-01:00", "--reboot", "--by", "http")
    operation = done.stdout.strip()
    assert site.operation(operation)["kind"] == "synchronize"
    shown = site.shown()
    assert (shown["window"], shown["stage"]) == ("23:00-01:00", "waiting")


def test_none_comes_back(site: Site, provd: Run) -> None:
    """The reason is told, and the exit code says that it failed."""
    site.sip.answers = lambda _errand: NotTold("403 Forbidden")
    done = provd("phone-0001")
    assert done.exit_code == 1
    assert "403 Forbidden" in done.output


@pytest.mark.parametrize(
    "words", [(), ("--all", "phone-0001"), ("phone-0001", "-q", "{}"), ("phone-0001", "id=x")]
)
def test_nobody_said_which(provd: Run, words: tuple[str, ...]) -> None:
    """Nothing is done to every device by an oversight."""
    assert provd(*words).exit_code == 2
