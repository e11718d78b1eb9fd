"""How sure it is that the device that asks is the one that was found."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from zope.interface import implementer
from zope.interface.verify import verifyObject

from provd.application.explain import tell
from provd.contracts import INeighbours, IProve
from provd.documents import Device
from provd.documents.dhcp import Lease
from provd.pipeline.prove import ByLease, ByNeighbour
from provd.testing.inquiries import ARRIVED, MAC, PEER, Core, core, http
from provd.testing.plugins import acme
from provd.values import Decision, Inquiry, Level, Proof, level_of

OTHER = "00:00:5e:00:53:99"
AGENT = f"Acme A20 {MAC} 1.0"


@implementer(INeighbours)
class Neighbours:
    """A neighbour table of one row."""

    def __init__(self, mac: str) -> None:
        self._mac = mac

    def mac_of(self, address: str, interface: str = "") -> str:
        del interface
        return self._mac if address == PEER else ""

    def close(self) -> None:
        """Nothing is open."""


@implementer(IProve)
class Says:
    """A proof that the test chooses."""

    name = "test"

    def __init__(self, proof: Proof | None) -> None:
        self._proof = proof

    def prove(self, inquiry: Inquiry, device: Device, view: Any, *, keep: bool) -> Proof | None:
        del inquiry, device, view, keep
        return self._proof


def decided(made: Core, path: str = "/a.cfg") -> Decision:
    """How the phone's request for a file was decided."""
    made.keep(Device(id="d1", mac=MAC, plugin="acme"))
    inquiry = http(path, AGENT)
    made.inquiries.ask(inquiry)
    decision = made.decisions.get(inquiry.id)
    assert decision is not None
    return decision


@pytest.mark.parametrize("prover", [ByNeighbour(), ByLease()])
def test_provides_the_contract(prover: object) -> None:
    """The pipeline may rely on IProve."""
    assert verifyObject(IProve, prover)


def test_a_mac_address_proves_nothing() -> None:
    """Whoever knows it could have written it."""
    decision = decided(core(acme()))
    assert (decision.level, decision.proofs) == (Level.CLAIMED, ())


def test_the_neighbour_table_agrees() -> None:
    """The kernel sees the box at the address that asks."""
    decision = decided(core(acme(), neighbours=Neighbours(MAC)))
    assert decision.level is Level.NETWORK
    assert str(decision.proofs[0]) == f"the kernel knows {MAC} at {PEER}"


def test_another_neighbour_proves_nothing_and_refutes_nothing() -> None:
    """It may be a router that translates addresses; the explanation tells which box it is."""
    decision = decided(core(acme(), neighbours=Neighbours(OTHER)))
    assert decision.level is Level.CLAIMED
    assert not decision.proofs[0].refutes
    assert OTHER in str(decision.proofs[0])


@pytest.mark.parametrize(
    ("lease", "level"),
    [
        (Lease(id=PEER, mac=MAC, until=int(ARRIVED) + 60), Level.NETWORK),
        (Lease(id=PEER, device="d1", until=int(ARRIVED) + 60), Level.NETWORK),
        (Lease(id=PEER, mac=MAC, until=int(ARRIVED)), Level.CLAIMED),
        (Lease(id=PEER, mac=OTHER, device="d2", until=int(ARRIVED) + 60), Level.CLAIMED),
        (Lease(id="192.0.2.250", mac=MAC, until=int(ARRIVED) + 60), Level.CLAIMED),
    ],
)
def test_a_lease_of_ours(lease: Lease, level: Level) -> None:
    """The address was given to this device, and is its own still."""
    made = core(acme())
    draft = made.store.draft("test")
    draft.put("leases", lease)
    made.store.commit(draft)
    assert decided(made).level is level


def test_what_refutes_outweighs_everything() -> None:
    """Somebody with another device's certificate is that other device, whatever the network says."""
    refuted = Says(Proof(Level.CERTIFICATE, "test", "it is another's", refutes=True))
    decision = decided(core(acme(), neighbours=Neighbours(MAC), provers=[refuted]))
    assert decision.level is Level.CLAIMED


def test_it_is_explained() -> None:
    """Operators read the level, and what came of each proof."""
    told = tell(decided(core(acme(), neighbours=Neighbours(MAC))))
    text = f"the kernel knows {MAC} at {PEER}"
    assert told["level"] == "network"
    assert told["proofs"] == [
        {"by": "neighbour", "level": "network", "refutes": False, "text": text}
    ]
    assert {"step": "prove", "text": f"identity level 1 (network); {text}"} in told["steps"]


proofs = st.lists(
    st.builds(Proof, st.sampled_from(Level), st.just("test"), st.just(""), refutes=st.booleans())
)


@given(proofs, proofs)
def test_more_proofs_never_lower_the_level_but_by_refuting(
    some: list[Proof], more: list[Proof]
) -> None:
    """The best counts."""
    if any(proof.refutes for proof in more):
        assert level_of(some + more) is Level.CLAIMED
    elif not any(proof.refutes for proof in some):
        assert level_of(some + more) >= level_of(some)
