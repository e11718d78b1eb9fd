"""What legacy extractors see of a request, and what becomes of those that misbehave."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from twisted.internet.defer import Deferred, fail, succeed

from provd.compat import extraction
from provd.compat.extraction import MOST_STOPS, NeverAnswered, Stopped, clues_of, stopped_after
from provd.compat.surface.devices.ident import RequestType
from provd.compat.surface.plugins import Plugin
from provd.sdk import Asked, Protocol
from provd.testing.inquiries import MAC, dhcp, http, tftp
from provd.values import Inquiry

Extract = Callable[[Any, Any], Any]


def said(extract: Extract, inquiry: Inquiry) -> Any:
    """What an extractor's plugin testifies."""

    class Extractor:
        def extract(self, request: Any, request_type: Any) -> Any:
            return extract(request, request_type)

    class Acme(Plugin):
        http_dev_info_extractor = Extractor()
        tftp_dev_info_extractor = Extractor()
        dhcp_dev_info_extractor = Extractor()

    clues = {clue.protocol: clue for clue in clues_of(Acme(None, "", {}, {}))}
    return clues[inquiry.protocol].testify(Asked(inquiry))


def test_http() -> None:
    """Bytes where it asks with bytes; fields of the query; nothing for what is not there."""

    def extract(request: Any, request_type: Any) -> Any:
        assert request_type is RequestType.HTTP
        assert request.path == b"/a.cfg"
        assert request.uri == b"/a.cfg?mac=00005E005301&mac=2"
        assert request.args == {b"mac": [b"00005E005301", b"2"]}
        assert request.getHeader(b"X-Other") is None
        return succeed({"model": request.getHeader(b"User-Agent").decode()})

    inquiry = http("/a.cfg", "Acme", query="mac=00005E005301&mac=2")
    assert said(extract, inquiry) == {"model": "Acme"}


def test_tftp() -> None:
    """The packet as it came."""

    def extract(request: Any, request_type: Any) -> Any:
        assert request_type is RequestType.TFTP
        return {"model": request["packet"]["filename"].decode()}

    assert said(extract, tftp("a.cfg")) == {"model": "a.cfg"}


def test_dhcp() -> None:
    """Options are texts with one character for each byte; those that are missing are missing."""

    def extract(request: Any, request_type: Any) -> Any:
        assert request_type is RequestType.DHCP
        options = request["options"]
        assert 43 not in options
        with pytest.raises(KeyError):
            options[43]
        assert list(options) == [60]
        return {"model": options[60]}

    inquiry = dhcp(MAC, dhcp={60: b"acme\xff"})
    assert said(extract, inquiry) == {"model": "acme\xff"}


def test_nothing_is_said() -> None:
    """None and an empty dictionary say the same."""
    for nothing in (None, {}, succeed(None), succeed({})):
        assert said(lambda _request, _type, told=nothing: told, http()) is None


def test_what_is_raised_comes_through() -> None:
    """At once or in a Deferred: the host names the plugin."""

    def raises(_request: Any, _type: Any) -> Any:
        raise KeyError("mac")

    with pytest.raises(KeyError):
        said(raises, http())
    with pytest.raises(KeyError):
        said(lambda _request, _type: fail(KeyError("mac")), http())


def test_a_deferred_that_has_not_fired() -> None:
    """It is cancelled, and says nothing any more."""
    waiting: Deferred[Any] = Deferred()
    with pytest.raises(NeverAnswered, match="had not fired"):
        said(lambda _request, _type: waiting, http())
    assert waiting.called


def test_a_spinning_extractor(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is stopped within the bound; the third time is the last, since everybody else waits for it."""
    asked = 0

    class Spins:
        def extract(self, _request: Any, _type: Any) -> Any:
            nonlocal asked
            asked += 1
            while True:
                pass

    class Acme(Plugin):
        http_dev_info_extractor = Spins()

    monkeypatch.setattr(extraction, "LONGEST", 0.01)
    [clue] = clues_of(Acme(None, "", {}, {}))
    for _time in range(MOST_STOPS):
        with pytest.raises(Stopped, match="was stopped"):
            clue.testify(Asked(http()))
    with pytest.raises(NeverAnswered, match="asked no more"):
        clue.testify(Asked(http()))
    assert asked == MOST_STOPS


def test_what_ends_in_time_is_left_alone() -> None:
    """Nothing of it is left behind."""
    with stopped_after(10):
        pass


def test_only_what_it_has_an_extractor_for() -> None:
    """It is not shown the rest."""

    class Acme(Plugin):
        tftp_dev_info_extractor = object()

    assert [clue.protocol for clue in clues_of(Acme(None, "", {}, {}))] == [Protocol.TFTP]
