"""What a plugin reads of a DHCP request beside its vendor class."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provd.sdk import TR069, Asked, Clue
from provd.testing.inquiries import dhcp

MAC = "00:00:5e:00:53:01"


def asked(**options: bytes) -> Asked:
    """A request with these options, named `o43` and so on."""
    return Asked(dhcp(MAC, dhcp={int(name[1:]): value for name, value in options.items()}))


def under(enterprise: int, content: bytes) -> bytes:
    """What options 124 and 125 hold for one enterprise."""
    return enterprise.to_bytes(4, "big") + bytes([len(content)]) + content


def test_what_is_in_43() -> None:
    """Sub-options, in their order; none where they cannot be read."""
    assert asked(o43=b"\1\2ok\3\0").suboptions(43) == {1: b"ok", 3: b""}
    assert asked(o43=b"\1\x20ok").suboptions(43) == {}
    assert asked().suboptions(43) == {}


def test_user_classes() -> None:
    """As RFC 3004 has them, and as iPXE does: one plain text."""
    assert asked(o77=b"\3one\3two").user_classes() == ("one", "two")
    assert asked(o77=b"iPXE").user_classes() == ("iPXE",)
    assert asked().user_classes() == ()


def test_what_an_enterprise_is_told() -> None:
    """By its number, in 124 and in 125."""
    told = asked(
        o124=under(9, b"\5phone") + under(TR069, b"\x0ddslforum.org\0"),
        o125=under(9, b"\1\2no") + under(TR069, b"\1\x0600085D\2\x042374\3\x046731"),
    )
    assert told.vendor_classes(9) == (b"phone",)
    assert told.vendor_classes(8) == ()
    assert told.vendor_info(9) == {1: b"no"}
    assert told.vendor_info(8) == {}
    assert told.tr069() == {"oui": "00085D", "sn": "2374", "product_class": "6731"}
    assert told.fields == {"dhcp:124", "dhcp:125"}


def test_what_is_no_text_is_left_out() -> None:
    """A serial number with control characters is none."""
    told = asked(o125=under(TR069, b"\1\x0600085D\2\1\n\3\2\xc3\xa9"))
    assert told.tr069() == {"oui": "00085D"}


@given(st.dictionaries(st.sampled_from([43, 61, 77, 124, 125]), st.binary(max_size=60)))
def test_nothing_raises(options: dict[int, bytes]) -> None:
    """Whatever a client sends, what cannot be read is as if it had not been sent."""
    told = Asked(dhcp(MAC, dhcp=options))
    told.suboptions(43)
    told.user_classes()
    told.vendor_classes(TR069)
    told.vendor_info(TR069)
    told.tr069()


@pytest.mark.parametrize("text", ["00:08:5D", "00-08-5d", "00:08", "00:08:5d:01", ""])
def test_ranges_are_three_octets(text: str) -> None:
    """Anything else would never be found."""
    with pytest.raises(ValueError, match="no range"):
        Clue.hardware("Acme", text)
