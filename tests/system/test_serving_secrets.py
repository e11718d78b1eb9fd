"""Secrets over real sockets: a phone that cannot prove itself gets none over any protocol, and is told why not."""

from __future__ import annotations

import contextlib
import json
import re
import socket
import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from provd.testing.certificates import DAY
from provd.testing.daemon import TFTPRefused
from provd.testing.factory_site import AGENT, MAC, OTHER, PHONE, FactorySite, text_of

pytestmark = [pytest.mark.system, pytest.mark.needs("curl")]

SECRET = "rosebud-4711"
SWEEPER = "127.0.0.66"
POLICY = "/api/v1/serving-policies/site"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FactorySite]:
    """A server over HTTP, HTTPS and TFTP, with two phones whose files tell a password."""
    home = tmp_path_factory.mktemp("secrets") / "site"
    made = FactorySite(home, {}, {"client_certificates": "optional"})
    try:
        server = made.server
        assert server.ask("DELETE", "/api/v1/serving-policies/open")[0] == 204
        for number in range(2):
            lines = {"1": {"username": "1001", "password": SECRET, "proxy_ip": "192.0.2.1"}}
            raw = {"admin_password": SECRET, "sip_lines": lines}
            config = {"id": f"c{number}", "parent_ids": ["base"], "raw_config": raw}
            assert server.ask("POST", "/api/v1/configs", config)[0] == 201
            assert (
                server.ask("PATCH", f"/api/v1/devices/d{number}", {"config": f"c{number}"})[0]
                == 200
            )
        yield made
    finally:
        made.server.close()


@pytest.fixture(autouse=True)
def _nothing_left(site: FactorySite) -> Iterator[None]:
    """Each test begins with the policy that is shipped."""
    yield
    site.server.ask("DELETE", POLICY)


def file_of(mac: str) -> str:
    """The file that has the passwords of the phone with this MAC address."""
    return f"/{mac.replace(':', '')}-user.cfg"


def policy(site: FactorySite, **said: Any) -> None:
    """The site's own policy."""
    site.server.ask("DELETE", POLICY)
    status, told = site.server.ask("POST", "/api/v1/serving-policies", {"id": "site", **said})
    assert status == 201, told


def secret_over(
    site: FactorySite,
    source: str = PHONE,
    certificate: Path | None = None,
    mac: str = MAC,
    prefix: str = "",
) -> dict[str, tuple[bool, str]]:
    """By protocol: whether a phone gets its password, and what explain says of that."""
    path = prefix + file_of(mac)
    found: dict[str, tuple[bool, str]] = {}

    def told(protocol: str, body: str) -> None:
        found[protocol] = (SECRET in body, text_of(site.last()))

    told("http", site.server.get(path, AGENT, source).body.decode())
    from_there = ("--interface", source)
    told("https", site.curl(f"https://127.0.0.1:{site.port}{path}", certificate, *from_there)[2])
    body = b""
    with contextlib.suppress(TFTPRefused):
        body = site.server.fetch(path.lstrip("/"), source)
    told("tftp", body.decode())
    return found


def none_of(found: dict[str, tuple[bool, str]], why: str) -> None:
    """Over no protocol, and explain says why over each."""
    for protocol, (got, text) in found.items():
        assert not got, protocol
        assert why in text, (protocol, text)


def test_where_policy_lets_it(site: FactorySite) -> None:
    """The control: all of them give it, and explain says which policy did."""
    policy(site, level="claimed")
    for protocol, (got, text) in secret_over(site).items():
        assert got, (protocol, text)
        assert "policy site, secrets given" in text


def test_by_default(site: FactorySite) -> None:
    """Whoever merely says that it is a phone is nobody; its certificate makes it one."""
    none_of(
        secret_over(site), "identity level is claimed, and policy shipped-default wants network"
    )
    found = secret_over(site, certificate=site.phone())
    assert {protocol: got for protocol, (got, _text) in found.items()} == {
        "http": False,
        "https": True,
        "tftp": False,
    }


@pytest.mark.parametrize("what", ["stranger", "ended", "another's"])
def test_with_a_wrong_certificate(site: FactorySite, what: str) -> None:
    """No CA that is known, out of its time, or of another phone."""
    policy(site, level="credential", enrolling="credential")
    wrong: dict[str, dict[str, Any]] = {
        "stranger": {"maker": site.others},
        "ended": {"begin": site.now - 9 * DAY, "end": site.now - 2 * DAY},
        "another's": {"mac": OTHER},
    }
    found = secret_over(site, certificate=site.phone(**wrong[what]))
    assert not any(got for got, _text in found.values())
    why = {
        "stranger": "no CA that is trusted here signed it",
        "ended": "ended on",
        "another's": "it is nobody that is known",
    }
    assert why[what] in found["https"][1]


def test_with_a_token_that_is_used_up(site: FactorySite) -> None:
    """A one-time URL is good over HTTP and over TFTP, until it is not."""
    policy(site, level="credential", enrolling="credential")
    wish = {"uses": 2}
    status, told = site.server.ask("POST", "/api/v1/devices/d0/actions/one-time-url", wish)
    assert status == 200, told
    prefix = "/once-" + re.split('[/"]', json.dumps(told).split("once-", 1)[1], maxsplit=1)[0]
    assert SECRET in site.server.get(prefix + file_of(MAC), AGENT, PHONE).body.decode()
    assert SECRET in site.server.fetch((prefix + file_of(MAC)).lstrip("/"), PHONE).decode()
    none_of(secret_over(site, prefix=prefix), "one-time URL")


