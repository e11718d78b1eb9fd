"""People of a tenant: what is not theirs is not there, by any route, whatever their roles."""

from __future__ import annotations

from typing import Any

import msgspec

from provd.api._assemble import NOUNS
from provd.documents import parse_config, parse_device
from provd.testing.access import basic, keep, user
from provd.testing.api import Answer, Bench, bench
from provd.testing.plugins import acme

ANN = {"authorization": basic("ann")}
ROOT = {"authorization": basic("root")}


def mac(number: int) -> str:
    """One of the documentation's."""
    return f"00:00:5e:00:53:{number:02x}"


def shared() -> Bench:
    """A server of two tenants; ann, who may do everything, is of tenant a."""
    made = bench(acme(capabilities={"Acme, A1, 1.0": {}}), required=True)
    ann = msgspec.structs.replace(user("ann", "superuser"), tenants=("a",))
    raw = {"sip_proxy_ip": "192.0.2.1"}
    keep(
        made.core.store,
        users=[ann, user("root", "superuser")],
        configs=[
            parse_config({"id": name, "parent_ids": parents, "raw_config": raw, "tenant": tenant})
            for name, parents, tenant in (
                ("site", [], ""),
                ("mine", ["site"], "a"),
                ("hidden", [], "b"),
            )
        ],
        devices=[
            parse_device({"id": "ours", "mac": mac(1), "tenant": "a", "config": "mine"}),
            parse_device({"id": "theirs", "mac": mac(2), "tenant": "b"}),
            parse_device({"id": "unowned", "mac": mac(3)}),
        ],
    )
    return made


def ids(answer: Answer) -> list[str]:
    """The ids in a list."""
    assert answer.status == 200, answer.body
    assert answer.json["total"] == len(answer.json["items"])
    return sorted(each["id"] for each in answer.json["items"])


def test_lists_show_ones_own() -> None:
    """Whatever is asked for, and however it is counted."""
    made = shared()
    for query in ("", "?tenant=a", f"?mac=In({mac(1)},{mac(2)})", '?q={"tenant":{"$ne":"x"}}'):
        assert ids(made.ask("GET", f"/api/v1/devices{query}", **ANN)) == ["ours"], query
    for query in ("?tenant=b", "?id=theirs", f"?mac={mac(2)}", '?q={"id":"unowned"}'):
        assert ids(made.ask("GET", f"/api/v1/devices{query}", **ANN)) == [], query
    assert ids(made.ask("GET", "/api/v1/configs", **ANN)) == ["mine"]
    assert ids(made.ask("GET", "/api/v1/devices", **ROOT)) == ["ours", "theirs", "unowned"]


def test_what_is_not_theirs_is_told_like_what_is_not_there() -> None:
    """By every route that names a document, to the byte."""
    made = shared()
    asked: list[tuple[str, str, Any]] = [
        ("GET", "", None),
        ("GET", "/clear", None),
        ("PUT", "", {"mac": mac(9)}),
        ("PATCH", "", {"description": "x"}),
        ("DELETE", "", None),
    ]
    for collection, there in (("devices", ("theirs", "unowned")), ("configs", ("hidden",))):
        more = [("GET", "/raw", None)] if collection == "configs" else []
        for method, rest, body in (*asked, *more):
            told = []
            for document_id in (*there, "nobody"):
                path = f"/api/v1/{collection}/{document_id}{rest}"
                document = (
                    {**body, "parent_ids": [], "raw_config": {}} if body and "mac" in body else body
                )
                answer = made.ask(method, path, document, **ANN)
                assert answer.status == 404, (method, path, answer.body)
                told.append(answer.body.replace(document_id.encode(), b"ID"))
            assert len(set(told)) == 1, told
    for collection, document_id in (
        ("devices", "theirs"),
        ("devices", "unowned"),
        ("configs", "hidden"),
    ):
        assert made.core.store.get(collection, document_id) is not None


def test_ones_own_is_ones_own() -> None:
    """Shown, changed and deleted as ever, and the device is judged by all there is."""
    made = shared()
    body = {"plugin": "acme-1.0", "vendor": "Acme", "model": "A1", "version": "1.0"}
    answer = made.ask("PATCH", "/api/v1/devices/ours", body, **ANN)
    assert answer.status == 200, answer.body
    assert answer.json["configured"], answer.json
    raw = made.ask("GET", "/api/v1/configs/mine/raw", **ANN).json
    assert (raw["lineage"], raw["missing"]) == (["site", "mine"], [])
    assert made.ask("DELETE", "/api/v1/devices/ours", **ANN).status == 204


def test_the_sites_configs_are_read_and_not_changed() -> None:
    """And it is told why."""
    made = shared()
    assert made.ask("GET", "/api/v1/configs/site", **ANN).status == 200
    answer = made.ask("PATCH", "/api/v1/configs/site", {"raw_config": {"ntp_ip": "x"}}, **ANN)
    assert answer.status == 409
    assert "belongs to the site" in answer.json["detail"]


