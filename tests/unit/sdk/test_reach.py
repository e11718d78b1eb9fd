"""Where a device reaches this server."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest

from provd.sdk import Asked, IView, server_address
from provd.testing.inquiries import dhcp


@pytest.mark.parametrize(
    ("local", "base_url", "address"),
    [
        ("192.0.2.1", "http://192.0.2.9:8667", "192.0.2.1"),
        ("", "http://192.0.2.9:8667", "192.0.2.9"),
        ("0.0.0.0", "http://192.0.2.9", "192.0.2.9"),
        ("2001:db8::1", "http://192.0.2.9", "192.0.2.9"),
        ("", "http://provd.example:8667", ""),
        ("", "http://[2001:db8::1]:8667", ""),
        ("", "http://[", ""),
        ("", "", ""),
    ],
)
def test_the_address(local: str, base_url: str, address: str) -> None:
    """The one that it was asked at, then that of the URL; never a name."""
    asked = Asked(dhcp("00:00:5e:00:53:01", local=local))
    assert server_address(asked, cast("IView", SimpleNamespace(base_url=base_url))) == address
