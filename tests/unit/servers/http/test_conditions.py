"""Which part of a representation a request is to be sent."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provd.servers.http._conditions import Part, choose, format_date, parse_date, tags_of

MODIFIED = 1_700_000_000
DATE = "Tue, 14 Nov 2023 22:13:20 GMT"
BEFORE = "Tue, 14 Nov 2023 22:13:19 GMT"
AFTER = "Wed, 15 Nov 2023 22:13:20 GMT"


def chosen(method: str = "GET", **headers: str) -> Part:
    """The part of a file of 100 bytes with the tag "cafe"."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return choose(method, named, 100, "cafe", MODIFIED)


@pytest.mark.parametrize(
    ("wanted", "start", "stop"),
    [
        ("bytes=0-9", 0, 10),
        ("bytes=0-0", 0, 1),
        ("bytes=90-", 90, 100),
        ("bytes=99-99", 99, 100),
        ("bytes=90-1000", 90, 100),
        ("bytes=-10", 90, 100),
        ("bytes=-1000", 0, 100),
        ("Bytes = 5 - 6", 5, 7),
    ],
)
def test_one_range_is_sent(wanted: str, start: int, stop: int) -> None:
    """From a position, up to a position, or counted from the end (RFC 9110 section 14.1.2)."""
    assert chosen(range=wanted) == Part(206, start, stop)


@pytest.mark.parametrize(
    "wanted",
    [
        "bytes=1-2,4-5",
        "bytes=",
        "bytes=-",
        "bytes=9-5",
        "lines=1-2",
        "bytes=a-b",
        "bytes=1",
        "1-2",
        "",
    ],
)
def test_other_ranges_are_the_whole(wanted: str) -> None:
    """A list, nonsense or another unit is ignored (RFC 9110 section 14.2)."""
    assert chosen(range=wanted) == Part(200, 0, 100)


@pytest.mark.parametrize(
    "wanted", ["bytes=100-", "bytes=100-200", "bytes=-0", "bytes=999999999999999-"]
)
def test_a_range_outside_cannot_be_satisfied(wanted: str) -> None:
    """What begins behind the end is 416."""
    assert chosen(range=wanted) == Part(416, 0, 0)


def test_head_has_no_range() -> None:
    """A range means something for GET only."""
    assert chosen("HEAD", range="bytes=0-9") == Part(200, 0, 100)


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ('"cafe"', True),
        ('W/"cafe"', False),
        ('"beef"', False),
        (DATE, True),
        (BEFORE, False),
        (AFTER, False),
        ("nonsense", False),
        ("", False),
    ],
)
def test_if_range_compares_strongly(condition: str, *, holds: bool) -> None:
    """A part is sent only of what is certainly the same (RFC 9110 section 13.1.5)."""
    assert chosen(range="bytes=0-9", if_range=condition).status == (206 if holds else 200)


@pytest.mark.parametrize(
    ("known", "current"),
    [
        ('"cafe"', True),
        ('W/"cafe"', True),
        ('"a", "cafe" , "b"', True),
        ('"a",W/"cafe"', True),
        ("*", True),
        (" * ", True),
        ('"beef"', False),
        ("cafe", False),
        ('"cafe', False),
        ("", False),
        (",,,", False),
    ],
)
def test_if_none_match_compares_weakly(known: str, *, current: bool) -> None:
    """A device that has it is told so (RFC 9110 section 13.1.2)."""
    assert chosen(if_none_match=known).status == (304 if current else 200)


def test_without_a_tag_only_a_star_matches() -> None:
    """What has no tag is never the same as something that has one."""
    assert choose("GET", {"if-none-match": '""'}, 1, "").status == 200
    assert choose("GET", {"if-none-match": "*"}, 1, "").status == 304


@pytest.mark.parametrize(
    ("since", "status"), [(DATE, 304), (AFTER, 304), (BEFORE, 200), ("x", 200)]
)
def test_if_modified_since_looks_at_seconds(since: str, status: int) -> None:
    """A file that has not changed since is not sent again."""
    assert chosen(if_modified_since=since).status == status


def test_a_tag_wins_over_a_date() -> None:
    """With If-None-Match, If-Modified-Since is not even looked at (RFC 9110 section 13.1.3)."""
    assert chosen(if_none_match='"beef"', if_modified_since=AFTER).status == 200


def test_not_modified_wins_over_a_range() -> None:
    """RFC 9110 section 13.2.2: conditions first, ranges last."""
    assert chosen(if_none_match='"cafe"', range="bytes=0-9").status == 304


def test_what_has_no_date_is_never_unmodified() -> None:
    """A rendered file has a tag and no date."""
    assert choose("GET", {"if-modified-since": AFTER}, 1, "cafe").status == 200


@given(st.integers(0, 2**33))
def test_dates_come_back(moment: int) -> None:
    """What is sent as Last-Modified means the same when it returns."""
    assert parse_date(format_date(moment)) == moment


@given(
    st.text(max_size=80),
    st.sampled_from(["range", "if-none-match", "if-modified-since", "if-range"]),
)
def test_no_header_breaks_the_choice(value: str, name: str) -> None:
    """Whatever a header says, a part inside the representation is chosen."""
    headers = {"range": "bytes=1-2", name: value}
    part = choose("GET", headers, 100, "cafe", MODIFIED)
    assert 0 <= part.start <= part.stop <= 100


@given(st.from_regex(r"(bytes|Bytes)=[0-9]{0,20}-[0-9]{0,20}", fullmatch=True), st.integers(0, 50))
def test_any_range_of_any_size_is_inside(wanted: str, size: int) -> None:
    """A 206 is never empty and never reaches over the end."""
    part = choose("GET", {"range": wanted}, size, "")
    assert part.status in {200, 206, 416}
    assert 0 <= part.start <= part.stop <= size
    if part.status == 206:
        assert part.start < part.stop


def test_a_list_of_tags_ends_at_nonsense() -> None:
    """Tags before what is none still count."""
    assert tags_of('"a", W/"b" x "c"') == ["a"]
    assert tags_of('"a", W/"b", x, "c"') == ["a", "b"]