def test_from_a_wrong_network(site: FactorySite) -> None:
    """A policy that trusts one network opens nothing in another, whatever is spoken there."""
    policy(site, level="claimed", networks=[f"{PHONE}/32"])
    assert all(got for got, _text in secret_over(site).values())
    none_of(
        secret_over(site, "127.0.0.3"),
        "it asks from 127.0.0.3, and policy site names other networks",
    )


def test_over_budget(site: FactorySite) -> None:
    """The budget of a file is one for all protocols that name it alike."""
    policy(site, level="claimed", budget={"times": 1, "seconds": 600})
    path = file_of(OTHER)
    assert SECRET in site.server.get(path, AGENT, PHONE).body.decode()
    assert site.server.get(path, AGENT, PHONE).status == 404
    assert "all that policy site allows" in text_of(site.last())


def test_while_an_enrolment_is_open(site: FactorySite) -> None:
    """An operator's deed, and its end."""
    done = site.server.command("enrolments", "add", "id=unpacking", "seconds:=60", "device=d0")
    assert done.returncode == 0, done.stderr
    assert all(got for got, _text in secret_over(site).values())
    assert not any(got for got, _text in secret_over(site, mac=OTHER).values())
    assert site.server.command("enrolments", "remove", "unpacking").returncode == 0
    assert not any(got for got, _text in secret_over(site).values())


def test_over_dhcp(site: FactorySite) -> None:
    """An option that tells a secret, to the same phone under the same policies."""
    option = {"code": 12, "value": SECRET, "secret": True}
    subnet = {
        "network": "192.0.2.0/24",
        "pools": [{"first": "192.0.2.10", "last": "192.0.2.99"}],
        "options": [option],
    }
    assert site.server.ask("POST", "/api/v1/subnets", {"id": "lan", **subnet})[0] == 201
    asks = {
        "protocol": "dhcp",
        "mac": MAC,
        "local": "192.0.2.1",
        "options": {"53": {"hex": "01"}, "55": {"hex": "010c"}},
    }
    _status, told = site.server.ask("POST", "/api/v1/whatif", asks)
    assert told["verdict"]["outcome"] == "refused"
    assert "wants network" in text_of(told)
    policy(site, level="claimed")
    _status, told = site.server.ask("POST", "/api/v1/whatif", asks)
    assert told["verdict"]["outcome"] == "given"


def test_as_part_of_a_sweep(site: FactorySite) -> None:
    """Whoever looked for eight phones in a row gets no password of a ninth, and is told of."""
    policy(site, level="claimed")
    for number in range(8):
        site.server.get(file_of(f"00:04:f2:77:00:{number:02x}"), AGENT, SWEEPER)
    began = time.monotonic()
    none_of(secret_over(site, SWEEPER), "looks for devices: 8 MAC addresses in a row")
    assert time.monotonic() - began > 5, "each of the three answers is kept back"
    assert all(got for got, _text in secret_over(site).values()), "others are served as ever"
    alerts = site.server.told("alerts", "list", "kind=sweep")
    assert [each["source"] for each in alerts["items"]] == [SWEEPER]
    ready = site.server.ask("GET", "/readyz")[1]
    assert any("look for devices" in each for each in ready["warnings"])
    assert any("were not given what is secret" in each for each in ready["warnings"])


# Unknown and refused.

NOBODY = "00:04:f2:99:99:99"


def _refused_and_unknown(site: FactorySite) -> tuple[str, str]:
    """Two files that are asked for in the same way: of a phone that is known, and of one that is not.

    Where phones nobody knows are created, whoever asks first makes one: here they are refused.
    """
    wish = {"unknown_devices": "refuse"}
    assert site.server.ask("PATCH", "/api/v1/preferences", wish)[0] == 200
    return file_of(MAC), file_of(NOBODY)


def test_unknown_and_refused_look_alike(site: FactorySite) -> None:
    """Byte for byte over HTTP, HTTPS and TFTP, but for the date."""
    refused, unknown = _refused_and_unknown(site)
    told = [
        site.curl(f"{scheme}://127.0.0.1:{port}{path}", None)
        for path in (refused, unknown)
        for scheme, port in (("http", site.server.ports[0]), ("https", site.port))
    ]
    assert told[:2] == told[2:]
    assert told[0][0] == 404
    errors = []
    for path in (refused, unknown):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
            asking.settimeout(5)
            request = b"\0\1" + path.lstrip("/").encode() + b"\0octet\0"
            asking.sendto(request, ("127.0.0.1", site.server.ports[1]))
            errors.append(asking.recv(600))
    assert errors[0] == errors[1]


def test_and_take_as_long(site: FactorySite) -> None:
    """Medians of 300 answers each, in turns, are within a tenth of a millisecond of each other."""
    refused, unknown = _refused_and_unknown(site)
    took: dict[tuple[str, str], list[float]] = {}
    for _turn in range(300):
        for path in (refused, unknown):
            began = time.perf_counter()
            assert site.server.get(path, AGENT, PHONE).status == 404
            took.setdefault(("http", path), []).append(time.perf_counter() - began)
            began = time.perf_counter()
            with contextlib.suppress(TFTPRefused):
                site.server.fetch(path.lstrip("/"), PHONE)
            took.setdefault(("tftp", path), []).append(time.perf_counter() - began)
    for protocol in ("http", "tftp"):
        one, other = (statistics.median(took[protocol, path]) for path in (refused, unknown))
        assert abs(one - other) < 0.0001, (protocol, one, other)
