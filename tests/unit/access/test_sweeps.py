"""Sweeps: who looks for devices is told from those who are merely many."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provd.access import Sighting, Sweep, Sweeps, SweepSettings, contradicts

NOW = 1_700_000_000.0
SOURCE = "192.0.2.66"


def mac(number: int) -> str:
    """An address of the documentation's, by number."""
    text = f"{0x00005E005300 + number:012x}"
    return ":".join(text[at : at + 2] for at in range(0, 12, 2))


def claims(sweeps: Sweeps, macs: list[str], every: float = 0.1, **more: object) -> Sweep | None:
    """The first sweep that is told while these are claimed, one after the other."""
    for at, each in enumerate(macs):
        sighting = Sighting(source=SOURCE, at=NOW + at * every, mac=each, **more)  # type: ignore[arg-type]  # of its fields
        if (found := sweeps.see(sighting)) is not None:
            return found
    return None


def test_macs_in_a_row() -> None:
    """Eight neighbours, one after the other, whichever way they go."""
    up = claims(Sweeps(SweepSettings()), [mac(number) for number in range(8)])
    assert up is not None
    assert "8 MAC addresses in a row" in up.reason
    assert claims(Sweeps(SweepSettings()), [mac(200 - 5 * number) for number in range(8)])
    assert not claims(Sweeps(SweepSettings()), [mac(number) for number in range(7)])


def test_a_carton_of_phones_is_no_row() -> None:
    """Their addresses follow each other; they do not boot in that order."""
    rng = random.Random(7)
    for _carton in range(50):
        boxes = [mac(number) for number in range(20)]
        rng.shuffle(boxes)
        assert claims(Sweeps(SweepSettings()), boxes) is None


def test_one_address_that_claims_many_devices() -> None:
    """Thirty within five minutes; the same again count once, and those of before do not."""
    far = [mac(37 * number % 251) for number in range(30)]
    found = claims(Sweeps(SweepSettings(sequence=100)), far)
    assert found is not None
    assert "30 devices" in found.reason
    assert claims(Sweeps(SweepSettings(sequence=100)), far[:29] * 5) is None
    assert claims(Sweeps(SweepSettings(sequence=100)), far, every=11) is None


def test_many_files_of_nobody() -> None:
    """Sixty different ones; a monitor that asks for the same for ever is none."""
    sweeps = Sweeps(SweepSettings())
    for _again in range(1000):
        assert sweeps.see(Sighting(source=SOURCE, at=NOW, unknown="/health")) is None
    found = [
        sweeps.see(Sighting(source=SOURCE, at=NOW + number / 10, unknown=f"/{number}.cfg"))
        for number in range(59)
    ]
    assert [each for each in found if each] == [found[-1]]
    assert found[-1] is not None


def test_vendors_that_do_not_fit() -> None:
    """Five devices said to be of a vendor that their addresses are not of."""
    macs = [mac(40 * number) for number in range(6)]
    found = claims(Sweeps(SweepSettings()), macs[:5], mismatch=True)
    assert found is not None
    assert "vendor" in found.reason
    assert claims(Sweeps(SweepSettings()), macs, mismatch=False) is None


def test_it_rests_in_time_and_begins_anew() -> None:
    """Suspected for a while after the last sign of it, told of once."""
    sweeps = Sweeps(SweepSettings(rest=100))
    first = claims(sweeps, [mac(number) for number in range(8)])
    assert first is not None
    later = NOW + 50
    assert sweeps.suspected(SOURCE, later) is not None
    assert sweeps.see(Sighting(source=SOURCE, at=later, mac=mac(100))) is None
    assert sweeps.suspected(SOURCE, later + 99) is not None
    assert sweeps.suspected(SOURCE, later + 101) is None
    assert later + 99 < sweeps.until <= later + 101
    assert sweeps.suspects(later + 101) == []
    assert sweeps.suspected("192.0.2.67", later) is None


def test_where_many_are_ten_times_as_much_is_put_up_with() -> None:
    """From a declared network of many phones behind one address: files of nobody, whoever asks for them."""
    sweeps = Sweeps(SweepSettings(window=3600))
    found = [
        sweeps.see(Sighting(source=SOURCE, at=NOW + number, unknown=f"/{number}", shared=True))
        for number in range(600)
    ]
    assert [each for each in found if each] == [found[-1]]


