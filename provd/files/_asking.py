"""Asking for a URL: where it may lead, how long an answer may take, and which redirects are followed.

Redirects are followed one by one, each looked at as the first URL was.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit

from attrs import define
from twisted.internet import defer
from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectError, ConnectionClosed, DNSLookupError
from twisted.web.client import RequestTransmissionFailed, ResponseFailed, ResponseNeverReceived
from twisted.web.http_headers import Headers

from provd.files._definition import is_url
from provd.files._errors import NotFetched, Stopped
from provd.files._line import Line
from provd.files._proxy import agent_for
from provd.files._reach import Reach
from provd.files._settings import PackageSettings
from provd.files._stop import Stop

MOST_REDIRECTS = 5
REDIRECTS = frozenset({301, 302, 303, 307, 308})
USUAL = {"user-agent": "provd", "accept-encoding": "identity", "accept": "*/*"}


@define
class Asking:
    """Asks on behalf of somebody who may stop it."""

    reactor: Any
    settings: PackageSettings
    _reach: Reach
    _stop: Stop

    async def response(self, url: str, headers: Mapping[str, str], line: Line) -> Any:
        """The first answer that is no redirect.

        @raise NotFetched, AddressDenied: there is none, or it must not be asked for.
        @raise Stopped: nobody wants it any more.
        """
        for _hop in range(MOST_REDIRECTS + 1):
            self._stop.check()
            self.require_scheme(url)
            line.abort()
            line.answered = False
            response = await self._request(url, headers, line)
            location = response.headers.getRawHeaders(b"location", [b""])[0]
            if response.code not in REDIRECTS or not location:
                return response
            further = urljoin(url, location.decode("latin-1"))
            if not is_url(further) or urlsplit(further).scheme == "file":
                raise NotFetched(url, f"its server sends elsewhere: {further[:200]!r}")
            url = further
        raise NotFetched(url, f"it is redirected more than {MOST_REDIRECTS} times")

    async def _request(self, url: str, headers: Mapping[str, str], line: Line) -> Any:
        sent = Headers({name: [value] for name, value in headers.items()})
        agent = agent_for(url, self.settings.proxy, self._reach, line)
        asked: Deferred[Any] = agent.request(b"GET", url.encode("ascii"), sent)
        self._stop.then(asked.cancel)
        try:
            response = await asked.addTimeout(self.settings.timeout, self.reactor)
        except defer.CancelledError as error:
            raise Stopped from error
        except defer.TimeoutError as error:
            raise NotFetched(url, f"no answer in {self.settings.timeout:g} seconds") from error
        except (ResponseNeverReceived, RequestTransmissionFailed, ResponseFailed) as error:
            raise NotFetched(url, line.why or _why(error)) from error
        except (ConnectError, ConnectionClosed, DNSLookupError) as error:
            raise NotFetched(url, str(error) or type(error).__name__) from error
        line.answered = True
        return response

    def require_scheme(self, url: str) -> None:
        """@raise NotFetched: settings do not let anything be fetched that way."""
        scheme = urlsplit(url).scheme
        if scheme not in self.settings.schemes:
            raise NotFetched(url, f"{scheme} is not among the schemes of [packages]")


def _why(error: Any) -> str:
    reasons = [each.getErrorMessage() for each in getattr(error, "reasons", ())]
    return "; ".join(filter(None, reasons)) or str(error) or type(error).__name__
