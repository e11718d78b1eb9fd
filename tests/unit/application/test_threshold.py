"""Keys, one-time URLs, names and passwords: who is let in to what, over HTTP and TFTP alike."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from twisted.internet.defer import Deferred, fail

from provd.access import ServingSettings
from provd.access.serving import Mode
from provd.application.explain import tell
from provd.documents import Device
from provd.testing.access import keep
from provd.testing.inquiries import ARRIVED, Core, http, tftp
from provd.testing.showing import (
    FILES,
    KEYS,
    MAC_A,
    PASSWORDS,
    URLS,
    USERS,
    ask,
    basic,
    replace_answers,
    two_tenants,
)
from provd.values import (
    Content,
    Decision,
    Inquiry,
    Level,
    Redirect,
    Refusal,
    RefusalKind,
    RevisionConflict,
    StoreUnavailable,
)

KEY_MODES: tuple[Mode, ...] = ("off", "accepted", "required")
SHOWN_KEYS = (None, *KEYS)
SHOWN_URLS = (None, *URLS)
CREDENTIALS = (None, "own", "before", "another's", "wrong", "nobody's")

MODEL_OF_KEYS = {
    ("accepted", None): "found",
    ("accepted", "a"): "found",
    ("accepted", "b"): "unknown",
    ("accepted", "over"): "barred",
    ("accepted", "none"): "found",
    ("required", None): "barred",
    ("required", "a"): "found",
    ("required", "b"): "unknown",
    ("required", "over"): "barred",
    ("required", "none"): "barred",
}
"""What becomes of a request for the file of tenant a's phone."""

MODEL_OF_URLS = {
    "a": "found",
    "b": "unknown",
    "over": "barred",
    "used": "barred",
    "none": "barred",
}

LEVELS = {"own": Level.CREDENTIAL, "before": Level.CREDENTIAL}
"""What a name and a password prove of phone a; the others prove nothing."""


def header(shown: str | None) -> dict[str, str]:
    """What is shown over HTTP."""
    if shown is None:
        return {}
    user = {"another's": USERS["b"], "nobody's": "d-nobody"}.get(shown, USERS["a"])
    password = {"own": "a", "another's": "b", "before": "before"}.get(shown)
    return basic(user, PASSWORDS[password] if password else "wrongPassword")


def asked(protocol: str, path: str, shown: str | None = None) -> Inquiry:
    """A request; TFTP has no headers."""
    if protocol == "tftp":
        return tftp(path.lstrip("/"))
    return replace(http(path), headers=header(shown))


def outcome(answer: Any, decision: Decision) -> str:
    """One word for what became of it."""
    if isinstance(answer, Content):
        assert answer.body.startswith(b"phone-a ")
        return "found"
    assert isinstance(answer, Refusal)
    assert answer.kind is RefusalKind.NOT_FOUND
    if decision.device is not None:
        return "withheld"
    return "barred" if decision.inquiry.barred else "unknown"


@pytest.mark.parametrize("protocol", ["http", "tftp"])
@pytest.mark.parametrize("mode", KEY_MODES)
def test_the_truth_table_of_keys(mode: Any, protocol: str) -> None:
    """Each key with each name and password, in each mode; a password opens nothing that a key closes."""
    for key, shown in itertools.product(SHOWN_KEYS, CREDENTIALS):
        if mode == "off" and key is not None:
            continue  # it is a directory like any other
        made = two_tenants(serving=ServingSettings(url_key=mode))
        path = f"/{KEYS[key]}/{FILES['a']}" if key else f"/{FILES['a']}"
        if mode == "accepted" and key == "none":
            path = f"/directory/{FILES['a']}"
        answer, decision = ask(made, asked(protocol, path, shown))
        expected = "found" if mode == "off" else MODEL_OF_KEYS[mode, key]
        if expected == "found" and protocol == "http" and shown == "another's":
            expected = "withheld"
        assert outcome(answer, decision) == expected, (mode, key, shown)
        if expected == "found":
            level = LEVELS.get(shown or "", Level.CLAIMED) if protocol == "http" else Level.CLAIMED
            assert decision.level is level
        if mode != "off" and key in ("a", "b", "over"):
            assert decision.inquiry.key == f"key-{key}"
            assert decision.inquiry.path.lstrip("/") == FILES["a"]


@pytest.mark.parametrize("protocol", ["http", "tftp"])
@pytest.mark.parametrize("mode", ["accepted", "required"])
def test_the_truth_table_of_both(mode: Any, protocol: str) -> None:
    """A key and a URL, in any order: both must be good for the device, and neither is told."""
    for key, url, turned in itertools.product(KEYS, URLS, (False, True)):
        if key == "none" and (turned or mode == "accepted"):
            continue  # it is a directory like any other
        parts = [KEYS[key], URLS[url]]
        made = two_tenants(serving=ServingSettings(url_key=mode))
        path = "/".join(["", *(reversed(parts) if turned else parts), FILES["a"]])
        answer, decision = ask(made, asked(protocol, path))
        both = {MODEL_OF_KEYS[mode, key], MODEL_OF_URLS[url]}
        got = outcome(answer, decision)
        if both == {"found"}:
            assert got == "found", (mode, key, url, turned)
            assert decision.level is Level.CREDENTIAL
        else:
            assert got in {"barred", "unknown"}, (mode, key, url, turned)


