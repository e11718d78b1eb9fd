"""Keys, credentials and one-time URLs as operators make, replace and take them back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from msgspec.structs import replace

from provd.access import ServingSettings
from provd.documents import digest_of_secret, is_key
from provd.testing.access import basic as operator_basic
from provd.testing.access import keep, user
from provd.testing.api import Bench, bench
from provd.testing.inquiries import ARRIVED, http
from provd.testing.listening import Ear
from provd.testing.plugins import acme
from provd.testing.showing import basic, secretive
from provd.values import Content, Level

MAC = "00:00:5e:00:53:0a"
AGENT = f"Acme A20 {MAC} 1.0"
DEVICE = "/api/v1/devices/phone"


@pytest.fixture
def api() -> Bench:
    """A server with one phone."""
    return with_a_phone()


def with_a_phone(**more: Any) -> Bench:
    """It is of no tenant."""
    plugin = acme()
    plugin.answers = secretive
    made = bench(plugin, **more)
    device = {"id": "phone", "mac": MAC, "plugin": "acme-1.0"}
    assert made.ask("POST", "/api/v1/devices", device).status == 201
    return made


def run(api: Bench, command: str, /, **given: Any) -> Any:
    """One of the phone's actions, done."""
    answer = api.ask("POST", f"{DEVICE}/actions/{command}", given)
    assert answer.status == 200, answer.body
    return answer.json["result"]


def root(api: Bench) -> dict[str, str]:
    """A superuser, to whom secrets are hidden as to everybody who is somebody."""
    if api.core.store.get("users", "root") is None:
        keep(api.core.store, users=[user("root", "superuser")])
    return {"authorization": operator_basic("root")}


def offered(api: Bench) -> list[str]:
    """The commands that can be done now."""
    return [each["command"] for each in api.ask("GET", f"{DEVICE}/actions").json["items"]]


def clear(api: Bench, path: str) -> Any:
    """A document with its secrets."""
    answer = api.ask("GET", f"/api/v1/{path}/clear")
    assert answer.status == 200, answer.body
    return answer.json


def fetches(
    api: Bench, headers: Mapping[str, str] = {}, *, path: str = "/phone.cfg", number: int = 1
) -> Any:
    """The decision on the phone's request."""
    inquiry = http(path, AGENT, number=number, arrived=api.core.clock.seconds())
    inquiry.headers.update(headers)
    answer = api.core.inquiries.ask(inquiry)
    if hasattr(answer, "addBoth"):
        answer.addBoth(lambda _answer: None)
    return api.core.decisions.get(inquiry.id)


def test_issued_strong_and_unique(api: Bench) -> None:
    """A name that tells nothing, a password nobody guesses; neither is told when it is made."""
    result = run(api, "issue-credential")
    assert set(result) == {"username", "since"}
    shown = clear(api, "credentials/phone")
    assert shown["username"] == result["username"]
    assert MAC.replace(":", "") not in shown["username"]
    assert len(shown["password"]) == 20
    assert len(set(shown["password"])) > 8
    listed = api.ask("GET", "/api/v1/credentials", **root(api))
    assert shown["password"].encode() not in listed.body
    assert listed.json["items"][0]["password"] == "(not shown)"
    assert "issue-credential" not in offered(api)
    again = api.ask("POST", f"{DEVICE}/actions/issue-credential", {})
    assert again.status == 404


def test_it_proves_who_it_is(api: Bench) -> None:
    """As soon as it is made, until it is revoked."""
    run(api, "issue-credential")
    shown = clear(api, "credentials/phone")
    header = basic(shown["username"], shown["password"])
    assert shown["confirmed"] == 0
    assert fetches(api, header).level is Level.CREDENTIAL
    assert clear(api, "credentials/phone")["confirmed"] == ARRIVED
    run(api, "rotate-credential")
    assert clear(api, "credentials/phone")["confirmed"] == 0
    run(api, "revoke-credential")
    assert fetches(api, header, number=2).level is Level.CLAIMED
    assert api.ask("GET", "/api/v1/credentials/phone").status == 404


