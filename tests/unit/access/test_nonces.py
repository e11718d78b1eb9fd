"""Nonces: nobody else makes one, and no count of one is good twice."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from provd.access import Nonces
from provd.access.nonces import WINDOW

NOW = 1_700_000_000.0
LIFE = 300.0


def nonces(most: int = 100) -> Nonces:
    """Of one process."""
    return Nonces(b"a key for tests!", LIFE, most)


def test_one_is_good_at_once_and_for_its_life() -> None:
    """And not a moment longer."""
    made = nonces()
    nonce = made.make("i", NOW)
    assert made.judge(nonce, 1, NOW, keep=True) == ""
    assert made.judge(nonce, 2, NOW + LIFE, keep=True) == ""
    assert "time" in made.judge(nonce, 3, NOW + LIFE + 0.01, keep=True)


def test_a_count_is_good_once() -> None:
    """An answer that is sent again is no answer; later ones may come in any order."""
    made = nonces()
    nonce = made.make("i", NOW)
    assert made.judge(nonce, 3, NOW, keep=True) == ""
    assert "before" in made.judge(nonce, 3, NOW, keep=True)
    assert made.judge(nonce, 1, NOW, keep=True) == ""
    assert "before" in made.judge(nonce, 1, NOW, keep=True)
    assert made.judge(nonce, 200, NOW, keep=True) == ""
    assert "before" in made.judge(nonce, 200 - WINDOW, NOW, keep=True)
    assert made.judge(nonce, 201 - WINDOW, NOW, keep=True) == ""
    assert "before" in made.judge(nonce, 0, NOW, keep=True)


def test_a_what_if_uses_nothing_up() -> None:
    """However often it is asked."""
    made = nonces()
    nonce = made.make("i", NOW)
    for _each in range(3):
        assert made.judge(nonce, 1, NOW, keep=False) == ""
    assert len(made) == 0


def test_those_of_another_process_are_not_taken() -> None:
    """A restart forgets what was used, so it takes nothing from before."""
    nonce = Nonces(b"a key of another", LIFE).make("i", NOW)
    assert "start" in nonces().judge(nonce, 1, NOW, keep=True)


def test_the_same_inquiry_is_given_the_same() -> None:
    """A what-if tells what would be asked for."""
    assert nonces().make("i", NOW) == nonces().make("i", NOW) != nonces().make("j", NOW)


def test_what_is_forgotten_is_stale() -> None:
    """Room is bounded; what has to be forgotten cannot be used again."""
    made = nonces(most=2)
    first, second, third = (made.make(str(each), NOW + each) for each in range(3))
    for nonce in (first, second, third):
        assert made.judge(nonce, 1, NOW + 3, keep=True) == ""
    assert len(made) == 2
    assert "time" in made.judge(first, 2, NOW + 3, keep=True)
    assert made.judge(second, 2, NOW + 3, keep=True) == ""
    assert made.judge(made.make("new", NOW + 4), 1, NOW + 4, keep=True) == ""


@given(at=st.integers(0, 31), bit=st.integers(0, 7))
def test_no_bit_can_be_another(at: int, bit: int) -> None:
    """Neither of the time nor of the signature."""
    made = nonces()
    raw = bytearray(urlsafe_b64decode(made.make("i", NOW)))
    raw[at] ^= 1 << bit
    assert made.judge(urlsafe_b64encode(raw).decode(), 1, NOW, keep=True)


@given(st.text(max_size=60))
def test_no_text_is_taken_for_one(text: str) -> None:
    """Nor crashes anything."""
    assert nonces().judge(text, 1, NOW, keep=True)
    assert nonces().judge((text * 44)[:44], 1, NOW, keep=True)


class Using(RuleBasedStateMachine):
    """Clients use nonces in any order; compared with a set of all that was ever used."""

    made_ones: Bundle[str] = Bundle("made_ones")

    def __init__(self) -> None:
        super().__init__()
        self.nonces = nonces(most=3)
        self.now = NOW
        self.used: set[tuple[str, int]] = set()
        self.number = 0

    @rule(target=made_ones)
    def make(self) -> str:
        """Somebody is challenged."""
        self.number += 1
        return self.nonces.make(str(self.number), self.now)

    @rule(nonce=made_ones, count=st.integers(0, 90))
    def use(self, nonce: str, count: int) -> None:
        """Whatever is taken was never taken before."""
        if not self.nonces.judge(nonce, count, self.now, keep=True):
            assert (nonce, count) not in self.used
            assert count > 0
            self.used.add((nonce, count))

    @rule(seconds=st.sampled_from([0.5, 60.0, LIFE]))
    def wait(self, seconds: float) -> None:
        """Time passes."""
        self.now += seconds

    @invariant()
    def bounded(self) -> None:
        """No more is remembered than may be."""
        assert len(self.nonces) <= 3


TestUsing = Using.TestCase
