"""The store with 100,000 devices, a config each and three levels of parents above them.

How it starts, what it weighs, what a collection of garbage costs, whether one device costs the
same among a thousand as among a hundred thousand, and how many durable creations a second it takes.
"""

from __future__ import annotations

import gc
import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any

import msgspec
from msgspec import Raw
from twisted.internet.defer import Deferred, gatherResults
from twisted.internet.task import deferLater

from bench.report import Report
from provd.access import SealingKeys
from provd.documents import CONFIGS, DEVICES, OPERATIONS, STATUSES, Config, Device, Query
from provd.store import Keeping, SQLiteStore
from provd.testing.store_fixture import SteppedReactor, SteppedWriter

KINDS = (DEVICES, CONFIGS, STATUSES, OPERATIONS)
MANY, FEW = 100_000, 1_000
TENANT = "2b0c1b2e-33b3-4ec0-9d52-3a1b9cbb1f6a"
ROUNDS = 5
WAITING = 50


def device(number: int, mac: str = "") -> Device:
    """A phone that has been configured."""
    octets = number >> 16, number >> 8 & 255, number & 255
    return Device(
        id=f"{random.Random(number).getrandbits(128):032x}",
        mac=mac or "00:08:5d:{:02x}:{:02x}:{:02x}".format(*octets),
        ip="10.{}.{}.{}".format(*octets),
        sn=f"SN{number:08d}",
        vendor="Aastra",
        model="6730i",
        version="3.2.0.1011",
        plugin="xivo-aastra-3.2.0.1011",
        config=f"c{number}",
        tenant=TENANT,
        added="auto",
    )


def config(number: int) -> Config:
    """Its config: a line, a key, a parent."""
    line = {
        "username": f"user{number}",
        "auth_username": f"user{number}",
        "password": f"{random.Random(number).getrandbits(64):016x}",
        "display_name": f"Phone {number}",
        "number": str(number),
        "proxy_ip": "192.0.2.1",
    }
    raw = {
        "sip_lines": {"1": line},
        "funckeys": {"1": {"type": "speeddial", "value": "1234", "line": 1}},
        "exten_dnd": "*25",
    }
    return Config(
        id=f"c{number}",
        parent_ids=(f"floor{number % 1000}",),
        raw_config=Raw(msgspec.json.encode(raw)),
        tenant=TENANT,
    )


def parents() -> Iterator[Config]:
    """Three levels above every config."""
    raw = Raw(b'{"ntp_ip": "192.0.2.2"}')
    yield Config(id="base", raw_config=raw)
    for number in range(10):
        yield Config(id=f"site{number}", parent_ids=("base",), raw_config=raw)
    for number in range(1000):
        yield Config(id=f"floor{number}", parent_ids=(f"site{number % 10}",), raw_config=raw)


def fill(path: Path, count: int) -> None:
    """Write a database."""
    reactor = SteppedReactor()
    store = SQLiteStore.open(path, KINDS, reactor, writer=SteppedWriter(reactor))
    draft = store.draft("fill")
    for each in parents():
        draft.put("configs", each)
    for number in range(count):
        draft.put("devices", device(number))
        draft.put("configs", config(number))
        if number % 1000 == 999:
            store.commit(draft)
            reactor.advance(0)
            draft = store.draft("fill")
    store.close()
    reactor.advance(0)


def timed(work: Callable[[], object], times: int = 1) -> float:
    """Seconds of the processor for one piece of work: other programs are not our subject."""
    start = time.process_time()
    for _each in range(times):
        work()
    return (time.process_time() - start) / times


