"""Names and passwords that devices show over HTTP: who is asked for them, and what they are worth."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from provd.access import ServingSettings
from provd.testing.inquiries import ARRIVED, http, tftp
from provd.testing.showing import (
    FILES,
    KEYS,
    PASSWORDS,
    SECRETS,
    URLS,
    USERS,
    answered,
    ask,
    basic,
    challenged,
    replace_answers,
    secretive,
    shows,
    two_tenants,
)
from provd.values import Content, Level, Refusal, RefusalKind


@pytest.mark.parametrize("session", [False, True])
@pytest.mark.parametrize("at", [0, 1])
def test_a_digest_is_answered(at: int, session: bool) -> None:  # noqa: FBT001 - a table
    """SHA-256 and MD5, each also as -sess; the same answer is not good twice, the next count is."""
    made = two_tenants(serving=ServingSettings(url_key="required", challenge="digest"))
    path = f"/{KEYS['a']}/{FILES['a']}"
    ways = challenged(made, f"/{KEYS['a']}/nothing")
    shown = answered(ways[at], USERS["a"], PASSWORDS["a"], path, session=session)
    answer, decision = shows(made, path, 1, **shown)
    assert isinstance(answer, Content)
    assert decision.level is Level.CREDENTIAL
    _again, decision = shows(made, path, 2, **shown)
    assert decision.level is Level.CLAIMED
    assert "before" in str(decision.proofs[0])
    following = answered(ways[at], USERS["a"], PASSWORDS["a"], path, session=session, count=2)
    _answer, decision = shows(made, path, 3, **following)
    assert decision.level is Level.CREDENTIAL


def test_an_old_nonce_is_stale() -> None:
    """The device, whose password is right, is asked again without anybody being bothered."""
    made = two_tenants(serving=ServingSettings(url_key="required", challenge="digest"))
    missing = f"/{KEYS['a']}/nothing"
    ways = challenged(made, missing)
    shown = answered(ways[0], USERS["a"], PASSWORDS["a"], missing)
    later = replace(http(missing, number=5), headers=shown, arrived=ARRIVED + 301)
    answer, decision = ask(made, later)
    assert decision.level is Level.CLAIMED
    assert all(way.endswith("stale=true") for way in answer.challenge)
    wrong = answered(ways[0], USERS["a"], "wrong", missing)
    answer, _decision = ask(made, replace(later, id="other", headers=wrong))
    assert not any("stale" in way for way in answer.challenge)


@pytest.mark.parametrize(
    "spoilt",
    [
        {"uri": '"/elsewhere"'},
        {"nonce": '"dGhpcyBpcyBubyBub25jZSBvZiBvdXJzIGF0IGFsbCEh"'},
        {"response": '"00000000000000000000000000000000"'},
        {"username": '"d-userB"'},
        {"nc": "00000000"},
        {"qop": "auth-int"},
        {"algorithm": "SHA-512-256"},
        {"realm": '"elsewhere"'},
    ],
)
def test_one_parameter_spoilt_proves_nothing(spoilt: dict[str, str]) -> None:
    """Whichever it is."""
    made = two_tenants(serving=ServingSettings(challenge="digest"))
    ways = challenged(made, "/nothing")
    path = f"/{FILES['a']}"
    shown = answered(ways[1], USERS["a"], PASSWORDS["a"], path, spoilt=spoilt)
    _answer, decision = shows(made, path, 1, **shown)
    assert decision.level is Level.CLAIMED


def test_the_uri_may_name_the_server() -> None:
    """As a proxy is asked; what is behind it must be what is asked for all the same."""
    made = two_tenants(serving=ServingSettings(challenge="digest"))
    [way, _md5] = challenged(made, "/nothing")
    path = f"/{FILES['a']}"
    whole = answered(way, USERS["a"], PASSWORDS["a"], f"http://192.0.2.1:8667{path}")
    _answer, decision = shows(made, path, 1, **whole)
    assert decision.level is Level.CREDENTIAL
    elsewhere = answered(way, USERS["a"], PASSWORDS["a"], "http://192.0.2.1/other", count=2)
    _answer, decision = shows(made, path, 2, **elsewhere)
    assert decision.level is Level.CLAIMED


def test_an_answer_for_another_file_proves_nothing() -> None:
    """Whoever overhears one cannot ask for something else with it."""
    made = two_tenants(serving=ServingSettings(challenge="digest"))
    [way, _md5] = challenged(made, "/nothing")
    shown = answered(way, USERS["a"], PASSWORDS["a"], "/public.txt")
    _answer, decision = shows(made, f"/{FILES['a']}", 1, **shown)
    assert decision.level is Level.CLAIMED
    assert "another request" in str(decision.proofs[0])


def test_who_has_proved_who_it_is_hears_the_truth() -> None:
    """A device with the right password asks for a file that is not there: 404, no end of 401."""
    made = two_tenants(serving=ServingSettings(challenge="basic"))
    replace_answers(made, lambda *_asked: Refusal(RefusalKind.NOT_FOUND, "no such file"))
    _refused, decision = shows(made, f"/{FILES['a']}", 1)
    assert decision.answer.kind is RefusalKind.UNAUTHENTICATED
    answer, _decision = shows(made, f"/{FILES['a']}", 2, **basic(USERS["a"], PASSWORDS["a"]))
    assert answer.kind is RefusalKind.NOT_FOUND


def test_plugins_see_no_password() -> None:
    """Nor a key: what they are asked is what is recorded."""
    made, seen = two_tenants(serving=ServingSettings(url_key="required")), []

    def answers(inquiry: Any, device: Any, view: Any) -> Any:
        seen.append(inquiry)
        return secretive(inquiry, device, view)

    replace_answers(made, answers)
    headers = basic(USERS["a"], PASSWORDS["a"])
    shows(made, f"/{KEYS['a']}/{FILES['a']}", 1, **headers)
    assert seen
    assert not [secret for secret in SECRETS for inquiry in seen if secret in repr(inquiry)]


def test_guessing_gets_slower() -> None:
    """From one address for one name; the right one is not even looked at then, and what-if counts nothing."""
    made = two_tenants()
    path, wrong = f"/{FILES['a']}", basic(USERS["a"], "wrongPassword")
    for number in range(5):
        shows(made, path, number, **wrong)
    _answer, decision = shows(made, path, 9, **wrong)
    assert "too many" in str(decision.proofs[0])
    _answer, decision = shows(made, path, 10, **basic(USERS["a"], PASSWORDS["a"]))
    assert decision.level is Level.CLAIMED
    other = replace(http(path, number=11, peer="192.0.2.8"), headers=basic(USERS["a"], "x"))
    _answer, decision = ask(made, other)
    assert "wrong" in str(decision.proofs[0])
    made.clock.advance(900)
    _answer, decision = shows(made, path, 12, **basic(USERS["a"], PASSWORDS["a"]))
    assert decision.level is Level.CREDENTIAL


def test_seen_with_the_new_password_the_one_before_is_retired() -> None:
    """The one before does not do that; after it, it is wrong."""
    made = two_tenants()
    path = f"/{FILES['a']}"
    before, new = (basic(USERS["a"], PASSWORDS[each]) for each in ("before", "a"))
    _answer, decision = shows(made, path, 1, **before)
    assert decision.level is Level.CREDENTIAL
    assert made.store.get("credentials", "phone-a").previous_password is not None
    shows(made, path, 2, **new)
    credential = made.store.get("credentials", "phone-a")
    assert (credential.previous_password, credential.confirmed) == (None, ARRIVED)
    _answer, decision = shows(made, path, 3, **before)
    assert decision.level is Level.CLAIMED
    position = made.store.position("credentials")
    shows(made, path, 4, **new)
    assert made.store.position("credentials") == position


def test_the_overlap_ends_by_the_clock() -> None:
    """Whether the device was seen or not."""
    made = two_tenants()
    late = http(f"/{FILES['a']}", arrived=ARRIVED + 101)
    inquiry = replace(late, headers=basic(USERS["a"], PASSWORDS["before"]))
    _answer, decision = ask(made, inquiry)
    assert decision.level is Level.CLAIMED


@pytest.mark.parametrize("challenge", ["basic", "digest"])
def test_all_refusals_look_alike(challenge: Any) -> None:
    """Whoever is refused over HTTP is asked for a password, whatever the reason; over TFTP nobody is."""
    settings = ServingSettings(url_key="required", challenge=challenge)
    kinds = set()
    for number, path in enumerate(
        (
            f"/{FILES['a']}",
            f"/{KEYS['b']}/{FILES['a']}",
            f"/{KEYS['over']}/{FILES['a']}",
            f"/{KEYS['a']}/nothing-that-is",
            f"/{URLS['used']}/{FILES['a']}",
            f"/{URLS['b']}/{FILES['a']}",
        )
    ):
        made = two_tenants(serving=settings)
        answer, _decision = ask(made, replace(http(path), id=f"i{number}"))
        kinds.add((answer.kind, tuple(map(len, answer.challenge))))
        answer, _decision = ask(made, replace(tftp(path.lstrip("/")), id=f"t{number}"))
        assert (answer.kind, answer.challenge) == (RefusalKind.NOT_FOUND, ())
    assert len(kinds) == 1
    [(kind, lengths)] = kinds
    assert kind is RefusalKind.UNAUTHENTICATED
    assert len(lengths) == (1 if challenge == "basic" else 2)