@pytest.mark.parametrize("protocol", ["http", "tftp"])
@pytest.mark.parametrize("mode", KEY_MODES)
def test_the_truth_table_of_one_time_urls(mode: Any, protocol: str) -> None:
    """Each URL with each name and password: two things shown are never more than the weaker one allows."""
    for url, shown in itertools.product(URLS, CREDENTIALS):
        made = two_tenants(serving=ServingSettings(url_key=mode))
        answer, decision = ask(made, asked(protocol, f"/{URLS[url]}/{FILES['a']}", shown))
        expected = MODEL_OF_URLS[url]
        if expected == "found" and protocol == "http" and shown == "another's":
            expected = "withheld"
        assert outcome(answer, decision) == expected, (mode, url, shown)
        if expected == "found":
            assert decision.level is Level.CREDENTIAL


def test_a_new_phone_becomes_its_keys_tenants() -> None:
    """Whoever shows tenant b's key is created in b; the key of one's own tenant may name none."""
    made = two_tenants(serving=ServingSettings(url_key="required"), tenant="home")
    new = "ACME00005E005300.cfg"
    _answer, decision = ask(made, http(f"/{KEYS['b']}/{new}", "Acme A20 - 1.0"))
    assert (decision.matched_by, decision.device.tenant) == ("added", "b")
    _answer, decision = ask(made, http("/ACME00005E005301.cfg", "Acme A20 - 1.0", number=2))
    assert decision.device is None


def test_a_key_without_a_tenant_is_of_the_own_one() -> None:
    """As devices without one are."""
    made = two_tenants(serving=ServingSettings(url_key="required"), tenant="home")
    key = replace_key(made, "key-b", tenant="")
    keep(made.store, devices=[Device(id="mine", mac="00:00:5e:00:53:0c", plugin="acme-1.0")])
    _answer, decision = ask(made, http(f"/{KEYS['b']}/ACME00005E00530C.cfg"))
    assert decision.device is not None
    assert decision.device.id == "mine"
    assert key.tenant == ""


def replace_key(made: Core, key_id: str, **more: Any) -> Any:
    """A key with something else in it."""
    key = replace(made.store.get("keys", key_id), **more)
    keep(made.store, keys=[key])
    return key


def test_a_url_finds_its_device() -> None:
    """Where nothing else says who asks; never another, and none is created by it."""
    made = two_tenants()
    _answer, decision = ask(made, http(f"/{URLS['a']}/common.txt"))
    assert (decision.matched_by, decision.device.id) == ("one-time URL", "phone-a")
    new = http(f"/{URLS['a']}/ACME00005E0053FF.cfg", "Acme A20 - 1.0", number=2)
    _answer, decision = ask(made, new)
    assert decision.device is None
    assert len(made.devices()) == 2


def test_only_secrets_use_a_url_up() -> None:
    """And HEAD does not; the second file with secrets is not given, and what-if said so."""
    made = two_tenants()
    plain, secret = f"/{URLS['a']}/firmware.bin", f"/{URLS['a']}/{FILES['a']}"
    for number in range(3):
        ask(made, http(plain, number=number))
    ask(made, http(secret, number=4, method="HEAD"))
    assert made.store.get("url-tokens", "url-a").uses == 1
    answer, _decision = ask(made, http(secret, number=5))
    assert isinstance(answer, Content)
    token = made.store.get("url-tokens", "url-a")
    assert (token.uses, token.used) == (0, ARRIVED)
    answer, decision = ask(made, http(secret, number=6))
    assert answer.kind is RefusalKind.NOT_FOUND
    assert decision.inquiry.barred == "the one-time URL url-a was used up"


def spend(made: Core, count: int = 1) -> list[Any]:
    """What becomes of a secret for some who opened the URL before any of them was answered."""
    threshold = made.inquiries._threshold
    assert threshold is not None
    path = f"/{URLS['a']}/{FILES['a']}"
    opened = [threshold.open(http(path, number=each), keep=True) for each in range(count)]
    secret = Content(b"secret", without=Content(b""))
    told: list[Any] = []
    for inquiry in opened:
        spending = threshold.spent(
            Decision(inquiry), secret, lambda _decision, answer, keep: answer
        )
        Deferred.fromCoroutine(spending).addBoth(told.append)
    return told


