"""Many changes in one call, rehearsals and JSON patches give nobody more than single calls do."""

from __future__ import annotations

from typing import Any

from provd.documents import Claim, Role
from provd.testing.access import basic, keep, user
from provd.testing.api import Answer, Bench
from provd.testing.guarded import CANARY, guarded

CONFIGS = "/api/v1/configs"
JSON_PATCH = "application/json-patch+json"


def limited(*claims: Claim) -> Bench:
    """A server with a user `some` who has these claims alone."""
    made = guarded()
    role = Role(id="limited", claims=claims)
    keep(made.core.store, roles=[role], users=[user("some", "limited")])
    return made


def bulk(made: Bench, *operations: Any, who: str = "some", query: str = "") -> Answer:
    """Many changes of devices, each for itself."""
    body = {"operations": operations, "atomic": False}
    return made.ask("POST", f"/api/v1/devices:bulk{query}", body, authorization=basic(who))


def claim(*actions: str, specific: tuple[str, ...] = ("*",)) -> Claim:
    """On devices."""
    return Claim(scope="devices", actions=actions, specific=specific)


def statuses(answer: Answer) -> list[int]:
    """Of each operation."""
    assert answer.status == 200, answer.body
    return [each["status"] for each in answer.json["results"]]


EACH: list[dict[str, Any]] = [
    {"op": "create", "document": {"id": "new"}},
    {"op": "patch", "id": "phone", "patch": {"sn": "S"}},
    {"op": "replace", "id": "phone", "document": {"sn": "T"}},
    {"op": "delete", "id": "phone"},
]


def test_each_needs_its_own_right() -> None:
    """The right to send many is none to make any of them."""
    assert statuses(bulk(limited(claim("bulk", "read")), *EACH)) == [403, 403, 403, 403]
    assert statuses(bulk(limited(claim("bulk", "read", "create")), *EACH)) == [201, 403, 403, 403]
    assert statuses(bulk(limited(claim("bulk", "update")), *EACH)) == [403, 200, 200, 404]
    made = limited(claim("bulk", "create", "update", "delete"))
    assert statuses(bulk(made, *EACH, query="?dryrun")) == [201, 200, 200, 204]


def test_nobody_learns_that_a_document_exists() -> None:
    """Who may not even read it is told what is told of one that is not there."""
    made = limited(claim("bulk"), claim("update", specific=("other",)))
    answer = bulk(made, *EACH[1:], {"op": "delete", "id": "nobody"})
    assert statuses(answer) == [404, 404, 404, 404]


def test_some_fields_only() -> None:
    """Both kinds of patch are held to them, alone and among many; nothing else changes them."""
    made = limited(
        claim("bulk", "read"), Claim(scope="devices", actions=("update",), fields=("description",))
    )
    right = [{"op": "add", "path": "/description", "value": "x"}]
    wrong = [{"op": "add", "path": "/sn", "value": "x"}]
    around = [{"op": "move", "from": "/plugin", "path": "/description"}]
    whole = [{"op": "replace", "path": "", "value": {}}]
    answer = bulk(
        made,
        *({"op": "patch", "id": "phone", "patch": each} for each in (right, wrong, around, whole)),
        {"op": "replace", "id": "phone", "document": {}},
    )
    assert statuses(answer) == [200, 403, 403, 403, 403]
    for patch, status in ((right, 200), (wrong, 403), (around, 403), (whole, 403)):
        alone = made.ask(
            "PATCH",
            "/api/v1/devices/phone",
            patch,
            content_type=JSON_PATCH,
            authorization=basic("some"),
        )
        assert alone.status == status, alone.body


def test_no_patch_tells_a_secret() -> None:
    """Neither a test of a guess nor a copy to where it would be shown, made or rehearsed."""
    made = guarded()
    secret = "/raw_config/admin_password"
    for query in ("", "?dryrun"):
        for patch in (
            [{"op": "test", "path": secret, "value": CANARY}],
            [{"op": "copy", "from": secret, "path": "/label"}],
            [{"op": "move", "from": secret, "path": "/label"}],
            [{"op": "copy", "from": "/raw_config", "path": "/label"}],
        ):
            answer = made.ask(
                "PATCH",
                f"{CONFIGS}/base{query}",
                patch,
                content_type=JSON_PATCH,
                authorization=basic("operator"),
            )
            assert answer.status in {400, 409, 422}, answer.body
            assert CANARY not in answer.body.decode()
    harmless = [
        {"op": "test", "path": "/raw_config/sip_lines/1/username", "value": "u"},
        {"op": "add", "path": "/X_a", "value": 1},
    ]
    answer = made.ask(
        "PATCH",
        f"{CONFIGS}/base?dryrun",
        harmless,
        content_type=JSON_PATCH,
        authorization=basic("operator"),
    )
    assert answer.status == 200, answer.body
    assert CANARY not in answer.body.decode()


def test_no_rehearsal_tells_whether_a_guess_is_right() -> None:
    """One that would change nothing, since that is the secret, is told like one that would."""
    who = {"authorization": basic("operator")}
    told = []
    for guess in (CANARY, "wrong"):
        made = guarded()
        merge = {"raw_config": {"admin_password": guess}}
        steps = [{"op": "replace", "path": "/raw_config/admin_password", "value": guess}]
        path = f"{CONFIGS}/base?dryrun"
        harmless = {"op": "patch", "id": "other", "patch": {"X_a": 1}}
        create = {"op": "create", "document": {"id": "other", "parent_ids": [], "raw_config": {}}}
        each = [create, {"op": "patch", "id": "base", "patch": merge}, harmless]
        answers = [
            made.ask("PATCH", path, merge, **who),
            made.ask("PATCH", path, steps, content_type=JSON_PATCH, **who),
            made.ask("POST", f"{CONFIGS}:bulk?dryrun", {"operations": each}, **who),
            made.ask(
                "POST", f"{CONFIGS}:bulk?dryrun", {"atomic": False, "operations": each[1:2]}, **who
            ),
        ]
        assert [answer.status for answer in answers] == [200] * 4, answers
        told.append([answer.body for answer in answers])
    assert told[0] == told[1]


def test_a_key_is_its_callers_own() -> None:
    """Another user's call with the same key is another call."""
    made = guarded()
    for who, status in (("operator", 201), ("superuser", 409)):
        answer = made.ask(
            "POST",
            "/api/v1/devices",
            {"id": "new"},
            authorization=basic(who),
            idempotency_key="k",
        )
        assert answer.status == status


def test_resolved_secrets_are_not_asked_for() -> None:
    """Neither by filter nor by order."""
    made = guarded()
    for asked in (
        "resolved.admin_password=Re(^c)",
        "resolved.sip_lines.1.password=canary",
        "sort=resolved.admin_password",
        "sort=resolved.sip_lines.1",
        "raw_config.admin_password=Gt(a)",
    ):
        answer = made.ask("GET", f"{CONFIGS}?{asked}", authorization=basic("viewer"))
        assert answer.status == 400, asked
    right = made.ask("GET", f"{CONFIGS}?model=x", authorization=basic("viewer"))
    assert right.status == 400
    for asked in ("resolved.sip_lines.1.username=u", "id=Re(ba)", "role=In(a,Re)"):
        answer = made.ask("GET", f"{CONFIGS}?{asked}", authorization=basic("viewer"))
        assert answer.status == 200, answer.body
