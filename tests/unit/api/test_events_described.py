"""What is said over the WebSocket of events is as described, whatever comes."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from msgspec.structs import replace
from twisted.logger import capturedLogs

from provd.application.history import History
from provd.documents import Claim, Role
from provd.testing.access import basic, keep, user
from provd.testing.api import Bench, bench
from provd.testing.guarded import guarded
from provd.testing.listening import URL, Ear
from provd.wire.websocket import Conversation

SENT = ("Welcome", "Subscribed", "Unsubscribed", "Refused", "EventTold", "Missed", "Dropped")
ADMIN = {"authorization": basic("superuser")}
API = bench()
COMMANDS = st.builds(
    lambda op, name, kind, since: Conversation(client=True).say(
        json.dumps({"op": op, "id": name, "kind": kind, "since": since})
    ),
    st.sampled_from(["subscribe", "unsubscribe", ""]),
    st.sampled_from(["a", "b", "", 1, None]),
    st.sampled_from(["*", "devices", "nonsense", None]),
    st.sampled_from(["1-0", "1-1", "9-9", "x", None]),
)
"""Messages, right and wrong, as frames."""


def said_in(description: Any, side: str) -> Draft202012Validator:
    """What one side may say, as the description of the API has it."""
    said = description["paths"][URL]["get"]["x-provd-websocket"]
    return Draft202012Validator({**said[side], "components": description["components"]})


def types_in(description: Any) -> set[str]:
    """Every type of message that the server sends."""
    schemas = description["components"]["schemas"]
    return {schemas[name]["properties"]["type"]["enum"][0] for name in SENT}


def answers(made: Bench, hears: Draft202012Validator) -> list[Any]:
    """What somebody is told who says everything there is to say, and something wrong."""
    ear = Ear(made, **ADMIN)
    for message in (
        {"op": "subscribe", "id": "a", "since": "1-0"},
        {"op": "subscribe", "id": "b", "kind": "devices", "action": "created", "key": "*"},
        {"op": "unsubscribe", "id": "b"},
    ):
        hears.validate(message)
        ear.send(message)
    assert not hears.is_valid({"op": "nonsense"})
    ear.send({"op": "nonsense"})
    return ear.all()


def troubles(made: Bench) -> list[Any]:
    """What somebody is told who reads too slowly, and then has no right any more."""
    keep(made.core.store, users=[user("ann", "viewer")])
    made.operators.events.history = History(made.core.store.feed.durable().n, most=5)
    ear = Ear(made, authorization=basic("ann"))
    ear.subscribe("d", kind="devices")
    ear.transport.producer.pauseProducing()
    for at in range(5):
        made.ask("POST", "/api/v1/devices", {"id": f"d{at}"}, **ADMIN)
    made.core.clock.advance(0)
    ear.transport.producer.resumeProducing()
    heard = ear.all()
    listens = Role(id="listens", claims=(Claim(scope="events", actions=("watch",)),))
    ann = made.core.store.get("users", "ann")
    keep(made.core.store, roles=[listens], users=[replace(ann, roles=("listens",))])
    return [*heard, *ear.all()]


def test_every_message() -> None:
    """Messages of each type there is are as described, both ways."""
    made = guarded()
    description = made.ask("GET", "/api/v1/openapi.json", **ADMIN).json
    heard = [*answers(made, said_in(description, "hears")), *troubles(made)]
    tells = said_in(description, "tells")
    for each in heard:
        tells.validate(each)
    assert {each["type"] for each in heard} == types_in(description)


@given(st.lists(st.one_of(st.binary(max_size=60), COMMANDS), max_size=6), st.booleans())
@settings(max_examples=60)
def test_whatever_comes(pieces: list[bytes], slow: bool) -> None:  # noqa: FBT001 - hypothesis gives it
    """Any bytes are answered, refused or end the stream with a code; nothing is left behind, and nothing raises."""
    with capturedLogs() as logged:
        ear = Ear(API)
        if slow:
            ear.transport.producer.pauseProducing()
        for piece in pieces:
            ear.protocol.dataReceived(piece)
        API.core.clock.advance(0)
        if slow:
            ear.transport.producer.resumeProducing()
        for each in ear.all():
            assert each["type"] in {"welcome", "subscribed", "unsubscribed", "refused", "event"}
        ear.go()
    assert len(API.operators.events) == 0
    assert not [each for each in logged if "log_failure" in each]
