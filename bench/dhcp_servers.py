"""The DHCP servers of the bench, each with one pool of 60,000 addresses, on eth0 of a namespace."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import msgspec
from attrs import frozen

from bench.leases import lease, subnet
from provd.documents import KINDS, Pool, Subnet
from provd.documents.base import Document
from provd.documents.dhcp import LEASES, SUBNETS, OptionValue, Probe
from provd.store._database import Database
from provd.values import Change

US, CLIENT = "10.99.0.1", "10.99.0.2"
NETWORK, FIRST, LAST = "10.99.0.0/16", "10.99.1.0", "10.99.250.250"
HOUR = 3600
PATH = os.environ.get("PATH", "") + ":/usr/local/sbin:/usr/sbin:/sbin"
_CHUNK = 10_000

Command = Callable[[Path], list[str]]
"""What starts a server whose files are in a directory of its own."""


@frozen
class Kind:
    """A server: what it is called, the program it needs, how it is started, and where to begin."""

    name: str
    program: str
    command: Command
    begins: int
    """Exchanges per second that it bears."""

    @property
    def installed(self) -> bool:
        """Whether it is here."""
        return bool(shutil.which(self.program, path=PATH))


def kea(directory: Path) -> list[str]:
    """Kea with its leases in memory and in a file, in one thread."""
    config = {
        "Dhcp4": {
            "interfaces-config": {"interfaces": ["eth0"], "dhcp-socket-type": "udp"},
            "lease-database": {
                "type": "memfile",
                "persist": True,
                "name": str(directory / "leases.csv"),
                "lfc-interval": 0,
            },
            "multi-threading": {"enable-multi-threading": False},
            "valid-lifetime": HOUR,
            "subnet4": [
                {
                    "subnet": NETWORK,
                    "pools": [{"pool": f"{FIRST}-{LAST}"}],
                    "option-data": [{"name": "routers", "data": US}],
                }
            ],
            "loggers": [{"name": "kea-dhcp4", "severity": "ERROR"}],
        }
    }
    (directory / "kea.json").write_text(json.dumps(config))
    return ["kea-dhcp4", "-c", str(directory / "kea.json")]


def isc(directory: Path) -> list[str]:
    """ISC's dhcpd, which has each lease on the disk before it answers, as we do."""
    (directory / "leases").touch()
    (directory / "dhcpd.conf").write_text(
        f"authoritative; ping-check false; default-lease-time {HOUR};\n"
        "subnet 10.99.0.0 netmask 255.255.0.0"
        f" {{ range {FIRST} {LAST}; option routers {US}; }}\n"
    )
    files = {"-cf": "dhcpd.conf", "-lf": "leases", "-pf": "pid"}
    words = [word for flag, name in files.items() for word in (flag, str(directory / name))]
    return ["dhcpd", "-4", "-f", "-q", *words, "-user", "root", "-group", "root", "eth0"]


def dnsmasq(directory: Path) -> list[str]:
    """dnsmasq, which writes its whole file of leases anew whenever one changes."""
    options = (
        "-k -p 0 -C /dev/null -i eth0 --bind-interfaces --no-ping --quiet-dhcp --dhcp-authoritative"
        f" --dhcp-lease-max=100000 --dhcp-range={FIRST},{LAST},255.255.0.0,1h -u root --pid-file="
        f" --log-facility=/dev/null --dhcp-leasefile={directory / 'leases'}"
    )
    return ["dnsmasq", *options.split()]


KEA = Kind("kea", "kea-dhcp4", kea, 4000)
ISC = Kind("isc-dhcpd", "dhcpd", isc, 400)
DNSMASQ = Kind("dnsmasq", "dnsmasq", dnsmasq, 200)
OTHERS = (KEA, ISC, DNSMASQ)


def environment(directory: Path) -> Mapping[str, str]:
    """Ours, and where Kea is to put what it would put into /run."""
    return {
        **os.environ,
        "PATH": PATH,
        "KEA_PIDFILE_DIR": str(directory),
        "KEA_LOCKFILE_DIR": str(directory),
    }


def served() -> Subnet:
    """The subnet that is asked: the others do not probe either."""
    return Subnet(
        id="load",
        network=NETWORK,
        pools=(Pool(first=FIRST, last=LAST),),
        lease_time=HOUR,
        probe=Probe.NONE,
        options=(OptionValue(code=3, value=US),),
    )


def documents(beside: int, leases: int, now: int) -> Iterator[tuple[str, Document]]:
    """The subnet that is asked, and those beside it, which the leases are in."""
    yield SUBNETS.name, served()
    for number in range(beside):
        yield SUBNETS.name, subnet(number)
    for number in range(leases):
        where, at = number % beside, 10 + number // beside
        yield LEASES.name, lease(number, where, at, now + HOUR + number % HOUR)


def write_data(directory: Path, of: Iterable[tuple[str, Document]]) -> None:
    """A data directory, as a server that ran before would have left it."""
    directory.mkdir(parents=True, exist_ok=True)
    database = Database(directory / "provd.db", {kind.name: kind for kind in KINDS})
    database.open()
    rows: dict[tuple[str, str], Change] = {}
    n = 0
    for n, (collection, document) in enumerate(of, 1):
        placed = msgspec.structs.replace(document, revision=n)
        rows[collection, document.id] = Change(n, collection, document.id, None, placed, "bench")
        if len(rows) >= _CHUNK:
            database.keep(rows)
            rows.clear()
    if rows:
        database.keep(rows)
    database.note(owner="bench", epoch="1", position=str(n), clean="1")
    database.close()