def test_a_clock_that_is_set_back() -> None:
    """Nothing is remembered for ever, and nobody is suspected in the past."""
    sweeps = Sweeps(SweepSettings())
    assert claims(sweeps, [mac(number) for number in range(8)])
    assert sweeps.suspected(SOURCE, NOW - 1000) is None
    for number in range(29):
        sweeps.see(Sighting(source="192.0.2.9", at=NOW, mac=mac(number * 30)))
    assert sweeps.see(Sighting(source="192.0.2.9", at=NOW - 10_000, mac=mac(9000))) is None


SIGHTINGS = st.builds(
    Sighting,
    source=st.sampled_from(["192.0.2.1", "192.0.2.2", "2001:db8::/64"]),
    at=st.floats(0, 1000).map(lambda at: NOW + at),
    mac=st.one_of(st.just(""), st.integers(0, 2000).map(mac), st.text(max_size=8)),
    unknown=st.one_of(st.just(""), st.integers(0, 200).map(str)),
    mismatch=st.booleans(),
    shared=st.booleans(),
)


@given(st.lists(SIGHTINGS, max_size=200), st.integers(1, 5))
def test_it_is_bounded(sightings: list[Sighting], sources: int) -> None:
    """Whatever is seen, in whatever order: so many sources, so much of each, no exception."""
    settings = SweepSettings(sources=sources, devices=10, unknown=10, mismatches=3)
    sweeps = Sweeps(settings)
    for sighting in sightings:
        sweep = sweeps.see(sighting)
        if sweep is not None:
            assert sweep.source == sighting.source
            assert sweeps.suspected(sighting.source, sighting.at) == sweep
    assert len(sweeps) <= sources
    assert len(sweeps._suspects) <= sources
    for trace in sweeps._traces.values():
        assert max(len(trace.claimed), len(trace.unknown), len(trace.mismatched)) <= 100


def test_others_wash_no_suspicion_away() -> None:
    """However many come after it; of more suspects than are remembered the one heard longest ago goes."""
    sweeps = Sweeps(SweepSettings(sources=3, sequence=2))
    for number in range(2):
        sweeps.see(Sighting(source="sweeper", at=1.0, mac=f"00:00:5e:00:53:{number:02x}"))
    for number in range(20):
        sweeps.see(Sighting(source=f"other {number}", at=2.0, unknown="x"))
    assert sweeps.suspected("sweeper", 3.0) is not None
    for source in ("a", "b", "c"):
        for number in range(2):
            sweeps.see(Sighting(source=source, at=4.0, mac=f"00:00:5e:00:53:{number:02x}"))
    assert sweeps.suspected("sweeper", 5.0) is None
    assert [sweep.source for sweep in sweeps.suspects(5.0)] == ["a", "b", "c"]


@given(st.lists(st.integers(0, 3).map(lambda n: f"192.0.2.{n}"), max_size=60))
def test_sources_do_not_meet(sources: list[str]) -> None:
    """What one does is never told of another."""
    sweeps = Sweeps(SweepSettings(devices=5, sequence=100))
    counts: dict[str, int] = {}
    for at, source in enumerate(sources):
        found = sweeps.see(Sighting(source=source, at=NOW + at, mac=mac(40 * at)))
        counts[source] = counts.get(source, 0) + 1
        assert (found is not None) == (counts[source] == 5)


@pytest.mark.parametrize(
    ("address", "vendor", "wrong"),
    [
        ("00:04:13:00:00:01", "Snom", False),
        ("00:04:13:00:00:01", "Yealink", True),
        ("00:08:5d:00:00:01", "Mitel", False),
        ("00:04:f2:00:00:01", "Poly", False),
        ("00:00:5e:00:53:01", "Snom", False),
        ("00:04:13:00:00:01", "Acme", False),
        ("00:04:13:00:00:01", "", False),
        ("", "Snom", False),
    ],
)
def test_whose_addresses_they_are(address: str, vendor: str, *, wrong: bool) -> None:
    """Only what is known to be another vendor's contradicts."""
    assert contradicts(address, vendor) is wrong
