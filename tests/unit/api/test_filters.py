"""Filters, order and pages of lists: every function, every kind of field, and what is refused."""

from __future__ import annotations

import json
import time
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from provd.api._about import ABOUT_DEVICES
from provd.api._filters import FLAG, LIST, LOOSE, NUMBER, TEXT, condition
from provd.documents import parse_device
from provd.documents.selector import compile_selector
from provd.testing.api import Bench, bench
from provd.testing.documents import a_config, a_device
from provd.testing.plugins import acme
from provd.values import MalformedSelector

URL = "/api/v1/devices"


def ids(api: Bench, path: str = URL, **parameters: Any) -> list[str]:
    """The ids that a list answers."""
    answer = api.ask("GET", f"{path}?{urlencode(parameters, doseq=True)}")
    assert answer.status == 200, answer.body
    return [each["id"] for each in answer.json["items"]]


@pytest.fixture
def api() -> Bench:
    """Four devices, three configs."""
    made = bench(acme())
    made.core.keep(
        a_config("base", revision=0, ntp_ip="192.0.2.9", admin_password="s3cret"),
        a_config(
            "own", "base", revision=0, sip_lines={"1": {"proxy_ip": "192.0.2.5", "number": "42"}}
        ),
        a_device("b", mac="00:00:5e:00:53:02", version="3.10.1", model="6731i", X_floor="3"),
        a_device("c", mac="00:00:5e:00:53:03", version="2.6", model="6730i", config="base"),
        a_device("d", mac=None, ip="192.0.2.4", options={"port": 5060, "name": "x,y"}),
    )
    phone = {"id": "a", "mac": "00:00:5e:00:53:01", "version": "3.2.0", "model": "6730i"}
    made.ask("POST", URL, phone | {"plugin": "acme-1.0", "config": "own", "X_floor": 3})
    return made


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("model", "6730i", "ac"),
        ("model", "Eq(6730i)", "ac"),
        ("model", "Ne(6730i)", "bd"),
        ("model", "In(6731i, 6730i)", "abc"),
        ("model", "Nin(6731i,6730i)", "d"),
        ("model", "Re(^67.0i$)", "ac"),
        ("model", "Re(673(0|1))", "abc"),
        ("model", "", "d"),
        ("model", "Eq()", "d"),
        ("model", "Ne()", "abc"),
        ("model", "Foo(1)", ""),
        ("version", "Gte(3.2)", "ab"),
        ("version", "Gt(3.2.0)", "b"),
        ("version", "Lt(3.2)", "c"),
        ("version", "Lte(3.2.0)", "ac"),
        ("version", "Between(2.6,3.9)", "ac"),
        ("version", "Except(2.7,3.9)", "bc"),
        ("mac", "00:00:5E:00:53:02", "b"),
        ("mac", "In(00-00-5e-00-53-02,00:00:5e:00:53:03)", "bc"),
        ("ip", "192.0.2.4", "d"),
        ("X_floor", "3", "ab"),
        ("X_floor", "Gte(3)", "ab"),
        ("X_floor", "Gt(2)", "ab"),
        ("options.port", "5060", "d"),
        ("options.port", "Between(5000,5100)", "d"),
        ("options.name", 'Eq("x,y")', "d"),
        ("options.nothing.there", "x", ""),
        ("configured", "true", "a"),
        ("configured", "false", "bcd"),
        ("configured", "Ne(true)", "bcd"),
        ("problems", "Ne(no plugin is associated with it; set its `plugin`)", "abcd"),
        ("resolved.sip_lines.1.proxy_ip", "192.0.2.5", "a"),
        ("resolved.ntp_ip", "192.0.2.9", "ac"),
        ("resolved.sip_lines.1.number", "Gt(41)", "a"),
        ("revision", "Gt(0)", "abcd"),
    ],
)
def test_functions(api: Bench, name: str, text: str, found: str) -> None:
    """Each function over each kind of field finds what it says, in order of id."""
    assert ids(api, **{name: text}) == list(found)


