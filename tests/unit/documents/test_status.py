"""What the server itself knows of a device."""

from __future__ import annotations

import msgspec

from provd.documents import (
    STATUSES,
    Answered,
    Status,
    answered,
    configured,
    seen_with_version,
    to_dict,
)


def answer(time: float, **more: object) -> Answered:
    """An answer at that time."""
    return msgspec.structs.replace(Answered(time=time, inquiry=f"i{time}", protocol="http"), **more)


def test_answers_are_bounded_newest_first() -> None:
    """However long a device lives, its status stays small."""
    status = Status(id="phone")
    for time in range(100):
        status = answered(status, answer(float(time)))
    assert [kept.time for kept in status.answers] == [float(time) for time in range(99, 83, -1)]
    assert status.last_seen == 99.0


def test_leases_push_out_no_files() -> None:
    """A device that renews its lease every minute still shows which files it was given last."""
    status = Status(id="phone")
    for time in range(20):
        status = answered(status, answer(float(time), path=f"/{time}"))
    for time in range(100, 150):
        status = answered(status, answer(float(time), protocol="dhcp"))
    told = [(kept.protocol, kept.time) for kept in status.answers]
    assert told == [
        ("dhcp", 149.0),
        ("dhcp", 148.0),
        *(("http", float(at)) for at in range(19, 5, -1)),
    ]


def test_last_seen_never_goes_back() -> None:
    """Answers may be told out of order."""
    status = answered(answered(Status(id="phone"), answer(5.0)), answer(3.0))
    assert status.last_seen == 5.0


def test_what_comes_from_the_network_is_cut() -> None:
    """A device that asks for a path of a megabyte does not get a megabyte kept."""
    status = answered(Status(id="phone"), answer(1.0, path="x" * 10_000, reason="y" * 10_000))
    assert len(status.answers[0].path) == len(status.answers[0].reason) == 255
    assert seen_with_version(status, "9" * 10_000).versions == ("9" * 255,)


def test_versions_are_each_kept_once_newest_first() -> None:
    """A device that goes back to an older firmware is seen to."""
    status = Status(id="phone")
    for version in ["1", "2", "1", "1"]:
        status = seen_with_version(status, version)
    assert status.versions == ("1", "2")
    for version in range(50):
        status = seen_with_version(status, str(version))
    assert len(status.versions) == 10


def test_a_version_seen_again_changes_nothing() -> None:
    """So there is nothing to write."""
    status = seen_with_version(Status(id="phone"), "1")
    assert seen_with_version(status, "1") is status


def test_why_a_device_is_not_configured() -> None:
    """Nobody knows, it is not and why, it is: three states that are told apart."""
    status = Status(id="phone")
    assert status.configured is None
    failed = configured(status, ["raw_config.timezone: is 'Mars'"])
    assert (failed.configured, failed.problems) == (False, ("raw_config.timezone: is 'Mars'",))
    mended = configured(failed)
    assert (mended.configured, mended.problems) == (True, ())
    assert len(configured(status, ["x"] * 1000).problems) == 50


def test_a_status_is_kept_and_told() -> None:
    """Its text is read back as it was, and clients see plain JSON."""
    status = configured(answered(Status(id="phone"), answer(1.0, kind="content", size=9)))
    assert msgspec.json.decode(STATUSES.encode(status), type=Status) == status
    assert to_dict(status)["answers"] == [
        {"time": 1.0, "inquiry": "i1.0", "protocol": "http", "kind": "content", "size": 9}
    ]
