"""Whose address an inquiry carries, behind proxies."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provd.servers.http._proxies import TrustedProxies
from provd.testing.http import edge
from provd.values import Invalid, MalformedPacket

PROXY = "192.0.2.100"
INNER = "192.0.2.101"
PHONE = "198.51.100.9"


def trusting(count: int = 1, *networks: str) -> TrustedProxies:
    """Proxies of one network."""
    return TrustedProxies(networks or ("192.0.2.100/31",), count)


@pytest.mark.parametrize(
    ("count", "forwarded", "client"),
    [
        (1, PHONE, PHONE),
        (1, f" {PHONE} ", PHONE),
        (1, f"203.0.113.66, {PHONE}", PHONE),
        (1, f"junk, {PHONE}", PHONE),
        (1, "", PROXY),
        (1, INNER, INNER),
        (2, f"{PHONE}, {INNER}", PHONE),
        (2, f"203.0.113.66, {PHONE}, {INNER}", PHONE),
        (2, f"203.0.113.66, {PHONE}", PHONE),
        (2, INNER, INNER),
        (3, f"203.0.113.66, {INNER}, {INNER}", "203.0.113.66"),
        (2, f"203.0.113.66, {INNER}, {INNER}", INNER),
        (1, f"{PHONE}:5060", PHONE),
        (1, "2001:db8::7", "2001:db8::7"),
        (1, "2001:0DB8:0::7", "2001:db8::7"),
        (1, "[2001:db8::7]", "2001:db8::7"),
        (1, "[2001:db8::7]:5060", "2001:db8::7"),
        (1, "::ffff:198.51.100.9", PHONE),
    ],
)
def test_only_what_trusted_proxies_wrote_counts(count: int, forwarded: str, client: str) -> None:
    """The walk goes from right to left while the next hop is trusted and the count allows."""
    assert trusting(count).client(PROXY, forwarded) == client


@pytest.mark.parametrize(
    "entry",
    [
        "unknown",
        "_hidden",
        "localhost",
        "192.0.2",
        "192.0.2.1:",
        "192.0.2.1:x",
        "192.0.2.1:65536",
        "192.0.2.1:٣",
        "192.0.2.01",
        "[2001:db8::1",
        "[2001:db8::1]x",
        "[2001:db8::1]5060",
        "[]",
        "fe80::1%eth0",
        ",",
        f"{PHONE},",
        '"192.0.2.1"',
        "<script>",
    ],
)
def test_what_is_no_address_is_malformed(entry: str) -> None:
    """A proxy that names no address is broken: its request is refused, not blamed on somebody."""
    with pytest.raises(MalformedPacket):
        trusting().client(PROXY, entry)


@given(st.text(max_size=60))
def test_any_header_is_an_address_or_malformed(forwarded: str) -> None:
    """Whatever the header says, the outcome is a canonical address or the named error."""
    try:
        client = trusting(3, "0.0.0.0/0", "::/0").client(PROXY, forwarded)
    except MalformedPacket:
        return
    assert trusting(1, "0.0.0.0/0", "::/0").trusts(client)


def test_networks_that_are_none_are_all_named() -> None:
    """Every bad network is reported, each with its place."""
    with pytest.raises(Invalid) as caught:
        TrustedProxies(["192.0.2.0/24", "192.0.2.1/24", "proxy.example"], 1)
    assert [problem.path for problem in caught.value.problems] == [
        "trusted_proxies.1",
        "trusted_proxies.2",
    ]


def test_a_negative_count_is_invalid() -> None:
    """A count below zero is a mistake, not a way to trust nobody."""
    with pytest.raises(Invalid):
        TrustedProxies([], -1)


def test_what_is_remembered_is_bounded() -> None:
    """A flood of addresses does not fill the memory of who is trusted."""
    proxies = trusting()
    for number in range(10_000):
        proxies.trusts(f"10.0.{number >> 8}.{number & 255}")
    assert len(proxies._remembered) <= 4096


def test_strangers_are_not_believed() -> None:
    """A device that sends X-Forwarded-For itself is still known by its own address."""
    server = edge(trusted_proxies=("192.0.2.100/31",))
    server.connect("198.51.100.1").get("/file", "X-Forwarded-For: 203.0.113.66")
    assert server.inquiries.asked[0].peer == "198.51.100.1"


def test_the_device_behind_a_proxy_is_the_peer() -> None:
    """Several lines of X-Forwarded-For are one list."""
    server = edge(trusted_proxies=("192.0.2.100/31",))
    client = server.connect(PROXY)
    client.get("/file", f"X-Forwarded-For: {PHONE}")
    client.get("/file", "X-Forwarded-For: 203.0.113.66", f"X-Forwarded-For: {PHONE}")
    assert [inquiry.peer for inquiry in server.inquiries.asked] == [PHONE, PHONE]


@pytest.mark.parametrize("extra", [(), ("X-Twice: 1", "X-Twice: 2")])
def test_a_broken_proxy_gets_400(extra: tuple[str, ...]) -> None:
    """The request of a proxy that names no address is refused and never passed on."""
    server = edge(trusted_proxies=("192.0.2.100/31",))
    answer = server.connect(PROXY).get("/file", "X-Forwarded-For: unknown", *extra)
    assert (answer.status, server.inquiries.asked) == (400, [])


def test_a_count_of_zero_believes_nobody() -> None:
    """With a count of 0 the header is ignored, as it always was."""
    server = edge(trusted_proxies=("192.0.2.100/31",), trusted_proxy_count=0)
    server.connect(PROXY).get("/file", f"X-Forwarded-For: {PHONE}")
    assert server.inquiries.asked[0].peer == PROXY