def test_of_two_at_once_one_is_given_it() -> None:
    """Whoever is second finds nothing left, though there was something when it came."""
    first, second = spend(two_tenants(), 2)
    assert isinstance(first, Content)
    assert second.kind is RefusalKind.NOT_FOUND
    assert "meanwhile" in second.reason


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (RevisionConflict("url-tokens", "url-a", 1, 2), "at the same time"),
        (StoreUnavailable("the disk is full"), "the disk is full"),
    ],
)
def test_what_cannot_be_kept_is_not_given(error: Exception, reason: str) -> None:
    """Whoever asks is to come back; the secret stays here."""
    made = two_tenants()
    store: Any = made.store
    store.commit = lambda _draft: fail(error)
    [answer] = spend(made)
    assert answer.kind is RefusalKind.UNAVAILABLE
    assert reason in answer.reason


def test_the_key_alone_uses_no_url_up() -> None:
    """A file that differs by its tenant's key only is one of many; a redirect is not looked into."""
    made = two_tenants(serving=ServingSettings(url_key="accepted"))
    path = f"/{URLS['a']}/{FILES['a']}"
    bodies = (f"at http://x/{KEYS['a']}/b".encode(), b"at http://x/b")
    replace_answers(made, lambda *_asked: Content(bodies[0], without=Content(bodies[1])))
    for number in range(2):
        answer, _decision = ask(made, http(path, number=number))
        assert isinstance(answer, Content)
    replace_answers(made, lambda *_asked: Redirect("http://x/a", Redirect("http://x/")))
    answer, _decision = ask(made, http(path, number=3))
    assert isinstance(answer, Redirect)
    assert made.store.get("url-tokens", "url-a").uses == 0


def test_a_device_that_has_gone_takes_its_url_along() -> None:
    """Also where its documents are still there."""
    made = two_tenants()
    draft = made.store.draft("test")
    draft.delete("devices", "phone-a")
    made.store.commit(draft)
    answer, decision = ask(made, http(f"/{URLS['a']}/{FILES['a']}"))
    assert isinstance(answer, Refusal)
    assert "has gone" in decision.inquiry.barred


def test_operators_are_warned_of_a_closed_door() -> None:
    """Where a key is required, and there is none that is good."""
    made = two_tenants(serving=ServingSettings(url_key="required"))
    threshold = made.inquiries._threshold
    assert threshold is not None
    assert threshold.warnings(ARRIVED) == ()
    for key_id in ("key-a", "key-b"):
        replace_key(made, key_id, ends=ARRIVED)
    assert "provd keys add" in threshold.warnings(ARRIVED)[0]
    threshold.adopt(ServingSettings(url_key="accepted"))
    assert threshold.warnings(ARRIVED) == ()


MADE = {mode: two_tenants(serving=ServingSettings(url_key=mode)) for mode in KEY_MODES}
PARTS = st.one_of(st.sampled_from([*KEYS.values(), *URLS.values(), "", "x"]), st.text(max_size=8))


@given(st.sampled_from(KEY_MODES), st.lists(PARTS, max_size=6), st.text(max_size=30))
def test_whatever_is_shown_is_opened_or_not(mode: Mode, parts: list[str], header: str) -> None:
    """No path and no header crash it; what comes out is never longer than what went in, but for its mask."""
    threshold = MADE[mode].inquiries._threshold
    assert threshold is not None
    path = "/" + "/".join(parts)
    inquiry = replace(http(path), headers={"authorization": header})
    for opened in (threshold.open(inquiry, keep=True), threshold.open(tftp(path[1:]), keep=False)):
        assert len(opened.path) <= len(path) + len("/(no key)/")
        assert "authorization" not in opened.headers
        if opened.bound:
            assert opened.key.startswith("key-") or opened.url_token.startswith("url-")
        if mode == "required":
            assert opened.bound or opened.barred


def test_explain_names_what_was_shown() -> None:
    """By the ids of documents, and says what it was worth."""
    made = two_tenants(serving=ServingSettings(url_key="required"))
    _answer, decision = ask(made, http(f"/{KEYS['a']}/{FILES['a']}"))
    story = tell(decision)["steps"][0]["text"]
    assert story == f"HTTP /{FILES['a']} from 192.0.2.7, with provisioning key key-a of tenant a"
    _answer, decision = ask(made, http(f"/{URLS['a']}/{FILES['a']}", number=2))
    told_of = tell(decision)
    assert told_of["steps"][0]["text"].endswith("through one-time URL url-a of device phone-a")
    assert told_of["proofs"][0]["by"] == "one-time URL"
    _answer, decision = ask(made, http(f"/{KEYS['over']}/{FILES['a']}", number=3))
    assert tell(decision)["answer"]["reason"] == "the provisioning key key-over is over"


def test_a_mac_is_no_way_around_a_key() -> None:
    """Nor over DHCP, where nobody shows one: what is told there is another matter."""
    made = two_tenants(serving=ServingSettings(url_key="required"))
    answer, decision = ask(made, http("/x.cfg", f"Acme A20 {MAC_A} 1.0"))
    assert outcome(answer, decision) == "barred"
