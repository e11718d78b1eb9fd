"""What follows settings while it runs: new bounds hold at once, and what is under way is left alone."""

from __future__ import annotations

import io
from typing import Any

import pytest
from twisted.internet.task import Clock
from twisted.logger import LogLevel

from provd.application.decisions import Decisions
from provd.daemon.log import log_to
from provd.daemon.settings import LogSettings
from provd.documents import Lineage
from provd.pipeline import CreationLimits, CreationSettings
from provd.plugins import Advertised, RenderCache
from provd.plugins._cache import PER_CONFIG, PER_ENTRY
from provd.servers.http import HTTPSettings
from provd.servers.tftp import TFTPSettings
from provd.servers.tftp.content import SharedFiles
from provd.testing.api import bench
from provd.testing.http import edge
from provd.testing.tftp import read_request
from provd.testing.tftp_network import TFTPRig
from provd.values import Content, Decision, Inquiry, Protocol

BODY = bytes(2000)


def test_limits_of_creation() -> None:
    """What a source has used up stays used up, under the new bounds."""
    limits = CreationLimits(CreationSettings(burst=2))
    limits.consume("192.0.2.7", 0.0)
    limits.consume("192.0.2.7", 0.0)
    assert limits.peek("192.0.2.7", 0.0)
    limits.adopt(CreationSettings(burst=2, nat_networks=("192.0.2.0/24",), nat_burst=5))
    assert limits.is_shared("192.0.2.7")
    limits.adopt(CreationSettings(burst=2, total=0))
    assert "limits.total" in limits.peek("198.51.100.1", 0.0)


def test_decisions() -> None:
    """Fewer keeps the newest, more forgets none."""
    decisions = Decisions(3)
    inquiries = [
        Inquiry(id=str(n), protocol=Protocol.HTTP, path="/", peer="", arrived=0.0) for n in range(5)
    ]
    for inquiry in inquiries[:3]:
        decisions.add(Decision(inquiry))
    decisions.keep(2)
    assert [each.inquiry.id for each in decisions.latest(9)] == ["2", "1"]
    decisions.keep(3)
    for inquiry in inquiries[3:]:
        decisions.add(Decision(inquiry))
    assert [each.inquiry.id for each in decisions.latest(9)] == ["4", "3", "2"]


def test_rendered_files() -> None:
    """A smaller cache drops those that were not used for longest."""
    one = PER_ENTRY + 100 + 2 + PER_CONFIG
    cache = RenderCache(3 * one)
    for name in "abc":
        cache.put((name, "/", ""), Content(bytes(100), etag="e"), 1, 1, 0, Lineage((), (("c", 1),)))
    cache.hold(2 * one)
    assert [key[0] for key in cache._entries] == ["b", "c"]
    cache.hold(0)
    assert (len(cache), cache.used) == (0, 0)


def test_what_devices_are_told() -> None:
    """URL and base are those of the new settings, for addresses that are known, too."""
    advertised = Advertised(None, 8667, 69)
    inquiry = Inquiry(
        id="1", protocol=Protocol.HTTP, path="/", peer="", arrived=0.0, local="192.0.2.1"
    )
    before = advertised.base(advertised.url(inquiry))
    advertised.adopt("http://prov.example:80", {"ntp_ip": "192.0.2.9"})
    after = advertised.base(advertised.url(inquiry))
    assert (before["http_base_url"], "ntp_ip" in before) == ("http://192.0.2.1:8667", False)
    assert (after["http_base_url"], after["ntp_ip"]) == ("http://prov.example:80", "192.0.2.9")


def test_connections_over_http() -> None:
    """One that stands is held to the new times; the next one to the new number."""
    http = edge(idle_seconds=100.0)
    standing = http.connect()
    assert standing.get().status == 200
    http.site.adopt(
        HTTPSettings(idle_seconds=5.0, max_connections=1, trusted_proxies=("192.0.2.0/28",))
    )
    assert http.try_connect() is None
    assert http.site.proxies.trusts("192.0.2.3")
    http.seconds(7)
    assert standing.closed


def test_transfers_over_tftp() -> None:
    """One that runs goes on; the next one meets the new bounds."""
    rig = TFTPRig({"a.cfg": BODY}, TFTPSettings())
    asked = read_request(options={"blksize": 1400})
    running = ("192.0.2.7", 1)
    [(port, granted)] = rig.says(asked, peer=running)
    assert b"1400" in granted
    rig.server.adopt(TFTPSettings(max_blksize=600, max_sessions_per_source=1))
    assert rig.says(asked, peer=("192.0.2.7", 2)) == []
    [(_port, smaller)] = rig.says(asked, peer=("192.0.2.8", 1))
    assert b"600" in smaller
    [(_port, data)] = rig.says(b"\0\4\0\0", port, running)
    assert len(data) == 1404


def test_files_in_memory() -> None:
    """A smaller cache lets go of what it holds too much, the oldest first."""
    files = SharedFiles(lambda *_work: None, 3000, 8)  # type: ignore[arg-type,return-value]  # never reads
    keys = [(str(number), 1000, 0) for number in range(3)]
    for key in keys:
        files.keep(key, 0, bytes(1000))
    files.hold(2500, 8)
    assert (files.held, [files.kept(key, 0) is None for key in keys]) == (
        2000,
        [True, False, False],
    )
    files.hold(1, 8)
    assert files.held == 0


def event(text: str, level: LogLevel = LogLevel.info) -> dict[str, Any]:
    """Something to log."""
    return {
        "log_format": text,
        "log_level": level,
        "log_namespace": "provd.test",
        "log_time": 0.0,
    }


def test_lines_of_the_log() -> None:
    """From one line to the next they are spelled and chosen otherwise."""
    stream = io.StringIO()
    log = log_to(stream, Clock(), LogSettings(level="warn"))
    log(event("unheard"))
    log.adopt(LogSettings(level="info", format="json"))
    log(event("heard"))
    log.flush()
    [line] = stream.getvalue().splitlines()
    assert line.startswith("{")
    assert '"heard"' in line


@pytest.mark.parametrize("host", ["prov.example", "prov.example:8092"])
def test_names_of_the_api(host: str) -> None:
    """A name that is added is answered to, one that is taken away is not."""
    from provd.api import answer_to

    api = bench(hosts=["old.example"])
    answer_to(api.site, [host])
    assert api.ask("GET", "/healthz", host="prov.example").status == 200
    assert api.ask("GET", "/healthz", host="old.example").status == 421
    assert api.ask("GET", "/healthz").status == 200