def test_different_filters_and_the_same_twice(api: Bench) -> None:
    """Different filters must all hold, one that is given twice may hold either way."""
    assert ids(api, model="6730i", version="Gte(3)") == ["a"]
    assert ids(api, model=["6731i", "6730i"]) == ["a", "b", "c"]
    assert ids(api, version=["Lt(3)", "Gt(3.9)"]) == ["b", "c"]
    assert ids(api, model="6730i", q='{"version":"2.6"}') == ["c"]


def test_filters_of_configs(api: Bench) -> None:
    """By parents, and by what they come to."""
    path = "/api/v1/configs"
    assert ids(api, path, parent_ids="base") == ["own"]
    assert ids(api, path, parent_ids="Ne(base)") == ["autoprov", "base"]
    assert ids(api, path, parent_ids="In(base,x)") == ["own"]
    assert ids(api, path, **{"resolved.ntp_ip": "192.0.2.9"}) == ["base", "own"]
    assert ids(api, path, transient="true") == []


@pytest.mark.parametrize(
    ("name", "text", "word"),
    [
        ("model", "Gte(3", "parenthesis"),
        ("model", "Gte(1,2)", "1 values"),
        ("model", "Between(1)", "2 values"),
        ("model", "Re(()", "RE2"),
        ("model", "Re(" + "x" * 300 + ")", "at most"),
        ("model", 'Eq("x"y)', "comma"),
        ("model", 'Eq("x)', ""),
        ("model", 'Eq("\\ud800")', ""),
        ("mac", "Gte(5)", ""),
        ("configured", "yes", "true"),
        ("revision", "NaN", "number"),
        ("revision", "Lt(1e999)", ""),
        ("last_seen", "9" * 50, "number"),
        ("problems", "Re(x)", "list"),
        ("modell", "x", "parameter"),
        ("sort", "a..b", "path"),
        ("reverse", "maybe", "true"),
        ("cursor", "x", "cursor"),
        ("a..b", "x", "path"),
    ],
)
def test_refused(api: Bench, name: str, text: str, word: str) -> None:
    """With a 400 that names the parameter, or the path in the selector."""
    answer = api.ask("GET", f"{URL}?{urlencode({name: text})}")
    assert answer.status == 400, answer.body
    assert word in answer.body.decode()


def test_order(api: Bench) -> None:
    """By id, by a key, by what is computed; backwards by `-` or by `reverse`, and both are neither."""
    assert ids(api) == ["a", "b", "c", "d"]
    assert ids(api, reverse="true") == ["d", "c", "b", "a"]
    assert ids(api, sort="-id") == ["d", "c", "b", "a"]
    assert ids(api, sort="-id", reverse="") == ["a", "b", "c", "d"]
    assert ids(api, sort="model") == ["d", "a", "c", "b"]
    assert ids(api, sort="-configured")[0] == "a"
    assert ids(api, sort="resolved.sip_lines.1.number", reverse="true")[0] == "a"


def test_versions_sort_as_people_read_them() -> None:
    """3.10 after 3.2, both ways and from page to page; where a version is inside something else, it is a text."""
    made = bench()
    for at, version in enumerate(["3.2", "3.10", "10.0", "9.9"]):
        options = {"version": version}
        made.core.keep(parse_device({"id": f"d{at}", "version": version, "options": options}))
    assert ids(made, sort="version") == ["d0", "d1", "d3", "d2"]
    assert ids(made, sort="-version") == ["d2", "d3", "d1", "d0"]
    assert ids(made, sort="options.version") == ["d2", "d1", "d0", "d3"]
    cursor = made.ask("GET", f"{URL}?sort=version&limit=2").json["next"]
    assert ids(made, sort="version", cursor=cursor) == ["d3", "d2"]


