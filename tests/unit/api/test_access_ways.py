"""Ways around the hiding of secrets, and ways in."""

from __future__ import annotations

import json

import pytest

from provd.api import rights
from provd.documents import Claim, Role
from provd.testing.access import PASSWORD, basic, keep, settle, user
from provd.testing.api import bench
from provd.testing.guarded import CANARY, guarded

DOCUMENTS = {
    "boot-rules": "rule",
    "configs": "base",
    "devices": "phone",
    "reservations": "printer",
    "subnets": "lan",
}
"""One of each collection that holds secrets."""


class TestSecrets:
    """Ways around the hiding."""

    QUESTIONS = (
        '{"raw_config.admin_password": "%s"}',
        '{"raw_config.sip_lines.1.password": {"$gt": "canary"}}',
        '{"raw_config.sip_lines.1": {"username": "u", "password": "%s"}}',
        '{"raw_config.X_wifi.psk": {"$contains": "can"}}',
        '{"password_hash": {"$gt": "a"}}',
    )

    @pytest.mark.parametrize("question", QUESTIONS)
    def test_nobody_asks_for_them(self, question: str) -> None:
        """A selector would tell them by what it finds."""
        made = guarded()
        q = (question % CANARY if "%s" in question else question).replace(" ", "%20")
        for role in ("viewer", "superuser"):
            answer = made.ask("GET", f"/api/v1/configs?q={q}", authorization=basic(role))
            assert answer.status == 400, answer.body

    @pytest.mark.parametrize("sort", ["raw_config.admin_password", "raw_config.sip_lines.1"])
    def test_nobody_sorts_by_them(self, sort: str) -> None:
        """An order would tell them by comparing."""
        answer = guarded().ask("GET", f"/api/v1/configs?sort={sort}", authorization=basic("viewer"))
        assert answer.status == 400

    def test_a_user_is_never_asked_for_by_the_hash_of_the_password(self) -> None:
        """Not even where nothing has to be proved."""
        made = bench()
        for asked in ('q={"password_hash":{"$gt":"a"}}', "sort=password_hash"):
            assert made.ask("GET", f"/api/v1/users?{asked}").status == 400
        assert made.ask("GET", '/api/v1/tokens?q={"digest":"x"}').status == 400

    def test_what_was_shown_can_be_sent_back(self) -> None:
        """An operator who never saw a password changes something else, and it is still there."""
        made = guarded()
        who = {"authorization": basic("operator")}
        shown = made.ask("GET", "/api/v1/configs/base", **who).json
        shown["raw_config"]["sip_proxy_ip"] = "192.0.2.1"
        assert made.ask("PUT", "/api/v1/configs/base", shown, **who).status == 200
        patch = {"raw_config": {"sip_lines": {"1": {"password": "(not shown)", "number": "7"}}}}
        assert made.ask("PATCH", "/api/v1/configs/base", patch, **who).status == 200
        raw = json.loads(bytes(made.core.store.get("configs", "base").raw_config))
        assert raw["sip_proxy_ip"] == "192.0.2.1"
        assert raw["sip_lines"]["1"] == {"username": "u", "password": CANARY, "number": "7"}
        assert raw["X_wifi"]["psk"] == CANARY

    def test_a_placeholder_is_no_password(self) -> None:
        """Where there is none to keep, it is refused with its path."""
        given = {"id": "new", "parent_ids": [], "raw_config": {"admin_password": "(not shown)"}}
        answer = guarded().ask("POST", "/api/v1/configs", given, authorization=basic("operator"))
        assert answer.status == 422
        assert [each["path"] for each in answer.json["problems"]] == ["raw_config.admin_password"]

    def test_origins_are_told(self) -> None:
        """Where a value is from is no secret, whatever the value is called."""
        answer = guarded().ask("GET", "/api/v1/configs/base/raw", authorization=basic("viewer"))
        assert answer.json["origin"]["admin_password"] == "base"
        assert answer.json["raw_config"]["admin_password"] == "(not shown)"

    def test_revealing_leaves_a_line(self) -> None:
        """Who, and what of."""
        made = guarded()
        who = {"authorization": basic("superuser")}
        assert CANARY in made.ask("GET", "/api/v1/configs/base/clear", **who).body.decode()
        [line] = made.ask("GET", "/api/v1/audit", **who).json["items"]
        told = (line["action"], line["collection"], line["document_id"], line["who"], line["where"])
        assert told == ("reveal", "configs", "base", "superuser", "127.0.0.1")

    @pytest.mark.parametrize("scope", sorted(DOCUMENTS))
    def test_revealing_has_a_claim_of_its_own(self, scope: str) -> None:
        """Whoever may do all else with a document does not see its secrets; who may only this, does."""
        made = guarded()
        census = {action for noun, action in rights() if noun == scope}
        every = tuple(sorted(census - {"reveal"}))
        keep(
            made.core.store,
            roles=[
                Role(id="most", claims=(Claim(scope=scope, actions=every),)),
                Role(id="one", claims=(Claim(scope=scope, actions=("reveal",)),)),
            ],
            users=[user("most", "most"), user("one", "one")],
        )
        path = f"/api/v1/{scope}/{DOCUMENTS[scope]}/clear"
        refused = made.ask("GET", path, authorization=basic("most"))
        assert refused.status in {403, 404}
        assert CANARY not in refused.body.decode()
        assert CANARY in made.ask("GET", path, authorization=basic("one")).body.decode()
        who = {"authorization": basic("superuser")}
        lines = made.ask("GET", "/api/v1/audit?action=reveal", **who).json["items"]
        assert [(line["who"], line["document_id"]) for line in lines] == [("one", DOCUMENTS[scope])]

    def test_what_cannot_be_written_down_is_not_revealed(self) -> None:
        """A store that keeps nothing keeps no line, so nothing is shown."""
        made = guarded()
        who = {"authorization": basic("superuser")}
        assert made.ask("GET", "/api/v1/configs/base/clear", **who).status == 200
        made.core.store.close()
        answer = made.ask("GET", "/api/v1/configs/base/clear", **who)
        assert answer.status == 503
        assert CANARY not in answer.body.decode()

    def test_revealing_leaves_a_line_where_nobody_has_to_say_who_they_are(self) -> None:
        """On loopback, without users: that it was done, and when."""
        made = bench()
        given = {"id": "c", "parent_ids": [], "raw_config": {"admin_password": CANARY}}
        made.ask("POST", "/api/v1/configs", given)
        assert CANARY in made.ask("GET", "/api/v1/configs/c/clear").body.decode()
        [line] = made.ask("GET", "/api/v1/audit").json["items"]
        assert (line["action"], line["document_id"]) == ("reveal", "c")

    def test_no_secret_is_in_the_trail(self) -> None:
        """Whatever was changed."""
        made = guarded()
        who = {"authorization": basic("superuser")}
        made.ask("PATCH", "/api/v1/configs/base", {"raw_config": {"X_note": "n"}}, **who)
        made.ask("DELETE", "/api/v1/configs/base", **who)
        made.ask("PUT", "/api/v1/users/other/password", {"password": CANARY}, **who)
        answer = made.ask("GET", "/api/v1/audit", **who)
        assert len(answer.json["items"]) == 3
        assert CANARY not in answer.body.decode()


