"""A server that phones reach over HTTPS, the factory that makes them, and what curl shows from one of them."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from provd.testing.certificates import Maker, subject_of
from provd.testing.daemon import PATIENCE, Daemon, free_ports

MAC, OTHER = "00:04:f2:12:34:56", "00:04:f2:12:34:57"
AGENT = "FileTransport PolycomVVX-VVX_400-UA/5.9.0.9373 Type/Application"
PHONE, PROXY = "127.0.0.2", "127.0.0.1"
"""From where a phone asks, and from where a proxy does."""


def file_of(mac: str) -> str:
    """What a phone asks for that has this MAC address."""
    return f"/{mac.replace(':', '')}.cfg"


class FactorySite:
    """A server that serves phones over HTTPS, and who makes the phones."""

    def __init__(self, home: Path, http: dict[str, Any], https: dict[str, Any]) -> None:
        home.mkdir(parents=True)
        self.home = home
        self.now = datetime.now(UTC)
        self.factory = Maker("Poly", now=self.now)
        self.others = Maker("another", now=self.now)
        self.port, self.front = free_ports(2)
        self.certificates: dict[str, Any] = {
            "bundles": {"polycom": str(home / "poly.pem")},
            "revoked": {"polycom": str(home / "poly.crl")},
        }
        self.https = {"serve": True, "interface": "127.0.0.1", "port": self.port, **https}
        self.http = http
        (home / "poly.pem").write_bytes(self.factory.certificate.public_bytes(Encoding.PEM))
        (home / "poly.crl").write_bytes(self.factory.revoking())
        self.server = Daemon(home / "server", self.settings, families=("polycom",))
        try:
            self._begin()
        except BaseException:
            self.server.close()
            raise

    def _begin(self) -> None:
        """Start, with two phones."""
        self.server.start()
        self.server.fill()
        for number, mac in enumerate((MAC, OTHER)):
            made = {"id": f"d{number}", "mac": mac, "plugin": self.plugin, "config": "autoprov"}
            assert self.server.ask("POST", "/api/v1/devices", made)[0] == 201

    @property
    def plugin(self) -> str:
        """The plugin of the phones."""
        return max(path.name for path in (self.server.data / "plugins").iterdir())

    @property
    def settings(self) -> Any:
        """What the server is to be like."""
        return {
            "https": self.https,
            "http": self.http,
            "certificates": self.certificates,
            "log": {"level": "info"},
        }

    def reload(self) -> None:
        """Have other settings taken up."""
        self.server.reload(self.settings)

    def phone(self, maker: Maker | None = None, mac: str = MAC, **more: Any) -> Path:
        """A phone's certificate and key in one file."""
        key = more.pop("key", None) or ec.generate_private_key(ec.SECP256R1())
        subject = subject_of(CN=mac.replace(":", "").upper(), O="Polycom Inc.")
        certificate = (maker or self.factory).signed(subject, key=key, **more)
        path = self.home / f"{certificate.serial_number}.pem"
        secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        path.write_bytes(certificate.public_bytes(Encoding.PEM) + secret)
        return path

    def curl(self, url: str, certificate: Path | None, *more: str) -> tuple[int, str, str]:
        """Status, headers but for the date, and body of what curl is answered, from the phone's address."""
        shown = ["--cert", str(certificate)] if certificate is not None else []
        done = subprocess.run(  # noqa: S603 - curl, from wherever it is installed
            ["curl", "-s", "-k", "-i", "--interface", PHONE, "-A", AGENT, *shown, *more, url],  # noqa: S607
            check=False,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        head, _blank, body = done.stdout.replace("\r\n", "\n").partition("\n\n")
        lines = [line for line in head.split("\n") if not line.lower().startswith("date:")]
        return int(lines[0].split(" ")[1]) if head else 0, "\n".join(lines), body

    def ask(self, certificate: Path | None, mac: str = MAC, *more: str) -> Any:
        """How a request over HTTPS was decided."""
        answer = self.curl(f"https://127.0.0.1:{self.port}{file_of(mac)}", certificate, *more)
        return self.last() | {"http": answer}

    def last(self) -> Any:
        """The latest decision, whole."""
        _status, told = self.server.ask("GET", "/api/v1/decisions?limit=1")
        latest = told[0] if isinstance(told, list) else told["items"][0]
        return self.server.ask("GET", f"/api/v1/decisions/{latest['id']}")[1]


def text_of(decision: Any) -> str:
    """The story of a decision."""
    return "\n".join(step["text"] for step in decision["steps"])