@pytest.mark.parametrize("parameters", ["", "sort=model", "sort=-version&model=Ne()", "reverse"])
def test_cursors_lead_through_the_list(api: Bench, parameters: str) -> None:
    """`next` and `Link` lead from page to page; the last has neither; the total counts all."""
    # Until all of them have been looked at, however slow this machine is.
    api.core.clock.pump([0.1] * 20)
    whole = api.ask("GET", f"{URL}?{parameters}").json
    found, path = [], f"{URL}?{parameters}&limit=2"
    while path:
        answer = api.ask("GET", path)
        assert answer.json["total"] == whole["total"]
        assert answer.headers["x-total-count"] == str(whole["total"])
        found += answer.json["items"]
        link = answer.headers.get("link", "")
        assert bool(link) == (answer.json["next"] is not None)
        path = link.partition(">")[0].lstrip("<")
    assert found == whole["items"]


def test_a_cursor_is_of_one_list(api: Bench) -> None:
    """With another filter, another order or another collection it is refused, as is one made up."""
    cursor = api.ask("GET", f"{URL}?limit=1").json["next"]
    assert ids(api, cursor=cursor) == ["b", "c", "d"]
    for path in (
        f"{URL}?model=6730i&cursor={cursor}",
        f"{URL}?sort=model&cursor={cursor}",
        f"{URL}?reverse&cursor={cursor}",
        f"/api/v1/configs?cursor={cursor}",
        f"{URL}?cursor={cursor[:-4]}",
        f"{URL}?cursor={quote('é')}",
        f"{URL}?cursor={'A' * 5000}",
    ):
        assert api.ask("GET", path).status == 400, path


def test_parts(api: Bench) -> None:
    """`fields` shows nothing else, `slim` leaves out; the id is always there."""
    [shown] = api.ask("GET", f"{URL}?id=a&fields=model,version&slim=version,id").json["items"]
    assert shown == {"id": "a", "model": "6730i"}
    [shown] = api.ask("GET", f"{URL}?id=d&slim=options.port,nothing.there,mac.x").json["items"]
    assert shown["options"] == {"name": "x,y"}


def test_head_counts(api: Bench) -> None:
    """HEAD of a list says how many there are, and sends none."""
    answer = api.ask("HEAD", f"{URL}?model=6730i")
    assert (answer.status, answer.headers["x-total-count"], answer.body) == (200, "2", b"")


def test_resolving_is_bounded(api: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Too many to resolve are refused, unless an indexed filter narrows them."""
    monkeypatch.setattr("provd.application.listing.AT_MOST", 3)
    answer = api.ask("GET", f"{URL}?resolved.ntp_ip=192.0.2.9")
    assert answer.status == 400
    assert answer.json["type"] == "urn:provd:problem:too-broad"
    assert ids(api, config="own", **{"resolved.ntp_ip": "192.0.2.9"}) == ["a"]


def test_no_pattern_holds_the_server(api: Bench) -> None:
    """What makes other engines backtrack is an ordinary filter here."""
    api.ask("PATCH", f"{URL}/a", {"description": "a" * 4000 + "!"})
    began = time.process_time()
    assert ids(api, description="Re((a+)+$)") == []
    assert time.process_time() - began < 1


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from([TEXT, FLAG, NUMBER, LIST, LOOSE, ABOUT_DEVICES.filters["version"]]),
    st.lists(
        st.text(max_size=12)
        | st.builds(
            "{}({})".format,
            st.sampled_from("Eq Ne Lt Lte Gt Gte Between Except In Nin Re".split()),
            st.text('0123,".[(*a\\ tru', max_size=8) | st.sampled_from(["1,2", "true", '"a,b"']),
        ),
        min_size=1,
        max_size=3,
    ),
)
def test_whatever_is_asked(field: Any, texts: list[str]) -> None:
    """Any text is a filter the store understands, or ValueError, or a pattern it refuses by name."""
    try:
        operators = condition(field, texts)
    except ValueError:
        return
    json.dumps(operators)
    try:
        compiled = compile_selector({"x": operators})
    except MalformedSelector as error:
        refused = error.detail
        assert "$re" in refused or "$natural" in refused
        return
    assert compiled.matches({"x": "1"}) in {True, False}
