"""Routes are denied by default: every one is known, with its scope and action, and nothing else is served."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from msgspec.structs import replace
from twisted.trial.unittest import SynchronousTestCase

from provd.api import Noun, Routes, make_api
from provd.api._errors import DEFECT, METHOD_NOT_ALLOWED, TABLE
from provd.api._routes import Unregistered
from provd.api._screen import NotLoopback
from provd.api.index import entries
from provd.testing.api import Bench, bench

DOCS = Path(__file__).resolve().parents[3] / "docs" / "reference" / "api.rst"


def nouns() -> list[Noun]:
    """Every resource class there is, as it is served."""
    return list(bench().site.resource.nouns)


def test_every_rule_of_every_url_map_is_registered() -> None:
    """Werkzeug knows no route that the census does not, and the census none that werkzeug does not."""
    for noun in nouns():
        ruled = {
            (rule.endpoint, rule.rule, method)
            for rule in noun.app.url_map.iter_rules()
            for method in (rule.methods or ()) - {"HEAD"}
        }
        counted = {
            (record.endpoint, record.path, record.method) for record in noun.app.census.values()
        }
        assert ruled == counted, type(noun).__name__
        assert set(noun.app.endpoints) == set(noun.app.census)


def test_every_route_has_a_scope_and_an_action() -> None:
    """Access control finds something to ask about for each."""
    for noun in nouns():
        for record in noun.app.census.values():
            assert record.scope, record
            assert record.action, record


def test_get_and_nothing_else_answers_head() -> None:
    """HEAD is never more than GET without its body."""
    for noun in nouns():
        for rule in noun.app.url_map.iter_rules():
            methods = rule.methods or set()
            assert ("HEAD" in methods) == ("GET" in methods), rule


def test_every_noun_is_served_in_one_place() -> None:
    """No two nouns claim one prefix."""
    prefixes = [noun.prefix for noun in nouns()]
    assert len(prefixes) == len(set(prefixes))


class Denial(SynchronousTestCase):
    """What is not registered."""

    def test_a_route_beside_the_census_is_not_served(self) -> None:
        """A route that klein knows and the census does not ends in a defect, not in its answer."""
        made = bench()

        class Sneaking(Noun):
            app = Routes()
            prefix = "/sneaking"

        @Sneaking.app.route("/")
        def secret(self: object, request: object) -> bytes:
            """Never reached."""
            return b"secret"

        root = made.site.resource
        root._served[(b"sneaking",)] = Sneaking(root.nouns[0].door).app.resource()
        answer = made.ask("GET", "/sneaking")
        self.assertEqual(500, answer.status)
        self.assertNotIn(b"secret", answer.body)
        self.assertEqual(1, len(self.flushLoggedErrors(Unregistered)))

    def test_permission_is_asked_before_anything_is_read(self) -> None:
        """Whoever decides on rights sees every call first, whatever its body is."""
        made = bench()
        asked = []

        class Denies:
            def permit(self, route: object, call: object) -> None:
                asked.append(route)
                raise made_up

        made_up = NotLoopback("nobody")
        for noun in made.site.resource.nouns:
            noun.door = replace(noun.door, permission=Denies())
        answer = made.ask("POST", "/api/v1/devices", {"nonsense": [1]})
        self.assertEqual(["create"], [route.action for route in asked])
        self.assertEqual(500, answer.status)
        self.flushLoggedErrors(NotLoopback)


def api_on(interface: str, *, secure: bool, required: bool) -> Bench:
    """The API on an address."""
    made = bench(required=required)
    site = make_api(
        made.operators,
        made.administration,
        interface=interface,
        reactor=made.core.clock,
        boot_id="x",
        secure=secure,
    )
    return Bench(made.core, made.operators, made.administration, site)


ELSEWHERE = ["0.0.0.0", "192.0.2.1", "::", "", "localhost", "2001:db8::1"]


@pytest.mark.parametrize("interface", ELSEWHERE)
@pytest.mark.parametrize(("secure", "required"), [(False, False), (True, False), (False, True)])
def test_no_other_interface_than_loopback(interface: str, *, secure: bool, required: bool) -> None:
    """Where others reach it, everybody proves who they are, and not in clear; a name is no address."""
    with pytest.raises(NotLoopback, match="loopback only"):
        api_on(interface, secure=secure, required=required)


@pytest.mark.parametrize("interface", ELSEWHERE)
def test_elsewhere_it_is_guarded(interface: str) -> None:
    """It answers to every address, and still to no name that is not its own."""
    made = api_on(interface, secure=True, required=True)
    for host, status in (
        ("192.0.2.1:8092", 200),
        ("[2001:db8::1]:8092", 200),
        ("localhost", 200),
        ("rebound.example", 421),
        ("192.0.2.1.rebound.example", 421),
    ):
        assert made.ask("GET", "/healthz", host=host).status == status
    assert made.ask("GET", "/api/v1/devices", host="192.0.2.1").status == 401


@pytest.mark.parametrize("interface", ["127.0.0.1", "127.0.0.53", "::1", "[::1]"])
def test_loopback_interfaces(interface: str) -> None:
    """Every loopback address will do."""
    assert bench(interface=interface).ask("GET", "/healthz").status == 200


def documented() -> str:
    """The reference page of the API."""
    return DOCS.read_text(encoding="utf-8")


def test_every_route_is_documented() -> None:
    """The reference has a line `METHOD /path` for every route, and none for a route that is not."""
    served = {f"{entry['method']} {entry['path']}" for noun in nouns() for entry in entries(noun)}
    written = set(
        re.findall(r"^``((?:GET|POST|PUT|PATCH|DELETE) /[^`]*)``", documented(), re.MULTILINE)
    )
    assert served == written


def test_every_condition_is_documented() -> None:
    """The reference names every problem type with its status."""
    for row in (*TABLE.values(), METHOD_NOT_ALLOWED, DEFECT):
        assert re.search(rf"^{row.status}\s+``{row.slug}``", documented(), re.MULTILINE), row
