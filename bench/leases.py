"""DHCP's policy: what judging one packet costs, with 10 leases and with 500,000, with 1 subnet and with 1,000.

No packet is decoded and nothing is committed: it is the policy alone, over documents in memory.
"""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from twisted.internet.task import Clock

from bench.report import Report
from provd.documents import KINDS, Lease, Pool, Subnet
from provd.documents.dhcp import LEASES, SUBNETS, Probe
from provd.leases import Leases, ask
from provd.store import MemoryStore
from provd.values import Judgement, Question, Verb
from provd.wire.dhcp import Packet, format_address, parse_address

NOW = 1_700_000_000
SUBNETS_MANY, LEASES_MANY = 1_000, 500_000
ROUNDS, CALLS = 7, 2_000
STRANGER = 10_000_000
"""The number of the first client that nobody has seen."""
SERVER = parse_address("192.0.2.1")
AT_MOST = 25.0
"""µs of CPU for one judgement."""
AT_LEAST = 0.5
"""How much cheaper few documents may be than many: these do not fit into the CPU's caches."""
FLOOD = 50_000
MOST_GROWTH = 4.0
"""MiB."""
MOST_START = 8.0
"""Seconds to take in all of them at start."""


def base(number: int) -> int:
    """The network of a subnet: a /22 each."""
    return (10 << 24) + (number << 10)


def subnet(number: int) -> Subnet:
    """A thousand addresses, of which all but the first ten are given to whoever comes."""
    first = base(number)
    pool = Pool(first=format_address(first + 10), last=format_address(first + 1022))
    return Subnet(
        id=f"s{number}", network=f"{format_address(first)}/22", pools=(pool,), probe=Probe.NONE
    )


def mac(number: int) -> bytes:
    """A client's hardware address."""
    return b"\2\0" + number.to_bytes(4, "big")


def lease(number: int, where: int, at: int, until: int) -> Lease:
    """The lease of a client, in one subnet, of its address number `at`."""
    text = mac(number).hex(":")
    return Lease(
        id=format_address(base(where) + at),
        key=f"mac={text}",
        mac=text,
        hostname=f"phone-{number}",
        subnet=f"s{where}",
        starts=NOW - 1000,
        until=until,
        via=format_address(base(where) + 1),
    )


class Site:
    """A policy with its documents."""

    def __init__(self, subnets: int, leases: int, *, full: bool = False) -> None:
        self.subnets = subnets
        self.store = MemoryStore(KINDS, Clock())
        self.store.load(SUBNETS.name, [subnet(number) for number in range(subnets)])
        self.store.load(LEASES.name, list(self._leases(leases, full=full)))
        self.known = leases
        began = time.process_time()
        self.leases = Leases(self.store, NOW)
        self.start = time.process_time() - began

    def _leases(self, leases: int, *, full: bool) -> Iterator[Lease]:
        for number in range(leases):
            where, at = number % self.subnets, 10 + number // self.subnets
            yield lease(number, where, at, NOW + 3600 + number % 3600)
        for at in range(10 + leases // self.subnets, 1023) if full else ():
            for where in range(self.subnets):
                yield lease(leases + at * self.subnets + where, where, at, NOW - at)

    def asked(
        self, kind: int, number: int, where: int, *, ciaddr: int = 0, wants: int = 0
    ) -> Question:
        """What comes through a relay of one subnet."""
        options = {53: bytes((kind,)), 55: b"\1\3\6\17\x42\x43", 60: b"phone", 12: b"phone"}
        if wants:
            options[54] = SERVER.to_bytes(4, "big")
            options[50] = wants.to_bytes(4, "big")
        packet = Packet(1, number, mac(number), options, ciaddr=ciaddr, giaddr=base(where) + 1)
        return ask(packet, ("192.0.2.1/24",), NOW + 5.0)

    def discovers(self) -> list[Question]:
        """Clients nobody has seen."""
        return [self.asked(1, STRANGER + n, n % self.subnets) for n in range(CALLS)]

    def selects(self) -> list[Question]:
        """The same, having chosen a free address."""
        return [
            self.asked(3, STRANGER + n, at, wants=base(at) + 1022)
            for n in range(CALLS)
            for at in (n % self.subnets,)
        ]

    def renews(self) -> list[Question]:
        """Clients that have a lease."""
        known = (call * 7919 % self.known for call in range(CALLS))
        return [
            self.asked(3, n, at, ciaddr=base(at) + 10 + n // self.subnets)
            for n in known
            for at in (n % self.subnets,)
        ]

    def judged(self, questions: Sequence[Question], verb: Verb) -> float:
        """µs of CPU for each of them."""
        judge = self.leases.judge
        draft = self.store.draft("bench")
        began = time.process_time()
        last: Judgement | None = None
        for question in questions:
            last = judge(question, draft)
        took = time.process_time() - began
        if last is None or last.verb is not verb:
            raise RuntimeError(f"expected {verb}, got {last}")
        return 1e6 * took / len(questions)


def run(report: Report) -> None:
    """Print all of it."""
    report.section("DHCP's policy: µs of CPU for one judgement")
    few, many = Site(1, 10), Site(SUBNETS_MANY, LEASES_MANY)
    report.bounded(f"taking in {LEASES_MANY} leases at start", [many.start], MOST_START, "s")
    gc.collect()
    gc.freeze()
    cases: tuple[tuple[str, Callable[[Site], list[Question]], Verb], ...] = (
        ("a DISCOVER of a new client", Site.discovers, Verb.OFFER),
        ("a REQUEST after an offer", Site.selects, Verb.ACK),
        ("a REQUEST that renews", Site.renews, Verb.ACK),
    )
    for case, questions, verb in cases:
        compared(report, case, (few, questions(few)), (many, questions(many)), verb)
    full = Site(SUBNETS_MANY // 10, LEASES_MANY // 10, full=True)
    report.bounded(
        "a DISCOVER where only what has expired is left",
        quiet([full.judged(full.discovers(), Verb.OFFER) for _ in range(ROUNDS)]),
        AT_MOST,
        "µs",
    )
    report.bounded(
        f"{FLOOD} invented clients, the table of offers being full", [flooded()], MOST_GROWTH, "MiB"
    )
    gc.unfreeze()


def flooded() -> float:
    """MiB that a flood of DISCOVERs adds, once there are as many offers as there may be."""
    site = Site(10, 10)
    filled = 0.0
    for number in range(2 * FLOOD):
        if number == FLOOD:
            filled = resident()
        question = site.asked(1, STRANGER + number, number % site.subnets)
        site.leases.tick(question.now)
        site.leases.hold(site.leases.judge(question, site.store), question.now)
    return resident() - filled


def resident() -> float:
    """MiB of memory that this process has."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def quiet(rounds: list[float]) -> list[float]:
    """The better half: in the others something else went through the CPU's caches."""
    return sorted(rounds)[: ROUNDS // 2 + 1]


def compared(
    report: Report,
    case: str,
    few: tuple[Site, list[Question]],
    many: tuple[Site, list[Question]],
    verb: Verb,
) -> None:
    """One case with few documents and with many, in turns."""
    small, large = [], []
    for _ in range(ROUNDS):
        small.append(few[0].judged(few[1], verb))
        large.append(many[0].judged(many[1], verb))
    report.bounded(f"{case}, 1 subnet, 10 leases", quiet(small), AT_MOST, "µs")
    both = f"{SUBNETS_MANY} subnets, {LEASES_MANY} leases"
    report.bounded(f"{case}, {both}", quiet(large), AT_MOST, "µs")
    report.ratio(f"{case}: few against many", small, large, AT_LEAST, "µs")
