"""A server on which rights are granted and taken back, and a plugin whose work takes as long as a test likes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace
from twisted.internet.defer import Deferred, succeed

from provd.documents import Claim, Role, parse_device
from provd.sdk import Action
from provd.testing.access import basic, keep, user
from provd.testing.api import Answer, Bench, bench
from provd.testing.plugins import acme

URL = "/api/v1/rights"
ROOT = {"authorization": basic("root")}


class Waiting:
    """A plugin whose action answers when the test says so."""

    def __init__(self) -> None:
        self.given_up = 0
        self.under_way: list[Deferred[Any]] = []

    def __call__(self, command: str, device: Any, given: Mapping[str, Any]) -> Any:
        if given.get("at_once"):
            return succeed({"done": command})
        self.under_way.append(Deferred(self._give_up))
        return self.under_way[-1]

    def _give_up(self, _deferred: Deferred[Any]) -> None:
        self.given_up += 1


class Granting:
    """A server with two tenants, two phones of the site, and a plugin that takes its time."""

    def __init__(self) -> None:
        self.plugin = Waiting()
        actions = {"flash": Action(about="Flash it.", optional=("at_once",))}
        self.bench: Bench = bench(acme(actions=actions, acts=self.plugin), required=True)
        keep(
            self.bench.core.store,
            users=[
                user("root", "superuser"),
                user("ann"),
                user("bob", "granter"),
                replace(user("tess", "granter", "operator"), tenants=("a",)),
                replace(user("tom"), tenants=("a",)),
                replace(user("una"), tenants=("b",)),
            ],
            roles=[Role(id="granter", claims=(Claim(scope="rights", actions=("*",)),))],
            devices=[
                parse_device({"id": each, "plugin": "acme-1.0", "tenant": tenant_id})
                for each, tenant_id in (("phone", ""), ("desk", ""), ("a1", "a"), ("b1", "b"))
            ],
        )

    def ask(self, method: str, path: str, body: Any = None, /, **headers: str) -> Answer:
        """One call."""
        return self.bench.ask(method, path, body, **headers)

    def grant(self, *devices: str, who: str = "ann", **more: Any) -> list[str]:
        """Rights for somebody on some devices; their ids."""
        wish = {"user": who, "devices": list(devices), "actions": ["read", "act"], **more}
        answer = self.ask("POST", URL, wish, **ROOT)
        assert answer.status == 201, answer.body
        return [each["id"] for each in answer.json["granted"]]

    def begin(self, device: str = "phone") -> list[Any]:
        """Have ann do something that takes its time; where what came of it will be found."""
        # Of the use case: the bench's own calls wait for their answers.
        flash = dict(self.bench.operators.actions.deeds(device))["flash"]
        acting = flash.done("flash", {}, "api-1 by ann")
        answers: list[Any] = []
        Deferred.fromCoroutine(acting).addBoth(answers.append)
        self.bench.core.clock.advance(0)
        return answers

    def running(self) -> list[Mapping[str, Any]]:
        """The operations that have not ended."""
        found = self.ask("GET", "/api/v1/operations?state=waiting", **ROOT).json["items"]
        return list(found)

    def operation(self) -> Mapping[str, Any]:
        """The one there is."""
        [found] = self.ask("GET", "/api/v1/operations", **ROOT).json["items"]
        return dict(found)

    def rights(self, **headers: str) -> list[str]:
        """User and device of each that is listed, once what lapsed has gone."""
        self.bench.core.clock.pump([0] * 5)
        items = self.ask("GET", f"{URL}?sort=user", **(headers or ROOT)).json["items"]
        return sorted(f"{each['user']} {each['device']}" for each in items)
