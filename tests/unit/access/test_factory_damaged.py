"""Certificates that are damaged or none: each is refused, and none raises."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import NamedTemporaryFile

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import example, given
from hypothesis import strategies as st

from provd.access import Bundle
from provd.access.factory import Known, judge
from provd.access.vendors import readers
from provd.testing.certificates import (
    HARDWARE_MODULE_NAME,
    NOW,
    Maker,
    hardware_module_name,
)

# A certificate that is damaged may have what cryptography puts up with for a while.
pytestmark = pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")

POLY = Maker("Poly CA")
PHONE = {"CN": "0004F28B54F4", "O": "Polycom Inc."}


@given(st.lists(st.binary(max_size=80), max_size=3))
def test_no_bytes_crash_it(chain: list[bytes]) -> None:
    """Whatever a device sends, it is refused."""
    assert judge(chain, {}, frozenset(), NOW.timestamp()).refused


BETWEEN = POLY.authority("between")
HARDWARE = x509.OtherName(HARDWARE_MODULE_NAME, hardware_module_name(b"ABC"))
OWN = BETWEEN.device((HARDWARE, x509.DNSName("phone.example")), **PHONE)
CHAIN = [each.public_bytes(Encoding.DER) for each in (OWN, BETWEEN.certificate)]


@given(
    st.sampled_from([0, 1]),
    st.lists(st.tuples(st.floats(0, 0.9999), st.integers(0, 255)), min_size=1, max_size=3),
)
@example(0, [(0.29, 0x03), (0.3, 0x03)])
def test_damaged_ones_are_refused(which: int, damages: list[tuple[float, int]]) -> None:
    """No certificate but the very one that was signed is good, and none raises."""
    known = {"polycom": Known(readers({})["polycom"], believing(POLY))}
    spoilt = [bytearray(each) for each in CHAIN]
    for place, byte in damages:
        spoilt[which][int(place * len(spoilt[which]))] = byte
    chain = [bytes(each) for each in spoilt]
    found = judge(chain, known, frozenset(), NOW.timestamp())
    assert bool(found.refused) == (chain != CHAIN)


@cache
def believing(maker: Maker) -> Bundle:
    """A bundle of one CA."""
    with NamedTemporaryFile() as file:
        file.write(maker.certificate.public_bytes(Encoding.PEM))
        file.flush()
        found = Bundle(Path(file.name))
    found.look = lambda: None  # type: ignore[method-assign]  # the file has gone
    return found
