"""`/api/v1/system/drain`: not ready, and answering all the same."""

from __future__ import annotations

from provd.testing.api import bench
from provd.testing.inquiries import http
from provd.testing.plugins import acme

URL = "/api/v1/system/drain"


def test_drained_and_filled() -> None:
    """Readiness says who asked for it; everybody is answered; twice is once."""
    api = bench(acme())
    for _time in range(2):
        assert api.ask("POST", URL).status == 204
    ready = api.ask("GET", "/readyz")
    assert ready.status == 503
    assert "being drained" in ready.json["detail"]
    assert "being drained" in api.ask("GET", "/api/v1/info").json["errors"][0]
    assert api.ask("GET", "/healthz").status == 200
    assert api.ask("POST", "/api/v1/devices", {"id": "phone"}).status == 201
    assert api.core.inquiries.ask(http("/x.cfg")) is not None
    assert api.ask("DELETE", URL).status == 204
    assert api.ask("GET", "/readyz").status == 200
