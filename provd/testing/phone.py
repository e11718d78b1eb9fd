"""A phone that boots: requests one after the other, from one address, to a whole site in memory."""

from __future__ import annotations

from typing import Any

from provd.testing.dhcp_site import Site
from provd.testing.inquiries import http, tftp
from provd.values import Content

SERVER = "192.0.2.1"
"""Where the phone reaches the site."""


class Phone:
    """A phone at one address, which counts its requests."""

    def __init__(self, where: Site, peer: str, user_agent: str = "") -> None:
        """Nothing asked yet; requests of two phones have different numbers."""
        self.where, self.peer, self.user_agent = where, peer, user_agent
        self.asked = 100 * int(peer.rpartition(".")[2])

    def http(self, path: str) -> Any:
        """A GET."""
        return self._answer(http(path, self.user_agent, **self._more()))

    def tftp(self, name: str) -> Any:
        """A read request."""
        return self._answer(tftp(name, **self._more()))

    def text(self, path: str) -> str:
        """The file that a GET is answered with."""
        answer = self.http(path)
        assert isinstance(answer, Content), answer
        return answer.body.decode()

    def _more(self) -> dict[str, Any]:
        self.asked += 1
        return {"peer": self.peer, "local": SERVER, "number": self.asked}

    def _answer(self, inquiry: Any) -> Any:
        answer = self.where.core.inquiries.ask(inquiry)
        if hasattr(answer, "addBoth"):
            told: list[Any] = []
            answer.addBoth(told.append)
            return told[0]
        return answer
