"""Claims on some documents, and on some fields: what such callers see, and what they may do."""

from __future__ import annotations

from provd.documents import Claim, Role, parse_config, parse_device
from provd.testing.access import basic, keep, user
from provd.testing.api import Bench
from provd.testing.guarded import guarded


class TestLimits:
    """Claims on some documents and on some fields."""

    def made(self, *claims: Claim) -> tuple[Bench, dict[str, str]]:
        """A server, and a user with these claims."""
        made = guarded()
        keep(
            made.core.store,
            roles=[Role(id="some", claims=claims)],
            users=[user("some", "some")],
            devices=[parse_device({"id": "fax"}), parse_device({"id": "door", "sn": "7"})],
        )
        return made, {"authorization": basic("some")}

    def test_a_list_shows_what_may_be_seen(self) -> None:
        """And counts nothing else, whatever is asked."""
        claim = Claim(scope="devices", actions=("list", "read"), specific=("phone", "fax"))
        made, who = self.made(claim)
        for asked, found in (
            ("", ["fax", "phone"]),
            ("?sort=-id&limit=1", ["phone"]),
            ("?id=fax", ["fax"]),
            ("?id=door", []),
            ("?sn=7", []),
            ('?q={"id":{"$in":["door","fax"]}}', ["fax"]),
            ('?q={"id":{"$ne":"fax"}}', ["phone"]),
        ):
            answer = made.ask("GET", f"/api/v1/devices{asked}", **who).json
            assert [each["id"] for each in answer["items"]] == found, asked
            assert answer["total"] == (2 if "limit" in asked else len(found))
        assert made.ask("GET", "/api/v1/devices/fax", **who).status == 200
        assert made.ask("GET", "/api/v1/devices/door", **who).status == 404

    def test_a_right_on_some_is_none_on_all(self) -> None:
        """What names no document is about every one."""
        claim = Claim(scope="*", actions=("*",), specific=("phone",))
        made, who = self.made(claim)
        assert made.ask("POST", "/api/v1/devices", {"id": "new"}, **who).status == 403
        assert made.ask("GET", "/api/v1/decisions", **who).status == 403
        assert made.ask("POST", "/api/v1/tokens/revoke", {}, **who).status == 403

    def test_some_fields_may_be_patched(self) -> None:
        """And no others, at any depth, by no way round."""
        claims = (
            Claim(scope="devices", actions=("read",)),
            Claim(scope="devices", actions=("update",), fields=("description", "options.a")),
        )
        made, who = self.made(*claims)
        for patch, status in (
            ({"description": "desk"}, 200),
            ({"options": {"a": {"b": 1}}}, 200),
            ({"options": {"b": 1}}, 403),
            ({"options": None}, 403),
            ({"options": {}}, 403),
            ({"options.a": 1}, 403),
            ({"description": "x", "mac": None}, 403),
            ({"id": "fax"}, 403),
        ):
            answer = made.ask("PATCH", "/api/v1/devices/fax", patch, **who)
            assert answer.status == status, (patch, answer.body)
        assert made.ask("PUT", "/api/v1/devices/fax", {"id": "fax"}, **who).status == 403

    def test_changing_is_not_creating(self) -> None:
        """PUT makes a document only for who may create one."""
        claim = Claim(scope="devices", actions=("read", "update"))
        made, who = self.made(claim)
        answer = made.ask("PUT", "/api/v1/devices/new", {}, **who, if_none_match="*")
        assert answer.status == 403
        assert made.core.store.get("devices", "new") is None

    def test_whose_a_value_is(self) -> None:
        """Is told to nobody who may not see that document: alone, rehearsed, or among many."""
        claims = (
            Claim(scope="devices", actions=("bulk", "create")),
            Claim(scope="devices", actions=("read", "update"), specific=("fax",)),
        )
        made, who = self.made(*claims)
        mac = "00:00:5e:00:53:01"
        keep(made.core.store, devices=[parse_device({"id": "attic", "mac": mac})])
        patch = {"op": "patch", "id": "fax", "patch": {"mac": mac}}
        for method, path, body in (
            ("PATCH", "/api/v1/devices/fax", {"mac": mac}),
            ("PATCH", "/api/v1/devices/fax?dryrun", {"mac": mac}),
            ("POST", "/api/v1/devices", {"mac": mac}),
            ("POST", "/api/v1/devices:bulk", {"operations": [patch]}),
            ("POST", "/api/v1/devices:bulk", {"operations": [patch, patch]}),
            ("POST", "/api/v1/devices:bulk", {"operations": [patch], "atomic": False}),
            ("POST", "/api/v1/devices:bulk?dryrun", {"operations": [patch], "atomic": False}),
        ):
            answer = made.ask(method, path, body, **who)
            assert b"not to be had" in answer.body, (path, answer.body)
            assert b"attic" not in answer.body
            whole = {"authorization": basic("operator")}
            assert b"attic" in made.ask(method, path, body, **whole).body

    def test_a_reference_leads_to_what_may_be_read(self) -> None:
        """Else its grades would tell whether it is there, and inheriting, what is in it; what was set may stay."""
        claims = (
            Claim(scope="*", actions=("read", "update"), specific=("fax", "leaf", "open")),
            Claim(scope="devices", actions=("create",)),
        )
        made, who = self.made(*claims)
        keep(
            made.core.store,
            configs=[
                parse_config({"id": "open", "parent_ids": [], "raw_config": {}}),
                parse_config({"id": "shut", "parent_ids": [], "raw_config": {}}),
                parse_config({"id": "leaf", "parent_ids": ["shut", "open"], "raw_config": {}}),
            ],
        )
        for config_id in ("shut", "nothing"):
            for method, path, body in (
                ("PATCH", "/api/v1/devices/fax", {"config": config_id}),
                ("PATCH", "/api/v1/devices/fax", {"plugin": config_id}),
                ("POST", "/api/v1/devices", {"config": config_id}),
                ("PATCH", "/api/v1/configs/open", {"parent_ids": [config_id]}),
            ):
                answer = made.ask(method, path, body, **who)
                assert answer.status == 422, (path, answer.body)
                assert f"{config_id!r} is none of the" in answer.json["problems"][0]["message"]
        assert made.ask("PATCH", "/api/v1/devices/fax", {"config": "open"}, **who).status == 200
        turned = {"parent_ids": ["open", "shut"]}
        assert made.ask("PATCH", "/api/v1/configs/leaf", turned, **who).status == 200