def test_what_they_make_is_theirs() -> None:
    """Under an id of the server's, with a config that they can see, and nobody else's address."""
    made = shared()
    answer = made.ask("POST", "/api/v1/devices", {"mac": mac(9), "config": "mine"}, **ANN)
    assert answer.status == 201, answer.body
    assert made.core.store.get("devices", answer.json["id"]).tenant == "a"
    for body, status in (
        ({"id": "theirs"}, 403),
        ({"id": "new"}, 403),
        ({"tenant": "b"}, 422),
        ({"config": "hidden"}, 422),
        ({"config": "nothing"}, 422),
        ({"mac": mac(2)}, 409),
    ):
        answer = made.ask("POST", "/api/v1/devices", body, **ANN)
        assert answer.status == status, (body, answer.body)
        assert b"theirs" not in answer.body
    answer = made.ask("PUT", "/api/v1/devices/theirs", {}, **ANN, if_none_match="*")
    assert answer.status == 403
    given = {"parent_ids": ["hidden"], "raw_config": {}}
    assert made.ask("POST", "/api/v1/configs", given, **ANN).status == 422


def test_an_address_that_others_have_is_told_a_few_times() -> None:
    """Not whose it is, and after a few times not even that: a free one is then refused alike, in a bulk as well."""
    made = shared()
    told = made.ask("POST", "/api/v1/devices", {"mac": mac(2)}, **ANN)
    assert told.status == 409
    assert "belongs" not in told.json["detail"]
    operations = [{"op": "create", "document": {"mac": mac(2)}}] * 12
    body = {"operations": operations, "atomic": False}
    answer = made.ask("POST", "/api/v1/devices/:bulk", body, **ANN)
    assert [each["status"] for each in answer.json["results"]] == [409] * 9 + [429] * 3
    refusals = [
        made.ask("POST", f"/api/v1/devices{query}", {"mac": mac(each)}, **ANN)
        for each in (2, 77)
        for query in ("", "?dryrun")
    ]
    assert {each.status for each in refusals} == {429}
    assert len({each.body for each in refusals}) == 1
    assert int(refusals[0].headers["retry-after"]) > 0
    assert made.ask("POST", "/api/v1/devices", {"sn": "7"}, **ANN).status == 201


def test_many_changes_at_once() -> None:
    """Each is judged as one alone would be; together they fail together."""
    made = shared()
    operations: list[dict[str, Any]] = [
        {"op": "patch", "id": "ours", "patch": {"description": "desk"}},
        {"op": "patch", "id": "theirs", "patch": {"description": "desk"}},
        {"op": "delete", "id": "unowned"},
        {"op": "create", "document": {"id": "new"}},
    ]
    body = {"operations": operations, "atomic": False}
    answer = made.ask("POST", "/api/v1/devices/:bulk", body, **ANN)
    assert answer.status == 200, answer.body
    assert [each["status"] for each in answer.json["results"]] == [200, 404, 404, 403]
    assert (
        made.ask("POST", "/api/v1/devices/:bulk", {"operations": operations}, **ANN).status >= 400
    )
    assert made.core.store.get("devices", "unowned") is not None
    assert made.core.store.get("devices", "theirs").description is None


def test_everything_else_is_not_for_them() -> None:
    """Whatever shows more than theirs: decisions, operations, users, the trail."""
    made = shared()
    for noun in NOUNS:
        for record in noun.app.census.values():
            if record.method != "GET" or "<" in record.path:
                continue
            answer = made.ask("GET", noun.prefix + record.path.rstrip("/"), **ANN)
            theirs = noun.everybodys or noun.__name__ in {
                "DeviceRoutes",
                "ConfigRoutes",
                "LiveRoutes",
                "RightRoutes",
                "KeyRoutes",
                "CredentialRoutes",
                "UrlTokenRoutes",
            }
            if noun.__name__ == "EventRoutes":
                assert answer.status == 426  # it tells them of what is theirs, and of nothing else
                continue
            assert answer.status == (200 if theirs else 403), (noun, answer.body)
            for word in (b'"theirs"', b'"hidden"', b'"unowned"'):
                assert word not in answer.body


def test_they_log_in() -> None:
    """With a token they see what they see with a password."""
    made = shared()
    issued = made.ask("POST", "/api/v1/tokens", {}, **ANN)
    assert issued.status == 201, issued.body
    bearer = {"authorization": f"Bearer {issued.json['token']}"}
    assert ids(made.ask("GET", "/api/v1/devices", **bearer)) == ["ours"]
    assert made.ask("GET", "/api/v1/devices/theirs", **bearer).status == 404
    assert made.ask("GET", "/api/v1/tokens", **bearer).status == 403
    assert made.ask("POST", "/api/v1/tokens/revoke", {}, **bearer).status == 403


def test_what_they_do_is_in_the_trail() -> None:
    """For those who may read it."""
    made = shared()
    made.ask("PATCH", "/api/v1/devices/ours", {"description": "desk"}, **ANN)
    made.ask("GET", "/api/v1/configs/mine/clear", **ANN)
    lines = made.ask("GET", "/api/v1/audit?sort=id", **ROOT).json["items"]
    told = [(each["who"], each["action"], each["document_id"]) for each in lines]
    assert told == [("ann", "update", "ours"), ("ann", "reveal", "mine")]
