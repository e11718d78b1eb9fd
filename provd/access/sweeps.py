"""Sweeps: somebody looks for devices that are there, one MAC address or file name after the other.

Pure: sightings come in with their time, and what is suspected goes out.  A source is an address (of IPv6 a
whole /64); what is remembered of each is bounded, and so is the number of sources.

What is at home counts for nothing: a device that the network knows, or that has asked from there before,
and whoever comes while an enrolment is open.  So five hundred phones of one site that start at once are
no sweep, whatever translates their addresses.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Annotated

from msgspec import Meta, Struct

Bound = Annotated[int, Meta(ge=1, le=1_000_000)]
Seconds = Annotated[float, Meta(gt=0, le=86_400)]

NEAR = 16
"""MAC addresses that far from each other at most are asked for in a sequence."""

SHARED = 10
"""How many times as many unknown files are put up with from where many devices are known to be."""


class SweepSettings(Struct, frozen=True, kw_only=True):
    """What is too much of one source, and what becomes of it."""

    window: Seconds = 300.0
    """Seconds within which all of it must happen."""
    devices: Bound = 30
    """Devices that a source claims to be, each new there."""
    unknown: Bound = 60
    """Different files that a source asks for of which nobody is known."""
    sequence: Bound = 8
    """MAC addresses in a row, each close behind the one before."""
    mismatches: Bound = 5
    """Devices whose vendor is said to be another than that of their MAC address."""
    rest: Seconds = 900.0
    """Seconds that a source stays suspected after the last sign of it."""
    delay: Annotated[float, Meta(ge=0, le=8)] = 2.0
    """Seconds that each of its answers is kept back."""
    delayed: Bound = 256
    """Answers that are kept back at once; who asks for more is told to come back."""
    delayed_per_source: Bound = 16
    """Of those, for one source."""
    sources: Bound = 4096
    """Sources that are remembered; the one heard longest ago is forgotten first."""


class Sighting(Struct, frozen=True, kw_only=True):
    """One question of somebody who is not at home."""

    source: str
    at: float
    """Seconds since the epoch."""
    mac: str = ""
    """Which device it claims to be: its MAC address, or else its id."""
    unknown: str = ""
    """The file it asked for, where no device is known by the request."""
    mismatch: bool = False
    """The vendor is not that of the MAC address."""
    shared: bool = False
    """Many devices are known to be behind the source."""


class Sweep(Struct, frozen=True):
    """What is suspected of one source."""

    source: str
    since: float
    until: float
    """When it is suspected no more, if it does nothing of the kind meanwhile."""
    reason: str


class _Trace:
    """What one source did of late."""

    __slots__ = ("claimed", "last", "mismatched", "run", "run_began", "step", "sweep", "unknown")

    def __init__(self) -> None:
        self.claimed: OrderedDict[str, float] = OrderedDict()
        self.unknown: OrderedDict[str, float] = OrderedDict()
        self.mismatched: OrderedDict[str, float] = OrderedDict()
        self.last = -1
        self.step = 0
        self.run = 0
        self.run_began = 0.0
        self.sweep: Sweep | None = None


class Sweeps:
    """Remembers of each source what speaks against it."""

    def __init__(self, settings: SweepSettings) -> None:
        self._settings = settings
        self._traces: OrderedDict[str, _Trace] = OrderedDict()
        self._suspects: OrderedDict[str, Sweep] = OrderedDict()
        self.until = 0.0
        """When the last of them is suspected no more: nearly always past, and then there is nothing to look up."""

    def adopt(self, settings: SweepSettings) -> None:
        """Judge by other bounds from now on."""
        self._settings = settings

    def __len__(self) -> int:
        return len(self._traces)

    def suspected(self, source: str, now: float) -> Sweep | None:
        """What a source is suspected of at that time."""
        sweep = self._suspects.get(source)
        return sweep if sweep is not None and sweep.since <= now < sweep.until else None

    def suspects(self, now: float) -> list[Sweep]:
        """All that is suspected, the newest last."""
        return [sweep for sweep in self._suspects.values() if sweep.since <= now < sweep.until]

    def see(self, sighting: Sighting) -> Sweep | None:
        """Take in one sighting; a sweep that was not suspected before it."""
        source, now, settings = sighting.source, sighting.at, self._settings
        trace = self._trace(source)
        reason = self._reason(trace, sighting)
        before = self.suspected(source, now)
        if before is None and not reason:
            return None
        since, told = (before.since, before.reason) if before is not None else (now, reason)
        # Whatever it does of the kind while it is suspected keeps it so.
        self._suspects[source] = sweep = Sweep(source, since, now + settings.rest, told)
        self._suspects.move_to_end(source)
        if len(self._suspects) > settings.sources:
            self._suspects.popitem(last=False)
        self.until = max(self.until, sweep.until)
        return sweep if before is None else None

    def _trace(self, source: str) -> _Trace:
        trace = self._traces.get(source)
        if trace is None:
            trace = self._traces[source] = _Trace()
            if len(self._traces) > self._settings.sources:
                # Who is suspected stays so: others that come meanwhile must not wash that away.
                self._traces.popitem(last=False)
        else:
            self._traces.move_to_end(source)
        return trace

    def _reason(self, trace: _Trace, sighting: Sighting) -> str:
        settings, now, window = self._settings, sighting.at, self._settings.window
        most = settings.unknown * (SHARED if sighting.shared else 1)
        if sighting.unknown and _noted(trace.unknown, sighting.unknown, now, window, most):
            return f"{most} files of nobody within {window:.0f} s"
        mac = sighting.mac
        if not mac:
            return ""
        if sighting.mismatch and _noted(trace.mismatched, mac, now, window, settings.mismatches):
            return f"{settings.mismatches} devices said to be of a vendor whose MAC addresses they have not"
        if mac not in trace.claimed and self._goes_on(trace, mac, now) >= settings.sequence:
            return f"{settings.sequence} MAC addresses in a row"
        if _noted(trace.claimed, mac, now, window, settings.devices):
            return f"{settings.devices} devices new there within {window:.0f} s"
        return ""

    def _goes_on(self, trace: _Trace, mac: str, now: float) -> int:
        """How long the sequence is that a MAC address goes on with; one that is none ends it."""
        number = _number(mac)
        step = number - trace.last if trace.last >= 0 and number >= 0 else 0
        follows = 0 < abs(step) <= NEAR and (trace.run <= 1 or (step > 0) == (trace.step > 0))
        if follows and 0 <= now - trace.run_began < self._settings.window:
            trace.run += 1
        else:
            trace.run, trace.run_began = 1, now
        trace.last, trace.step = number, step
        return trace.run


def _noted(seen: OrderedDict[str, float], what: str, now: float, window: float, most: int) -> bool:
    """Remember something; whether there are as many within the window as are too many."""
    seen.pop(what, None)
    seen[what] = now
    while seen:
        oldest = next(iter(seen.values()))
        # A clock that was set back must not keep for ever what it has in the future.
        if 0 <= now - oldest < window and len(seen) <= most:
            break
        seen.popitem(last=False)
    return len(seen) >= most


def _number(mac: str) -> int:
    try:
        return int(mac.replace(":", ""), 16)
    except ValueError:
        return -1