def test_a_device_takes_its_secrets_along(api: Bench) -> None:
    """Whoever is made under its id has neither its password nor its URLs."""
    run(api, "issue-credential")
    run(api, "one-time-url")
    assert api.ask("DELETE", DEVICE).status == 204
    for collection in ("credentials", "url-tokens"):
        assert not api.ask("GET", f"/api/v1/{collection}").json["items"]


@pytest.mark.parametrize("overlap", [-1, "x", True, 1e12])
def test_an_overlap_is_a_number_of_seconds(api: Bench, overlap: Any) -> None:
    """Everything else is refused, and nothing is changed."""
    run(api, "issue-credential")
    before = clear(api, "credentials/phone")
    answer = api.ask("POST", f"{DEVICE}/actions/rotate-credential", {"overlap": overlap})
    assert answer.status == 422
    assert clear(api, "credentials/phone") == before


def test_a_one_time_url(api: Bench) -> None:
    """Is told once; it leads to the file that was asked for, as this device."""
    told = run(api, "one-time-url", path="phone.cfg", seconds=100)
    assert told["url"].startswith("http://192.0.2.1:8667/once-") or "/once-" in told["url"]
    text = told["url"].rsplit("/", 2)[1]
    token = api.core.store.get("url-tokens", told["id"])
    assert token.digest == digest_of_secret(text)
    assert (token.uses, token.expiry) == (1, ARRIVED + 100)
    listed = api.ask("GET", "/api/v1/url-tokens")
    assert text.encode() not in listed.body
    assert "digest" not in listed.json["items"][0]
    decision = fetches(api, path=f"/{text}/phone.cfg")
    assert decision.level is Level.CREDENTIAL
    assert isinstance(decision.answer, Content)
    assert api.ask("GET", f"/api/v1/url-tokens/{told['id']}").json["uses"] == 0


@pytest.mark.parametrize(
    "given",
    [
        {"uses": 0},
        {"uses": 101},
        {"uses": True},
        {"uses": 1.5},
        {"seconds": 59},
        {"seconds": "1"},
        {"path": "a b"},
        {"path": 5},
        {"path": "x" * 600},
        {"tenant": "a"},
    ],
)
def test_a_wish_that_makes_no_sense(api: Bench, given: dict[str, Any]) -> None:
    """Is refused, and no URL made."""
    assert api.ask("POST", f"{DEVICE}/actions/one-time-url", given).status == 422
    assert not api.core.store.by("url-tokens", "device", "phone")


def test_urls_are_few_and_withdrawn(api: Bench) -> None:
    """Twenty that are good at once; those that are over make room; all can be refused from now on."""
    assert "withdraw-urls" not in offered(api)
    for _each in range(20):
        run(api, "one-time-url", seconds=60)
    assert api.ask("POST", f"{DEVICE}/actions/one-time-url", {}).status == 422
    api.core.clock.advance(61)
    told = run(api, "one-time-url")
    assert len(api.core.store.by("url-tokens", "device", "phone")) == 1
    assert run(api, "withdraw-urls") == {"withdrawn": 1}
    text = told["url"].rsplit("/", 2)[1]
    assert fetches(api, path=f"/{text}/phone.cfg").inquiry.barred


def test_who_makes_a_url_may_read_secrets(api: Bench) -> None:
    """It shows whoever has it the device's secrets: acting on a device is not enough."""
    api = with_a_phone(required=False)
    keep(api.core.store, users=[user("op", "operator"), user("root", "superuser")])
    path = f"{DEVICE}/actions/one-time-url"
    assert api.ask("POST", path, {}, authorization=operator_basic("op")).status == 403
    assert api.ask("POST", path, {}, authorization=operator_basic("root")).status == 200
    issue = f"{DEVICE}/actions/issue-credential"
    assert api.ask("POST", issue, {}, authorization=operator_basic("op")).status == 200


