"""The story that provd was founded on, told end to end: real sockets, the real server in its own process."""

from __future__ import annotations

import contextlib
import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from provd.testing.daemon import CHECKOUT, Daemon, TFTPRefused

OLD_VERSION, NEW_VERSION = "2.6.0.2019", "3.2.0.1011"
OLD_MAC, NEW_MAC, CISCO_MAC = "00:08:5d:00:00:01", "00:08:5d:00:00:02", "00:02:fd:ff:21:03"
OLD_AT, NEW_AT, CISCO_AT, BROWSER_AT = "127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.5"
SEP = "SEP0002FDFF2103.cnf.xml"


def aastra(mac: str, version: str, model: str = "6730i") -> str:
    """What an Aastra says of itself in every request."""
    return f"Aastra{model} MAC:{mac.upper().replace(':', '-')} V:{version}-SIP"


OLD, NEW = aastra(OLD_MAC, OLD_VERSION), aastra(NEW_MAC, NEW_VERSION)


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    """A server on loopback with the three families and the configs a site begins with."""
    daemon = Daemon(tmp_path, {"limits": {"burst": 1000}})
    try:
        daemon.start()
        daemon.fill()
        yield daemon
    finally:
        daemon.close()


def everything_asked(daemon: Daemon) -> dict[str, bytes]:
    """Each phone asks for all its files, from its own address."""
    given = {}
    for user_agent, mac, at in ((OLD, OLD_MAC, OLD_AT), (NEW, NEW_MAC, NEW_AT)):
        own = mac.replace(":", "").upper() + ".cfg"
        for path in ("/6730i.st", "/aastra.cfg", f"/{own}"):
            answer = daemon.get(path, user_agent, at)
            assert answer.status == 200, (path, answer)
            given[mac + path] = answer.body
    given[SEP] = daemon.fetch(SEP, CISCO_AT)
    given["RINGLIST.XML"] = daemon.fetch("RINGLIST.XML", CISCO_AT)
    return given


def devices(daemon: Daemon) -> dict[str, dict[str, Any]]:
    """Every device by its MAC address."""
    return {device["mac"]: device for device in daemon.told("devices", "list")["items"]}


def firmware(version: str) -> bytes:
    """What the edition of that version ships for a 6730i."""
    return (CHECKOUT / "plugins/aastra/editions" / version / "var/tftpboot/6730i.st").read_bytes()


def test_the_founding_story(daemon: Daemon) -> None:
    """Three unknown phones get what is theirs, a browser gets nothing, and a restart changes nothing."""
    given = everything_asked(daemon)
    check_files(given)
    before = devices(daemon)
    check_devices(before)
    check_browser(daemon)
    check_explanations(daemon, before)
    check_what_if(daemon, given)
    answers = last_answers(daemon, before)
    assert answers[CISCO_MAC] == ["RINGLIST.XML", SEP]
    daemon.restart()
    assert last_answers(daemon, before) == answers
    assert everything_asked(daemon) == given
    check_same(before, devices(daemon))


def check_files(given: dict[str, bytes]) -> None:
    """The same path gives two phones two files, each from the tree of its own plugin."""
    assert given[OLD_MAC + "/6730i.st"] == firmware(OLD_VERSION)
    assert given[NEW_MAC + "/6730i.st"] == firmware(NEW_VERSION)
    assert firmware(OLD_VERSION) != firmware(NEW_VERSION)
    for mac in (OLD_MAC, NEW_MAC):
        assert b"download protocol: HTTP" in given[mac + "/aastra.cfg"]
        assert (
            b"sip line1 user name: autoprov" in given[mac + f"/{mac.replace(':', '').upper()}.cfg"]
        )
    assert b"<deviceProtocol>SIP</deviceProtocol>" in given[SEP]
    assert b"<CiscoIPPhoneRingList>" in given["RINGLIST.XML"]


def check_devices(found: dict[str, dict[str, Any]]) -> None:
    """Each was identified, created, associated and given a config of its own."""
    assert set(found) == {OLD_MAC, NEW_MAC, CISCO_MAC}
    plugins = {mac: device["plugin"] for mac, device in found.items()}
    assert plugins == {
        OLD_MAC: f"aastra-{OLD_VERSION}",
        NEW_MAC: f"aastra-{NEW_VERSION}",
        CISCO_MAC: "cisco-7900",
    }
    assert {device["ip"] for device in found.values()} == {OLD_AT, NEW_AT, CISCO_AT}
    assert all(device["config"].startswith("autoprov") for device in found.values())
    assert len({device["config"] for device in found.values()}) == 3


def check_browser(daemon: Daemon) -> None:
    """A curious browser gets 404, from an address of its own and from behind each phone's."""
    for at in (BROWSER_AT, OLD_AT, CISCO_AT):
        for path in ("/6730i.st", "/aastra.cfg", f"/{SEP}", "/RINGLIST.XML"):
            assert daemon.get(path, "Mozilla/5.0 (X11; Linux x86_64)", at).status == 404
    with pytest.raises(TFTPRefused):
        daemon.fetch("RINGLIST.XML", BROWSER_AT)


