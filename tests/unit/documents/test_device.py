"""Devices: what a client may say of one, and what is made of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from provd.documents import (
    DEVICES,
    Device,
    in_normal_spelling,
    is_new,
    keep_what_the_server_manages,
    parse_device,
    to_dict,
)
from provd.testing.documents import a_device
from provd.values import Invalid


def paths_refused(**fields: Any) -> list[str]:
    """The paths of the problems of a device with these fields."""
    with pytest.raises(Invalid) as caught:
        a_device(**fields)
    return [problem.path for problem in caught.value.problems]


def test_a_full_device_keeps_every_field() -> None:
    """Whatever a device may say is read into its field and told again."""
    said = {
        "id": "phone",
        "tenant": "t1",
        "mac": "00:00:5e:00:53:01",
        "ip": "192.0.2.7",
        "sn": "S1",
        "uuid": "6a4f4f2e-0000-4000-8000-000000000001",
        "vendor": "Aastra",
        "model": "6730i",
        "version": "3.2.0.1011",
        "plugin": "aastra-3.2",
        "config": "autoprov1",
        "added": "auto",
        "description": "reception",
        "options": {"switchboard": True},
        "remote_state_sip_username": "u1",
    }
    assert to_dict(parse_device(said)) == {**said, "revision": 0}


def test_only_the_id_is_needed() -> None:
    """A device of which nothing else is known is a device."""
    assert parse_device({"id": "phone"}) == Device(id="phone")


def test_null_is_as_good_as_absent() -> None:
    """Clients send null for what they do not know."""
    nulls = dict.fromkeys(
        ("mac", "ip", "sn", "uuid", "vendor", "model", "version", "plugin", "config", "options")
    )
    assert parse_device({"id": "phone", **nulls}) == Device(id="phone")


def test_unknown_keys_are_kept_verbatim() -> None:
    """Other software keeps its own keys on devices, of whatever shape."""
    said = {"X_colour": {"back": None, "front": [1, "x", True]}, "extra": 1}
    assert said.items() <= to_dict(a_device(**said)).items()


@pytest.mark.parametrize(
    "spelling",
    [
        "",
        "00:00:5E:00:53:01",
        "00-00-5e-00-53-01",
        "00005e005301",
        "0:0:5e:0:53:1",
        "phone",
        7,
        "00:00:5e:00:53:01\n",
    ],
)
def test_a_mac_in_another_spelling_is_refused(spelling: object) -> None:
    """A client that spells otherwise would never find its device again, so it is told."""
    assert paths_refused(mac=spelling) == ["mac"]


def test_the_normal_spelling_is_proposed() -> None:
    """Whoever spelled a MAC address otherwise reads how it should have been."""
    with pytest.raises(Invalid, match="expected 00:00:5e:00:53:01"):
        a_device(mac="00-00-5E-00-53-01")


@pytest.mark.parametrize("ip", ["192.0.2.7", "2001:db8::7"])
def test_both_families_of_addresses(ip: str) -> None:
    """Devices have IPv4 or IPv6 addresses."""
    assert a_device(ip=ip).ip == ip


def test_an_empty_ip_is_none() -> None:
    """Clients send an empty text for an address they do not know."""
    assert a_device(ip="").ip is None


@pytest.mark.parametrize(
    "ip",
    [
        "192.0.2.007",
        "192.0.2",
        "192.0.2.256",
        "2001:DB8::7",
        "2001:db8:0::7",
        "::ffff:192.0.2.7",
        "phone",
        "192.0.2.7 ",
        7,
    ],
)
def test_other_spellings_of_an_address_are_refused(ip: object) -> None:
    """One address has one spelling, or an index would hold it twice; leading zeros mean octal to some."""
    assert paths_refused(ip=ip) == ["ip"]


def test_what_the_server_keeps_itself_is_ignored() -> None:
    """A client may send back what it was shown, and changes nothing of it."""
    shown = {"configured": True, "is_new": False, "problems": [], "last_seen": 1.0, "revision": 9}
    assert a_device(**shown) == a_device()


@pytest.mark.parametrize("added", ["manually", "", True])
def test_added_says_auto_or_nothing(added: object) -> None:
    """Only the pipeline adds devices by itself, and says so with `auto`."""
    assert paths_refused(added=added) == ["added"]


def test_all_problems_are_told_at_once() -> None:
    """Nobody corrects a document one error at a time."""
    assert paths_refused(mac="", ip="x", sn=1, options=[], id="../x") == [
        "id",
        "mac",
        "ip",
        "sn",
        "options",
    ]


@pytest.mark.parametrize("document_id", [None, 1, "", "a/b", ".."])
def test_an_id_is_an_id(document_id: object) -> None:
    """An id is given, is a text, and is nothing that a path or a URL would take for something else."""
    with pytest.raises(Invalid) as caught:
        parse_device({"id": document_id})
    assert [problem.path for problem in caught.value.problems] == ["id"]


def test_the_caller_may_know_the_id() -> None:
    """A generated id, or the one of a path, needs no repetition in the document."""
    assert parse_device({}, document_id="d1").id == "d1"
    assert parse_device({"id": "d1"}, document_id="d1").id == "d1"


def test_the_id_of_a_document_is_not_another_ones() -> None:
    """A document cannot be put under an id that it does not have."""
    with pytest.raises(Invalid, match="id"):
        parse_device({"id": "d2"}, document_id="d1")


def test_the_subject_leads_the_message() -> None:
    """Where many devices are read at once, the message says which one is meant."""
    with pytest.raises(Invalid, match=r"^line 7: mac"):
        parse_device({"id": "x", "mac": "?"}, subject="line 7")


def test_the_tenant_has_two_names() -> None:
    """Existing clients say `tenant_uuid`; both at once must agree."""
    assert a_device(tenant_uuid="t1") == a_device(tenant="t1")
    assert paths_refused(tenant="t1", tenant_uuid="t2") == ["tenant_uuid"]


@pytest.mark.parametrize(
    ("value", "path"),
    [("\ud800", ""), ({"deep": "\ud800"}, "")],
)
def test_what_cannot_be_written_is_refused(value: object, path: str) -> None:
    """Half a character, which some JSON readers let pass, cannot be kept."""
    assert path in paths_refused(X_odd=value)


def test_depth_is_bounded() -> None:
    """Nesting costs recursion wherever a document is read, so it ends here."""
    deep: Any = 1
    for _level in range(100):
        deep = [deep]
    assert paths_refused(X_deep=deep) == [""]


@pytest.mark.parametrize("field", ["mac", "sn", "options"])
def test_only_json_is_read(field: str) -> None:
    """Bytes, which no JSON object holds, are named for what they are."""
    with pytest.raises(Invalid, match="no JSON value"):
        a_device(**{field: b"x"})


def test_only_texts_are_keys() -> None:
    """A mapping that is no JSON object is refused, not guessed at."""
    with pytest.raises(Invalid):
        parse_device({"id": "x", 1: 2})


def test_free_spellings_can_be_brought_to_the_normal_one() -> None:
    """DHCP servers and spreadsheets spell as they like; what is no address is left for the parser."""
    loose = {"mac": "00-00-5E-0-53-1", "ip": "2001:DB8::7", "uuid": "6A4F", "sn": "Ab"}
    assert in_normal_spelling(loose) == {
        "mac": "00:00:5e:00:53:01",
        "ip": "2001:db8::7",
        "uuid": "6a4f",
        "sn": "Ab",
    }
    assert in_normal_spelling({"mac": "x", "ip": None}) == {"mac": "x", "ip": None}


def test_a_replacement_keeps_what_clients_cannot_set() -> None:
    """Tenant, owner, revision and remote state are the stored document's."""
    stored = Device(id="phone", revision=7, tenant="t1", remote_state_sip_username="u1")
    sent = a_device(tenant="t2", remote_state_sip_username="u2")
    kept = keep_what_the_server_manages(sent, stored)
    assert (kept.revision, kept.tenant, kept.remote_state_sip_username) == (7, "t1", "u1")
    assert kept.mac == sent.mac