def resident() -> float:
    """MiB of this process."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def weigh(path: Path) -> dict[str, float]:
    """What a start costs, in a process of its own."""
    reactor, opened = SteppedReactor(), []

    def open_() -> None:
        opened.append(SQLiteStore.open(path, KINDS, reactor, writer=SteppedWriter(reactor)))

    start = time.perf_counter()
    open_()
    load = time.perf_counter() - start
    collect = max(timed(gc.collect) for _each in range(3))
    gc.freeze()
    return {
        "load": load,
        "resident": resident(),
        "collect": collect * 1000,
        "frozen": timed(gc.collect) * 1000,
        **{key: value * 1e6 for key, value in prices(opened[0]).items()},
    }


def load_sealed(path: Path) -> dict[str, float]:
    """What a start costs where documents are sealed, in seconds; the first one seals them."""
    reactor = SteppedReactor()
    seal = SealingKeys({"bench": bytes(32)})
    start = time.perf_counter()
    store = SQLiteStore.open(path, KINDS, reactor, writer=SteppedWriter(reactor), seal=seal)
    took = time.perf_counter() - start
    store.close()
    reactor.advance(0)
    return {"load": took}


def prices(store: SQLiteStore) -> dict[str, float]:
    """Seconds to create, to update and to find one device."""
    numbers = iter(range(MANY * 2, MANY * 20))
    unknown = iter([device(next(numbers)) for _each in range(1000 * ROUNDS)])
    known = list(store.collection("devices"))[:1000]

    def create() -> None:
        draft = store.draft("bench")
        draft.put("devices", next(unknown))
        store.commit(draft)

    def update() -> None:
        draft = store.draft("bench")
        [kept] = draft.by("devices", "mac", known[next(numbers) % 1000].mac or "")
        draft.put("devices", msgspec.structs.replace(kept, version=str(next(numbers))))
        store.commit(draft)

    return {
        "create": median(timed(create, 1000) for _each in range(ROUNDS)),
        "update": median(timed(update, 1000) for _each in range(ROUNDS)),
    }


async def creations(store: SQLiteStore, count: int) -> float:
    """Durable creations a second, `WAITING` of them under way at any time."""
    first = MANY * 20 + len(store.collection("devices"))
    unknown = iter([device(number) for number in range(first, first + count)])

    async def create() -> None:
        for phone in unknown:
            draft = store.draft("bench")
            draft.put("devices", phone)
            await store.durable(await store.commit(draft))

    start = time.perf_counter()
    await gatherResults([Deferred.fromCoroutine(create()) for _each in range(WAITING)])
    return count / (time.perf_counter() - start)


async def longest_stall(reactor: Any, store: SQLiteStore) -> float:
    """Processor time between two turns while 100,000 devices are searched and sorted, in seconds."""
    query = Query(selector={"model": {"$contains": "6730"}}, sort="ip", descending=True, limit=100)
    found = store.collection("devices").find(query)
    longest, before = 0.0, time.process_time()
    while not found.called:
        await deferLater(reactor, 0)
        now = time.process_time()
        longest, before = max(longest, now - before), now
    if found.result.total < MANY:
        raise RuntimeError("the search did not find all devices")
    return longest


async def work(reactor: Any, path: Path) -> dict[str, float]:
    """Rates with the real reactor and the real thread."""
    store = SQLiteStore.open(path, KINDS, reactor)
    gc.freeze()
    rates = {"creations": await creations(store, 10_000)}
    rates["stall"] = 1000 * await longest_stall(reactor, store)
    await store.close()
    slow = SQLiteStore.open(path, KINDS, reactor, keeping=Keeping(slow_commit=0.01))
    rates["slow_creations"] = await creations(slow, 2_000)
    await slow.close()
    return rates


def in_reactor(job: Callable[[Any], Awaitable[dict[str, float]]]) -> dict[str, float]:
    """Run a coroutine in the reactor of this process."""
    from twisted.internet import reactor  # noqa: PLC0415 - only the process that needs one

    results: list[Any] = []

    async def all_of_it() -> None:
        try:
            results.append(await job(reactor))
        finally:
            reactor.stop()  # type: ignore[attr-defined]

    reactor.callWhenRunning(lambda: Deferred.fromCoroutine(all_of_it()))  # type: ignore[attr-defined]
    reactor.run()  # type: ignore[attr-defined]
    return results[0]  # type: ignore[no-any-return]


def alone(what: str, path: Path) -> dict[str, float]:
    """Measure in a process of its own."""
    command = [sys.executable, "-m", "bench.store", what, str(path)]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return json.loads(output)  # type: ignore[no-any-return]


def run(report: Report) -> None:
    """All cases."""
    report.section("store: 100,000 devices with one config each, three levels of parents")
    with tempfile.TemporaryDirectory(prefix="provd-bench-") as directory:
        many, few = Path(directory, "many.db"), Path(directory, "few.db")
        fill(many, MANY)
        fill(few, FEW)
        rounds = [(alone("weigh", many), alone("weigh", few)) for _each in range(ROUNDS)]
        large, small = ([each[at] for each in rounds] for at in (0, 1))
        report.bounded("load", [each["load"] * 1000 for each in large], 2000, "ms")
        report.bounded("resident", [each["resident"] for each in large], 400 - 64, "MiB")
        report.bounded("full collection", [each["collect"] for each in large], 50, "ms")
        report.bounded("full collection, frozen", [each["frozen"] for each in large], 50, "ms")
        sealed = Path(directory, "sealed.db")
        shutil.copy(many, sealed)
        first, *again = (alone("sealed", sealed)["load"] * 1000 for _each in range(ROUNDS + 1))
        report.bounded("load, sealed", again, 2000, "ms")
        report.bounded("the first load with a key", [first], 10_000, "ms")
        for case in "create", "update":
            report.ratio(
                f"{case} one device among 1,000 / among 100,000",
                [each[case] for each in small],
                [each[case] for each in large],
                0.5,
                "us",
            )
        worked = [alone("work", many) for _each in range(ROUNDS)]
        report.bounded("reactor held by a search", [each["stall"] for each in worked], 5, "ms")
        report.rate(
            "durable creations, 50 waiting", [each["creations"] for each in worked], 1000, "/s"
        )
        report.rate(
            "the same, a commit takes 10 ms more",
            [each["slow_creations"] for each in worked],
            800,
            "/s",
        )


if __name__ == "__main__":
    what, path = sys.argv[1], Path(sys.argv[2])
    if what == "weigh":
        print(json.dumps(weigh(path)))
    elif what == "sealed":
        print(json.dumps(load_sealed(path)))
    else:
        print(json.dumps(in_reactor(lambda reactor: work(reactor, path))))