def check_explanations(daemon: Daemon, found: dict[str, dict[str, Any]]) -> None:
    """`provd explain` tells who each was and how that was known."""
    for mac, version in ((OLD_MAC, OLD_VERSION), (NEW_MAC, NEW_VERSION)):
        last, *_between, first = explained(daemon, found[mac]["id"])
        assert (first["path"], first["matched_by"]) == ("/6730i.st", "added")
        assert last["matched_by"] == "mac"
        assert last["plugin"] == f"aastra-{version}"
        assert last["info"]["model"] == "6730i"
        assert {"witness": "transport", "ip": found[mac]["ip"]} in last["evidence"]
    nameless, named = explained(daemon, found[CISCO_MAC]["id"])
    assert (named["path"], named["matched_by"]) == (SEP, "added")
    assert (nameless["path"], nameless["matched_by"]) == ("RINGLIST.XML", "ip")
    assert "mac" not in nameless["info"]
    refused = daemon.told("explain", "--last", "1")["items"][0]
    assert refused["device"] is None
    assert refused["answer"]["reason"]


def explained(daemon: Daemon, device_id: str) -> list[dict[str, Any]]:
    """The decisions about one device, newest first."""
    items: list[dict[str, Any]] = daemon.told("explain", "--device", device_id)["items"]
    assert all(item["steps"] for item in items)
    return items


def check_what_if(daemon: Daemon, given: dict[str, bytes]) -> None:
    """`provd whatif` tells the digest of the very bytes that were served, and leaves no device behind."""
    known = set(devices(daemon))
    for path in ("/6730i.st", "/aastra.cfg", "/00085D000002.cfg"):
        told = what_if(daemon, path, NEW, NEW_AT)
        assert told["plugin"] == f"aastra-{NEW_VERSION}"
        assert told["answer"]["sha256"] == hashlib.sha256(given[NEW_MAC + path]).hexdigest()
        assert told["answer"]["size"] == len(given[NEW_MAC + path])
    stranger = what_if(daemon, "/aastra.cfg", aastra("00:08:5d:00:00:09", NEW_VERSION), BROWSER_AT)
    assert set(devices(daemon)) == known
    served = daemon.get("/aastra.cfg", aastra("00:08:5d:00:00:09", NEW_VERSION), BROWSER_AT)
    assert stranger["answer"]["sha256"] == hashlib.sha256(served.body).hexdigest()
    with contextlib.closing(daemon.api()) as api:
        api.devices.delete(devices(daemon)["00:08:5d:00:00:09"]["id"])


def what_if(daemon: Daemon, path: str, user_agent: str, ip: str) -> dict[str, Any]:
    """What a phone would be answered."""
    told: dict[str, Any] = daemon.told(
        "whatif",
        *("--protocol", "http", "--path", path),
        *("--header", f"User-Agent: {user_agent}", "--ip", ip),
    )
    assert {"evidence", "device", "plugin", "answer", "steps"} <= set(told)
    return told


def last_answers(daemon: Daemon, found: dict[str, dict[str, Any]]) -> dict[str, list[str]]:
    """What each phone was given last, as its status tells it."""
    asked = {OLD_MAC: 3, NEW_MAC: 3, CISCO_MAC: 2}
    return {mac: told_by_status(daemon, found[mac]["id"], count) for mac, count in asked.items()}


def told_by_status(daemon: Daemon, device_id: str, count: int) -> list[str]:
    """What a device was given last, newest first, once that is written (within two seconds)."""
    end = time.monotonic() + 5
    while True:
        shown = daemon.told("devices", "show", device_id)
        paths = [answer["path"] for answer in shown["answers"]]
        if len(paths) >= count or time.monotonic() > end:
            assert shown["last_seen"] == max(answer["time"] for answer in shown["answers"])
            return paths
        time.sleep(0.1)


def check_same(before: dict[str, dict[str, Any]], after: dict[str, dict[str, Any]]) -> None:
    """Every id, config and plugin is what it was."""
    kept = ("id", "mac", "plugin", "config", "vendor", "model", "version", "ip")
    assert {mac: [device.get(key) for key in kept] for mac, device in after.items()} == {
        mac: [device.get(key) for key in kept] for mac, device in before.items()
    }


@pytest.mark.parametrize("rounds", [40])
def test_first_packets_over_both_protocols_make_one_device(daemon: Daemon, rounds: int) -> None:
    """A new phone that opens four conversations at once, over HTTP and TFTP, is one device."""
    for number in range(rounds):
        first_packets(daemon, f"00:08:5d:01:00:{number:02x}", f"127.0.1.{number + 1}")
    with contextlib.closing(daemon.api()) as api:
        found = api.devices.list()
        configs = api.configs.list()
    macs = [device["mac"] for device in found["items"]]
    assert len(macs) == rounds
    assert len(set(macs)) == rounds
    # No config was made for a draft that lost.
    assert sum(config["id"].startswith("autoprov") for config in configs["items"]) == rounds + 1


def first_packets(daemon: Daemon, mac: str, at: str) -> None:
    """What a phone that has just been unpacked sends, all at the same moment."""
    user_agent = aastra(mac, NEW_VERSION)
    own = mac.replace(":", "").upper() + ".cfg"
    at_once(
        lambda: daemon.get("/aastra.cfg", user_agent, at),
        lambda: daemon.fetch(own, at),
        lambda: daemon.get(f"/{own}", user_agent, at),
        lambda: daemon.fetch(own, at),
    )


def at_once(*asks: Callable[[], object]) -> None:
    """Run them in threads that start together; every one must succeed."""
    barrier = threading.Barrier(len(asks))
    failures: list[BaseException] = []

    def run(ask: Callable[[], object]) -> None:
        barrier.wait()
        try:
            ask()
        except BaseException as error:  # noqa: BLE001 - told to the test's own thread below
            failures.append(error)

    threads = [threading.Thread(target=run, args=(ask,)) for ask in asks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures, failures
