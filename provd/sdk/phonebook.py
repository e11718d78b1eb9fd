"""Where a phone's directory key asks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_SCHEME, _PORT = "http", 9498


def phonebook_url(raw_config: Mapping[str, Any], vendor: str, entry_point: str = "input") -> str:
    """The URL of the phone book in `vendor`'s form; empty without a phone book or without a user.

    `entry_point` is what the key opens: `input` (a search) or `menu`.
    """
    host, user = raw_config.get("X_xivo_phonebook_ip"), raw_config.get("X_xivo_user_uuid")
    if not (host and user):
        return ""
    scheme = raw_config.get("X_xivo_phonebook_scheme") or _SCHEME
    port = raw_config.get("X_xivo_phonebook_port") or _PORT
    path = f"/0.1/directories/{entry_point}/default/{vendor}"
    return f"{scheme}://{host}:{port}{path}?xivo_user_uuid={user}"