class TestLogin:
    """From nothing to a user with a password."""

    def test_the_first_start(self) -> None:
        """A token that is good once, a password, another user."""
        made = bench(required=True)
        text = settle(made.administration.tokens.issue_first())
        once = {"authorization": f"Bearer {text}"}
        assert made.ask("GET", "/api/v1/devices", **once).status == 401
        issued = made.ask("POST", "/api/v1/tokens", {}, **once)
        assert issued.status == 201
        assert made.ask("POST", "/api/v1/tokens", {}, **once).status == 401
        who = {"authorization": f"Bearer {issued.json['token']}"}
        assert made.ask("GET", issued.headers["location"].rpartition("/")[0], **who).status == 200
        body = {"password": PASSWORD}
        assert made.ask("PUT", "/api/v1/users/admin/password", body, **who).status == 204
        assert made.ask("GET", "/api/v1/self", **who).status == 401
        who = {"authorization": basic("admin")}
        assert made.ask("POST", "/api/v1/users", {"id": "ann", "roles": []}, **who).status == 201
        assert made.ask("GET", "/api/v1/self", **who).json["user"] == "admin"

    def test_ones_own_password_and_tokens(self) -> None:
        """The present password must be shown; tokens are one's own to see and to give back."""
        made = guarded()
        by_password = {"authorization": basic("viewer")}
        issued = made.ask("POST", "/api/v1/tokens", {}, **by_password).json
        by_token = {"authorization": f"Bearer {issued['token']}"}
        body = {"password": "another password"}
        assert made.ask("PUT", "/api/v1/self/password", body, **by_token).status == 403
        assert [
            each["id"] for each in made.ask("GET", "/api/v1/self/tokens", **by_token).json["items"]
        ] == [issued["id"]]
        other = made.ask("POST", "/api/v1/tokens", {}, authorization=basic("operator")).json
        assert made.ask("DELETE", f"/api/v1/self/tokens/{other['id']}", **by_token).status == 404
        assert made.ask("DELETE", f"/api/v1/self/tokens/{issued['id']}", **by_token).status == 204
        assert made.ask("GET", "/api/v1/self", **by_token).status == 401
        assert made.ask("PUT", "/api/v1/self/password", body, **by_password).status == 204
        assert made.ask("GET", "/api/v1/self", **by_password).status == 401
        changed = basic("viewer", "another password")
        assert made.ask("GET", "/api/v1/self", authorization=changed).status == 200

    def test_guessing_is_slowed_down(self) -> None:
        """429 with the seconds to wait; tokens go on working."""
        made = guarded()
        token = made.ask("POST", "/api/v1/tokens", {}, authorization=basic("viewer")).json["token"]
        for _each in range(5):
            wrong = made.ask("GET", "/api/v1/self", authorization=basic("viewer", "wrong"))
            assert wrong.status == 401
        locked = made.ask("GET", "/api/v1/self", authorization=basic("viewer"))
        assert locked.status == 429
        assert int(locked.headers["retry-after"]) >= 1
        assert made.ask("GET", "/api/v1/self", authorization=f"Bearer {token}").status == 200
        counted = made.ask("GET", "/api/v1/counters", authorization=basic("operator")).json["api"]
        assert (counted["unauthenticated"], counted["locked"]) == (5, 1)
