"""On whose behalf something is done: an inquiry's, from its first stage to its answer."""

from __future__ import annotations

from contextvars import copy_context
from typing import Any

from msgspec.structs import replace
from twisted.internet.defer import Deferred

from provd.documents import Device
from provd.testing.inquiries import MAC, core, http
from provd.testing.plugins import MemoryPlugin, acme
from provd.values import Answer, Content, inquiry_served

AGENT = f"Acme A20 {MAC} 1.0"


def test_whatever_happens_meanwhile_is_known_to_be_of_the_inquiry() -> None:
    """While it is answered, at once or later, whoever fires what it waits for; and a what-if alike."""
    heard: list[str] = []
    waits: list[Deferred[Answer]] = []

    def answers(*_asked: Any) -> Any:
        heard.append(inquiry_served())
        waits.append(Deferred())

        async def later() -> Answer:
            answer = await waits[-1]
            heard.append(inquiry_served())
            return answer

        return Deferred.fromCoroutine(later())

    server = core(acme(), documents=[Device(id="a", mac=MAC, plugin="slow")])
    server.plugins.add(MemoryPlugin("slow", answers=answers))  # type: ignore[attr-defined]  # the memory registry can
    first, second = (replace(http("/a", AGENT), id=name) for name in ("first", "second"))
    server.inquiries.ask(first)
    server.inquiries.ask(second)
    server.inquiries.what_if(replace(first, id="what-if"))
    assert inquiry_served() == ""
    for waiting in (waits[1], waits[2], waits[0]):
        copy_context().run(waiting.callback, Content(b"x"))
    assert heard == ["first", "second", "what-if", "second", "what-if", "first"]
    assert inquiry_served() == ""
