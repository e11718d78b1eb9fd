"""Subnets, reservations, leases, their history, boot rules and interfaces over the API."""

from __future__ import annotations

from typing import Any

from provd.documents.dhcp import Tenure, client_key
from provd.testing.access import basic, keep, user
from provd.testing.api import Bench, bench
from provd.testing.dhcp import MAC, a_lease, a_subnet

LAN = {
    "id": "lan",
    "network": "192.0.2.0/24",
    "pools": [{"first": "192.0.2.10", "last": "192.0.2.99"}],
    "options": [{"code": "router", "value": "192.0.2.1"}],
}
ROOT = {"authorization": basic("root")}


def made_with(**documents: Any) -> Bench:
    """A server with these documents, and a superuser."""
    made = bench()
    keep(made.core.store, users=[user("root", "superuser")], **documents)
    return made


def test_a_subnet_is_made_and_used() -> None:
    """Its names for options become numbers, and what it did not say is told."""
    made = made_with()
    created = made.ask("POST", "/api/v1/subnets", LAN)
    assert (created.status, created.headers["location"]) == (201, "/api/v1/subnets/lan")
    shown = made.ask("GET", "/api/v1/subnets/lan").json
    assert (shown["options"], shown["mode"]) == ([{"code": 3, "value": "192.0.2.1"}], "serve")
    given = {"address": "192.0.2.5", "strategy": "mac", "token": "00-00-5E-00-53-01"}
    reserved = made.ask("POST", "/api/v1/reservations", {**given, "subnet": "lan"})
    assert (reserved.status, reserved.json["token"]) == (201, MAC)
    found = made.ask("GET", f"/api/v1/reservations?token={MAC}").json["items"]
    assert [each["address"] for each in found] == ["192.0.2.5"]


def test_what_stands_in_the_way_is_named() -> None:
    """An overlap in the path of its problem; what is in a subnet, where it is to be deleted."""
    made = made_with(subnets=[a_subnet()], leases=[a_lease(until=2**40)])
    around = {"id": "all", "network": "192.0.0.0/16", "mode": "observe"}
    refused = made.ask("POST", "/api/v1/subnets", around)
    assert (refused.status, refused.json["problems"][0]["path"]) == (422, "network")
    kept = made.ask("DELETE", "/api/v1/subnets/lan")
    assert (kept.status, kept.json["type"]) == (409, "urn:provd:problem:in-use")
    assert "leases/192.0.2.10" in kept.json["detail"]
    assert made.ask("POST", "/api/v1/leases/192.0.2.10/release").status == 200
    assert made.ask("DELETE", "/api/v1/subnets/lan").status == 204


def test_leases_are_read_and_ended_and_never_made() -> None:
    """They are what the server gave; each end is somebody's doing, and written down."""
    made = made_with(leases=[a_lease(), a_lease("192.0.2.11", "00:00:5e:00:53:02")])
    assert made.ask("GET", "/api/v1/leases?mac=00-00-5E-00-53-02").json["total"] == 1
    assert made.ask("GET", "/api/v1/leases/192.0.2.10").json["token"] == MAC
    for method, path in (
        ("POST", "/api/v1/leases"),
        ("PUT", "/api/v1/leases/192.0.2.10"),
        ("PATCH", "/api/v1/leases/192.0.2.10"),
    ):
        assert made.ask(method, path, {}).status == 405
    released = made.ask("POST", "/api/v1/leases/192.0.2.10/release", **ROOT)
    assert released.json["state"] == "released"
    assert made.ask("DELETE", "/api/v1/leases/192.0.2.11", **ROOT).status == 204
    assert made.ask("GET", "/api/v1/leases/192.0.2.11").status == 404
    lines = made.ask("GET", "/api/v1/audit?collection=leases&sort=id", **ROOT).json["items"]
    assert [(each["who"], each["action"], each["document_id"]) for each in lines] == [
        ("root", "update", "192.0.2.10"),
        ("root", "delete", "192.0.2.11"),
    ]


def test_forgetting_a_lease_may_be_rehearsed() -> None:
    """Nothing changes, and what would is told."""
    made = made_with(leases=[a_lease()])
    told = made.ask("DELETE", "/api/v1/leases/192.0.2.10?dryrun").json
    assert [each["action"] for each in told["changes"]] == ["delete"]
    assert made.ask("GET", "/api/v1/leases/192.0.2.10").status == 200


def test_history_tells_who_had_an_address_at_a_time() -> None:
    """Also when that time goes on."""
    key = client_key("mac", MAC)
    made = made_with(
        tenures=[
            Tenure(id="a", address="192.0.2.10", key=key, mac=MAC, began=100, ended=200),
            Tenure(id="b", address="192.0.2.10", key="client-id=01", began=300),
            Tenure(id="c", address="192.0.2.11", key=key, mac=MAC, device="phone", began=150),
        ]
    )
    for query, found in (
        ("address=192.0.2.10&began=Lte(150)&ended=0&ended=Gte(150)", ["a"]),
        ("address=192.0.2.10&began=Lte(250)&ended=0&ended=Gte(250)", []),
        ("address=192.0.2.10&began=Lte(350)&ended=0&ended=Gte(350)", ["b"]),
        ("mac=00005e005301", ["a", "c"]),
        ("device=phone", ["c"]),
        (f"key={key}&sort=-began", ["c", "a"]),
        ("strategy=client-id&token=01", ["b"]),
    ):
        items = made.ask("GET", f"/api/v1/tenures?{query}").json["items"]
        assert [each["id"] for each in items] == found, query
    assert made.ask("DELETE", "/api/v1/tenures/a").status == 405


def test_shipped_rules_are_seen_and_stay() -> None:
    """A site's own come before, by their order."""
    made = made_with()
    rules = made.ask("GET", "/api/v1/boot-rules?limit=3").json
    assert [each["id"] for each in rules["items"]] == [
        "shipped-ipxe-bios",
        "shipped-ipxe-bios-poor",
        "shipped-ipxe-uefi",
    ]
    refused = made.ask("PATCH", "/api/v1/boot-rules/shipped-pxe-bios", {"file": "x"})
    assert (refused.status, refused.json["type"]) == (409, "urn:provd:problem:built-in")
    rule = {"id": "lab", "when": {"arch": ["uefi-x64"]}, "file": "snponly.efi"}
    assert made.ask("POST", "/api/v1/boot-rules", rule).json["when"] == {"arch": [7, 9]}


def test_interfaces_are_none_where_the_kernel_is_not_asked() -> None:
    """The list is there, and empty."""
    assert made_with().ask("GET", "/api/v1/interfaces").json["items"] == []


def test_many_reservations_are_made_in_one_call() -> None:
    """Or none, with every reason."""
    made = made_with(subnets=[a_subnet()])
    operations = [
        {
            "op": "create",
            "document": {"address": f"192.0.2.{number}", "token": f"00:00:5e:00:53:{number:02x}"},
        }
        for number in range(100, 150)
    ]
    assert made.ask("POST", "/api/v1/reservations:bulk", {"operations": operations}).status == 200
    assert made.ask("GET", "/api/v1/reservations?limit=1").json["total"] == 50
    again = made.ask("POST", "/api/v1/reservations:bulk", {"operations": operations})
    assert (again.status, len(again.json["problems"])) == (422, 50)
