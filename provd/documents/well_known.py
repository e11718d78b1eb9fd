"""The four configs that every installation begins with, under the ids that clients rely on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from provd.documents.autocreate import ROLE
from provd.documents.config import Config, parse_config


def well_known_configs(
    server: str,
    *,
    ntp: str = "",
    admin_password: str = "",
    sip_username: str = "autoprov",
    sip_password: str = "",
    more: Mapping[str, Any] | None = None,
) -> tuple[Config, ...]:
    """`base`, `default`, `defaultconfigdevice` and `autoprov`, in that order.

    `server` is the address of the SIP proxy, the directory and, unless `ntp` says otherwise, the
    time server.  Passwords that are empty are left out.  `more` goes into `base` (`locale`,
    `timezone`, …).

    @raise Invalid: `more` is no raw config.
    """
    return tuple(
        parse_config(config)
        for config in (
            _base(server, ntp or server, more or {}),
            _default(),
            _device_defaults(admin_password),
            _autoprov(server, sip_username, sip_password),
        )
    )


def _base(server: str, ntp: str, more: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": "base",
        "X_type": "internal",
        "deletable": False,
        "parent_ids": [],
        "raw_config": {
            "ntp_enabled": True,
            "ntp_ip": ntp,
            "X_xivo_phonebook_ip": server,
            **more,
        },
    }


def _default() -> dict[str, Any]:
    return {
        "id": "default",
        "X_type": "registrar",
        "deletable": False,
        "parent_ids": [],
        "raw_config": {"X_key": "xivo"},
    }


def _device_defaults(admin_password: str) -> dict[str, Any]:
    credentials = {"admin_password": admin_password} if admin_password else {}
    return {
        "id": "defaultconfigdevice",
        "X_type": "device",
        "label": "Default config device",
        "deletable": False,
        "parent_ids": [],
        "raw_config": {
            "admin_username": "admin",
            **credentials,
            "user_username": "user",
            "sip_dtmf_mode": "SIP-INFO",
        },
    }


def _autoprov(server: str, username: str, password: str) -> dict[str, Any]:
    line = {
        "display_name": "Autoprov",
        "number": "autoprov",
        "username": username,
        "proxy_ip": server,
        "registrar_ip": server,
    }
    if password:
        line["password"] = password
    return {
        "id": "autoprov",
        "X_type": "internal",
        "role": ROLE,
        "deletable": False,
        "parent_ids": ["base", "defaultconfigdevice"],
        "raw_config": {
            "sip_lines": {"1": line},
            "sccp_call_managers": {"1": {"ip": server}},
        },
    }
