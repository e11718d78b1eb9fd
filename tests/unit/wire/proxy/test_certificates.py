"""Certificates in headers."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st

from provd.testing.certificates import Maker
from provd.testing.proxy import escaped, rfc9440
from provd.values import MalformedPacket
from provd.wire.proxy import LONGEST_CHAIN, MOST_CERTIFICATES, read_certificates

OURS = Maker()
OWN = OURS.client("0004f2123456")
DER = (OWN.public_bytes(Encoding.DER), OURS.certificate.public_bytes(Encoding.DER))


def test_rfc_9440() -> None:
    """One certificate, and a chain that leads from it."""
    assert read_certificates(rfc9440(OWN)) == DER[:1]
    assert read_certificates(rfc9440(OWN), rfc9440(OURS.certificate)) == DER


def test_pem_with_escapes() -> None:
    """As nginx and HAProxy write it, alone or with what follows."""
    assert read_certificates(escaped(OWN)) == DER[:1]
    assert read_certificates(escaped(OWN, OURS.certificate)) == DER


def test_none() -> None:
    """A proxy whose client showed none sends nothing, or nothing between the quotes."""
    assert read_certificates("") == ()


@pytest.mark.parametrize(
    ("own", "between"),
    [
        ("", ":AAAA:"),
        (":AAAA:, :AAAA:", ""),
        (":AAAA:;a=1", ""),
        ("::", ""),
        (":AAA:", ""),
        (":A A:", ""),
        (":AAAA:", "AAAA"),
        (":AAAA:", ",".join([":AAAA:"] * MOST_CERTIFICATES)),
        ("AAAA", ""),
        (escaped(OWN), ":AAAA:"),
        (escaped(OWN) + ", " + escaped(OWN), ""),
        (escaped(OWN)[:-30], ""),
        (escaped(*[OWN] * (MOST_CERTIFICATES + 1)), ""),
        ("%2D" * LONGEST_CHAIN, ""),
        ("(null)", ""),
    ],
)
def test_hostile(own: str, between: str) -> None:
    """Anything else is refused: given twice, in both spellings, cut short, too many, too long."""
    with pytest.raises(MalformedPacket):
        read_certificates(own, between)


@given(st.text(max_size=200), st.text(max_size=50))
def test_no_text_crashes_it(own: str, between: str) -> None:
    """Whatever stands in the headers, it is certificates or refused."""
    for begin in ("", ":", "-----BEGIN%20CERTIFICATE-----"):
        try:
            read_certificates(begin + own, between)
        except MalformedPacket:
            continue
