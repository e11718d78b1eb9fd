"""What the server itself contributes to every raw config."""

from __future__ import annotations

import pytest

from provd.documents import server_raw_config
from provd.values import Invalid


def test_it_is_read_off_the_url() -> None:
    """Address and port for plugins that know no URLs, a port that is given being a number."""
    assert server_raw_config({}, "http://192.0.2.1:80", 69) == {
        "http_base_url": "http://192.0.2.1:80",
        "ip": "192.0.2.1",
        "http_port": 80,
        "tftp_port": 69,
    }


def test_the_default_port_is_a_text() -> None:
    """Plugins have always found it so."""
    assert server_raw_config({}, "http://provd.example", 69)["http_port"] == "8667"


def test_an_ipv6_host_loses_its_brackets() -> None:
    """An address is written without them everywhere but in a URL."""
    assert server_raw_config({}, "http://[2001:db8::1]:8667", 69)["ip"] == "2001:db8::1"


def test_what_administrators_wrote_stays() -> None:
    """Their file is completed, not corrected; and it is not changed."""
    written = {"ip": "192.0.2.9", "X_site": {"a": [1]}}
    flat = server_raw_config(written, "http://192.0.2.1:80", 69)
    assert (flat["ip"], flat["X_site"], flat["tftp_port"]) == ("192.0.2.9", {"a": [1]}, 69)
    flat["X_site"]["a"].append(2)
    assert written == {"ip": "192.0.2.9", "X_site": {"a": [1]}}


@pytest.mark.parametrize("url", ["", "192.0.2.1", "http://", "/path"])
def test_a_url_without_a_host_is_refused(url: str) -> None:
    """Devices would be told an address that leads nowhere."""
    with pytest.raises(Invalid, match="base raw config: ip: is missing"):
        server_raw_config({}, url, 69)


@pytest.mark.parametrize("url", ["http://192.0.2.1:x", "http://192.0.2.1:99999", "http://[::1"])
def test_a_malformed_url_is_refused(url: str) -> None:
    """The start fails with the URL named, not with a traceback."""
    with pytest.raises(Invalid, match="http_base_url"):
        server_raw_config({}, url, 69)


def test_every_problem_of_the_file_is_told() -> None:
    """It is a raw config like any other."""
    with pytest.raises(Invalid) as caught:
        server_raw_config({"XX_a": 1, "timezone": "Mars"}, "http://192.0.2.1", 69)
    assert [problem.path for problem in caught.value.problems] == ["XX_a", "timezone"]
