"""Editing what 10,000 devices inherit, while phones ask: how much longer the unluckiest one waits.

100,000 devices; the edited config is the parent of the configs of a tenth of them.  Two clients ask all
the while, one phone that depends on the edit and one that does not, at a few hundred requests a second.
"""

from __future__ import annotations

import http.client
import json
import tempfile
import threading
import time
from pathlib import Path

from bench.http import PORT, serving
from bench.report import Report
from bench.site import Phone, write_site

EDITS = 5
API = PORT + 9
EDITED = "region-0"
PAUSE = 0.002


class Asking(threading.Thread):
    """One phone that asks for its file again and again, and notes how long each answer took."""

    def __init__(self, port: int, phone: Phone) -> None:
        super().__init__(daemon=True)
        self._port, self._phone = port, phone
        self.took: list[float] = []
        self.over = False

    def run(self) -> None:
        """Ask until told that it is over."""
        headers = {"User-Agent": self._phone.user_agent, "X-Forwarded-For": self._phone.ip}
        connection = http.client.HTTPConnection("127.0.0.1", self._port)
        while not self.over:
            began = time.perf_counter()
            connection.request("GET", self._phone.path, headers=headers)
            connection.getresponse().read()
            self.took.append(1000 * (time.perf_counter() - began))
            time.sleep(PAUSE)

    def worst(self) -> float:
        """The longest wait since this was last asked, in ms."""
        took, self.took = self.took, []
        return max(took)


def edit(locale: str) -> float:
    """Change the region's locale through the API; ms until it was acknowledged."""
    api = http.client.HTTPConnection("127.0.0.1", API)
    api.request("GET", f"/api/v1/configs/{EDITED}")
    config = json.loads(api.getresponse().read())
    config["raw_config"]["locale"] = locale
    began = time.perf_counter()
    api.request(
        "PUT",
        f"/api/v1/configs/{EDITED}",
        json.dumps(config),
        {"Content-Type": "application/json"},
    )
    reply = api.getresponse()
    told = reply.read()
    if reply.status >= 300:
        raise RuntimeError(f"the edit was refused: {told.decode()}")
    return 1000 * (time.perf_counter() - began)


def run(report: Report) -> None:
    """The one case."""
    report.section("Editing a config that 10,000 devices of 100,000 inherit")
    with tempfile.TemporaryDirectory(prefix="provd-bench-") as made:
        site = Path(made) / "site"
        write_site(site, 100_000, 100)
        with serving("provd", PORT, data=site, api=API):
            phones = [Asking(PORT, Phone(number, number % 100)) for number in (0, 1)]
            for phone in phones:
                phone.start()
            time.sleep(3)
            quiet = max(phone.worst() for phone in phones)
            time.sleep(3)
            quiet = max(quiet, *(phone.worst() for phone in phones))
            report.note(f"without an edit the unluckiest request took {quiet:.1f} ms")
            waits, edits = [], []
            for number in range(EDITS):
                edits.append(edit("fr_FR" if number % 2 else "en_US"))
                time.sleep(6)
                waits.append(max(phone.worst() for phone in phones))
            for phone in phones:
                phone.over = True
                phone.join()
    report.note(f"an edit was acknowledged after {max(edits):.1f} ms at most")
    report.bounded("the unluckiest request around an edit", waits, 50, "ms")