def test_a_new_device_has_no_remote_state() -> None:
    """Nobody can tell what a device runs with before it has fetched anything."""
    sent = a_device(remote_state_sip_username="u2", tenant="t2")
    kept = keep_what_the_server_manages(sent, None)
    assert (kept.remote_state_sip_username, kept.tenant) == (None, "t2")


def test_a_device_is_new_while_it_is_with_provd() -> None:
    """A device that nobody took is with the tenant of provd itself."""
    assert is_new(a_device(tenant="own"), "own")
    assert not is_new(a_device(tenant="other"), "own")


def test_the_mac_is_nobody_elses() -> None:
    """Two packets of one new phone make one device, because its MAC address is unique."""
    assert DEVICES.unique == ("mac",)


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(
    st.fixed_dictionaries(
        {"id": st.just("phone")},
        optional={
            "mac": st.none() | st.just("00:00:5e:00:53:01"),
            "ip": st.none() | st.ip_addresses().map(str),
            "sn": st.text(st.characters(exclude_categories=["Cs"])),
            "options": st.dictionaries(st.sampled_from("abc"), json_values, max_size=2),
            "X_a": json_values,
            "plain": json_values,
        },
    )
)
def test_a_device_survives_being_told_and_read_again(said: dict[str, Any]) -> None:
    """What is parsed, told, sent as JSON text and parsed again is the same device."""
    try:
        device = parse_device(said)
    except Invalid:
        return  # an IPv4-mapped address
    told = json.loads(json.dumps(to_dict(device)))
    assert parse_device(told) == device


@given(
    st.dictionaries(
        st.text(max_size=5) | st.sampled_from(["id", "mac", "ip", "options", "added", "tenant"]),
        json_values,
    )
)
def test_whatever_is_sent_is_a_device_or_invalid(said: dict[str, Any]) -> None:
    """No JSON object makes the parser fail in any other way."""
    try:
        parse_device(said)
    except Invalid as refused:
        event(f"{len(refused.problems)} problems")
