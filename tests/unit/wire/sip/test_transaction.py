"""The client's transaction: what it sends when, and when it is over."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from provd.wire.sip import ClientTransaction, Due, Phase


def sendings(transaction: ClientTransaction, until: float) -> list[tuple[float, Due]]:
    """What is due, and when, on a clock that is looked at whenever it says so."""
    told = []
    while (at := transaction.next) is not None and at <= until:
        told.append((at, transaction.tick(at)))
    return told


def test_nobody_answers() -> None:
    """Over UDP it is sent after 0.5, 1.5, 3.5, 7.5 s and every 4 s from there, and given up after 32 s."""
    told = sendings(ClientTransaction(0.0, reliable=False), 100)
    again = [at for at, due in told if due is Due.SEND_AGAIN]
    assert again == [0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5]
    assert told[-1] == (32.0, Due.TELL_TIMEOUT)


def test_a_reliable_transport() -> None:
    """Nothing is sent again, timer F stays, and there is nothing to wait for afterwards."""
    transaction = ClientTransaction(0.0, reliable=True)
    assert sendings(transaction, 100) == [(32.0, Due.TELL_TIMEOUT)]
    transaction = ClientTransaction(0.0, reliable=True)
    assert transaction.receive(200, 1.0)
    assert transaction.phase is Phase.TERMINATED
    assert transaction.next is None


def test_provisional() -> None:
    """Once somebody is at it, it is sent every T2 only; timer F goes on."""
    transaction = ClientTransaction(0.0, reliable=False)
    assert transaction.receive(100, 0.1)
    told = sendings(transaction, 100)
    assert [at for at, due in told if due is Due.SEND_AGAIN] == [
        0.5,
        4.5,
        8.5,
        12.5,
        16.5,
        20.5,
        24.5,
        28.5,
    ]
    assert told[-1] == (32.0, Due.TELL_TIMEOUT)


def test_answers_that_come_twice() -> None:
    """They are taken in for T4 after the first, and news once."""
    transaction = ClientTransaction(0.0, reliable=False)
    assert transaction.receive(200, 1.0)
    assert not transaction.receive(200, 1.5)
    assert not transaction.receive(481, 2.0)
    assert transaction.phase is Phase.COMPLETED
    assert sendings(transaction, 100) == [(6.0, Due.FORGET)]
    assert transaction.phase is Phase.TERMINATED


def test_a_transport_that_fails() -> None:
    """It is over at once, and that is news once."""
    transaction = ClientTransaction(0.0, reliable=True)
    assert transaction.fail()
    assert not transaction.fail()
    assert transaction.tick(50.0) is Due.NOTHING


steps = st.lists(
    st.tuples(st.sampled_from(["tick", "fail"]) | st.integers(100, 699), st.floats(0, 9)),
    max_size=40,
)


@given(st.booleans(), steps)
def test_whatever_happens(reliable: bool, taken: list[tuple[str | int, float]]) -> None:  # noqa: FBT001
    """It ends once, tells one final response or one failure, and never sends when it has an answer."""
    transaction, now = ClientTransaction(0.0, reliable=reliable), 0.0
    ends = 0
    for step, later in taken:
        now += later
        before = transaction.phase
        due = transaction.tick(now) if step == "tick" else Due.NOTHING
        if step == "fail":
            ends += transaction.fail()
        elif isinstance(step, int):
            ends += transaction.receive(step, now) and step >= 200
        ends += due is Due.TELL_TIMEOUT
        assert not (reliable and due is Due.SEND_AGAIN)
        assert due is not Due.SEND_AGAIN or before in {Phase.TRYING, Phase.PROCEEDING}
        assert before.value <= transaction.phase.value
    assert ends <= 1