def test_a_key_is_made(api: Bench) -> None:
    """With a text that nobody guesses, or the operator's; it is shown to whoever may read it in clear."""
    made = api.ask("POST", "/api/v1/keys", {"id": "k", "tenant": "a"}, **root(api))
    assert made.status == 201, made.body
    assert made.json["secret"] == "(not shown)"
    secret = clear(api, "keys/k")["secret"]
    assert is_key(secret)
    assert len(secret) == 32
    again = api.ask("POST", "/api/v1/keys", {"id": "other", "secret": secret}, **root(api))
    assert again.status == 409
    assert secret.encode() not in again.body
    own = api.ask("POST", "/api/v1/keys", {"id": "mine", "secret": "a-key-of-mine"})
    assert own.status == 201
    assert clear(api, "keys/mine")["secret"] == "a-key-of-mine"
    patched = api.ask("PATCH", "/api/v1/keys/mine", {"description": "d"})
    assert patched.status == 200
    assert clear(api, "keys/mine")["secret"] == "a-key-of-mine"


@pytest.mark.parametrize("secret", [False, 0, [], {}, True, 7])
def test_a_key_is_a_text(api: Bench, secret: Any) -> None:
    """Nothing else is taken for none, in whose place one would be made."""
    assert api.ask("POST", "/api/v1/keys", {"id": "k", "secret": secret}).status == 422
    assert api.ask("POST", "/api/v1/keys", {"id": "k", "secret": None}).status == 201


def test_a_key_is_rotated(api: Bench) -> None:
    """Another one of the same tenant is told to devices; the one before is good for a while."""
    api.ask("POST", "/api/v1/keys", {"id": "k", "tenant": "a", "description": "d"})
    told = api.ask("POST", "/api/v1/keys/k/actions/rotate", {"overlap": 60}).json["result"]
    assert told["ends"] == ARRIVED + 60
    new = api.core.store.get("keys", told["id"])
    assert (new.tenant, new.begins, new.description) == ("a", ARRIVED, "d")
    assert api.core.store.get("keys", "k").ends == ARRIVED + 60
    api.core.clock.advance(61)
    assert api.ask("POST", "/api/v1/keys/k/actions/rotate", {}).status == 422


def test_no_secret_is_written_down(api: Bench) -> None:
    """The trail says who did what, and neither keys nor passwords nor what they are looked up by."""
    api = with_a_phone()
    who = root(api)
    api.ask("POST", "/api/v1/keys", {"id": "k", "tenant": "a"}, **who)
    api.ask("POST", f"{DEVICE}/actions/issue-credential", {}, **who)
    told = api.ask("POST", f"{DEVICE}/actions/one-time-url", {}, **who).json["result"]
    assert api.core.store.get("url-tokens", told["id"]).issued_by == "root"
    trail = api.ask("GET", "/api/v1/audit?limit=0", **who)
    collections = {line["collection"] for line in trail.json["items"]}
    assert {"keys", "credentials", "url-tokens"} <= collections
    store = api.core.store
    credential, key = store.get("credentials", "phone"), store.get("keys", "k")
    token = store.get("url-tokens", told["id"])
    for secret in (credential.password, key.secret, key.digest, token.digest):
        assert secret.encode() not in trail.body


def test_no_secret_is_told_as_it_happens(api: Bench) -> None:
    """Whoever listens hears that there is another key or password, and not which."""
    who = root(api)
    ear = Ear(api, authorization=who["authorization"])
    ear.next()
    ear.subscribe()
    api.ask("POST", "/api/v1/keys", {"id": "k", "tenant": "a"}, **who)
    run(api, "issue-credential")
    first = clear(api, "credentials/phone")
    run(api, "rotate-credential")
    told = run(api, "one-time-url")
    second, key = clear(api, "credentials/phone"), clear(api, "keys/k")
    fetches(api, basic(second["username"], second["password"]))
    heard = ear.all()
    assert {"keys", "credentials", "url-tokens"} <= {each.get("kind") for each in heard}
    text = json.dumps(heard)
    digest = api.core.store.get("url-tokens", told["id"]).digest
    url = told["url"].rsplit("/", 2)[1]
    for secret in (first["password"], second["password"], key["secret"], url, digest):
        assert secret not in text


