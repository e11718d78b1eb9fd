"""Policies, enrolments and alerts over the API."""

from __future__ import annotations

from provd.testing.api import bench

POLICIES, ENROLMENTS = "/api/v1/serving-policies", "/api/v1/enrolments"


def test_the_shipped_policy_is_seen_and_stays() -> None:
    """First in the list; nobody changes it."""
    made = bench()
    listed = made.ask("GET", POLICIES).json
    assert listed["items"][0]["id"] == "shipped-default"
    shown = made.ask("GET", f"{POLICIES}/shipped-default").json
    assert (shown["level"], shown["budget"]) == ("network", {"times": 100, "seconds": 3600})
    refused = made.ask("PATCH", f"{POLICIES}/shipped-default", {"level": "claimed"})
    assert refused.status == 409
    assert refused.json["type"].endswith("built-in")


def test_an_enrolment_is_opened_and_closed() -> None:
    """From now on for so long; said anew with another time it begins anew, otherwise it goes on."""
    made = bench()
    now = made.core.clock.seconds()
    opened = made.ask("POST", ENROLMENTS, {"seconds": 60}).json
    assert (opened["open"], opened["until"]) == (True, now + 60)
    url = f"{ENROLMENTS}/{opened['id']}"
    made.core.clock.advance(30)
    same = made.ask("PATCH", url, {"description": "the new floor"}).json
    assert same["until"] == now + 60
    longer = made.ask("PATCH", url, {"seconds": 90}).json
    assert longer["until"] == now + 30 + 90
    made.core.clock.advance(91)
    assert made.ask("GET", url).json["open"] is False
    assert made.ask("GET", f"{ENROLMENTS}?open=false").json["total"] == 1
    assert made.ask("DELETE", url).status == 204


def test_a_device_that_is_not_there() -> None:
    """The policy is about nobody, and says so."""
    made = bench()
    shown = made.ask("POST", POLICIES, {"id": "p", "when": {"device": "nobody"}}).json
    assert shown["available"] is False
    assert "nobody" in shown["errors"][0]