def test_a_tenants_people_have_their_own(api: Bench) -> None:
    """Keys, and the credentials and URLs of their devices; others' are not there for them."""
    api = with_a_phone()
    keep(api.core.store, users=[replace(user("ann", "superuser"), tenants=("a",))])
    ann = {"authorization": operator_basic("ann")}
    api.ask("POST", "/api/v1/keys", {"id": "theirs", "tenant": "b"})
    run(api, "issue-credential")
    made = api.ask("POST", "/api/v1/keys", {}, **ann)
    assert made.status == 201, made.body
    assert made.json["tenant"] == "a"
    hers = made.json["id"]
    assert api.ask("POST", "/api/v1/keys", {"tenant": "b"}, **ann).status == 422
    assert [each["id"] for each in api.ask("GET", "/api/v1/keys", **ann).json["items"]] == [hers]
    for path in (
        "keys/theirs",
        "keys/theirs/clear",
        "credentials/phone",
        "credentials/phone/clear",
    ):
        assert api.ask("GET", f"/api/v1/{path}", **ann).status == 404
    assert api.ask("POST", "/api/v1/keys/theirs/actions/rotate", {}, **ann).status == 404
    rotated = api.ask("POST", f"/api/v1/keys/{hers}/actions/rotate", {}, **ann)
    assert rotated.status == 200, rotated.body
    device = api.ask("POST", "/api/v1/devices", {"plugin": "acme-1.0"}, **ann)
    assert device.status == 201, device.body
    desk = device.json["id"]
    issued = api.ask("POST", f"/api/v1/devices/{desk}/actions/issue-credential", {}, **ann)
    assert issued.status == 200, issued.body
    assert api.ask("GET", f"/api/v1/credentials/{desk}/clear", **ann).status == 200
    listed = api.ask("GET", "/api/v1/credentials", **ann).json["items"]
    assert [each["id"] for each in listed] == [desk]


class Rotating(RuleBasedStateMachine):
    """An operator rotates and retires, time passes, and a phone shows every password it ever had.

    The phone learns the present password whenever it fetches with one that is good.
    """

    @initialize()
    def begin(self) -> None:
        """A phone with its first password."""
        self.api = with_a_phone(serving=ServingSettings())
        run(self.api, "issue-credential")
        self.number = 0
        self.present = self._password()
        self.previous = ""
        self.until = 0.0
        self.past: list[str] = []
        self.phone = self.present

    def _password(self) -> str:
        return str(clear(self.api, "credentials/phone")["password"])

    def _now(self) -> float:
        return float(self.api.core.clock.seconds())

    def _overlaps(self) -> bool:
        return bool(self.previous) and self._now() < self.until

    def _shows(self, password: str) -> bool:
        self.number += 1
        name = clear(self.api, "credentials/phone")["username"]
        decision = fetches(self.api, basic(name, password), number=self.number)
        return bool(decision.level is Level.CREDENTIAL)

    @rule()
    @precondition(lambda self: not self._overlaps())
    def rotate(self) -> None:
        """Another password, and a minute in which both are good."""
        run(self.api, "rotate-credential", overlap=60)
        if self.previous:
            self.past.append(self.previous)
        self.previous, self.present = self.present, self._password()
        self.until = self._now() + 60
        assert self.present != self.previous

    @rule()
    @precondition(lambda self: self._overlaps())
    def retire(self) -> None:
        """Only the present one from now on."""
        run(self.api, "retire-credential")
        self.past.append(self.previous)
        self.previous = ""

    @rule()
    def the_phone_fetches(self) -> None:
        """With the password it knows; where that is good it knows the present one then."""
        good = self.phone == self.present or (self._overlaps() and self.phone == self.previous)
        assert self._shows(self.phone) is good
        if good and self.phone == self.present and self.previous:
            self.past.append(self.previous)
            self.previous = ""
        if good:
            self.phone = self.present

    @rule()
    def somebody_shows_an_old_one(self) -> None:
        """No password that was retired is ever good again."""
        for password in self.past[-2:]:
            assert not self._shows(password)
        self.api.core.clock.advance(1000)

    @rule()
    def time_passes(self) -> None:
        """More than half of the overlap, and all that guessing costs."""
        self.api.core.clock.advance(40)

    @invariant()
    def one_can_always_be_offered(self) -> None:
        """Either another password, or the end of the rotation that is under way."""
        if hasattr(self, "api"):
            there = offered(self.api)
            assert ("rotate-credential" in there) != ("retire-credential" in there)
            assert ("retire-credential" in there) == self._overlaps()


TestRotating = Rotating.TestCase
TestRotating.settings = settings(max_examples=60, stateful_step_count=30)
