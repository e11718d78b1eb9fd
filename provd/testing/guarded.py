"""A server that requires proof, with users of each built-in role and secrets that must not get out."""

from __future__ import annotations

from typing import Any

from provd.access import BUILT_IN
from provd.documents import (
    Alert,
    AlertKind,
    Claim,
    DeviceCredential,
    Enrolment,
    Role,
    ServingPolicy,
    UrlToken,
    parse_config,
    parse_device,
    parse_provisioning_key,
)
from provd.documents.dhcp import Tenure
from provd.documents.provisioning_key import LATEST
from provd.documents.raw_config.schema import SECRETS
from provd.testing.access import keep, user
from provd.testing.api import Bench, bench
from provd.testing.dhcp import a_boot_rule, a_lease, a_reservation, a_subnet
from provd.testing.plugins import acme

CANARY = "canary-31337"
"""Stands wherever a secret may stand, and should be seen nowhere else."""

ROLES = ("none", "viewer", "operator", "superuser")
"""From the least to the most; what one may, all after it may, too."""


def secrets() -> dict[str, Any]:
    """A raw config in which every secret parameter is the canary, and some of the site's own."""
    plain = {name: CANARY for name in SECRETS if name != "password"}
    return {
        **plain,
        "sip_lines": {"1": {"username": "u", "password": CANARY}},
        "X_door_pin": CANARY,
        "X_wifi": {"ssid": "x", "psk": CANARY},
    }


def guarded() -> Bench:
    """A server that requires proof, with one of everything and a user of each role."""
    made = bench(acme(), required=True)
    config = {"id": "base", "parent_ids": [], "raw_config": secrets()}
    device = {"id": "phone", "plugin": "acme-1.0", "config": "base", "options": {"X_token": CANARY}}
    marked = [{"code": 12, "value": CANARY, "secret": True}]
    keep(
        made.core.store,
        users=[user(role, *([role] if role in BUILT_IN else [])) for role in (*ROLES, "other")],
        roles=[Role(id="own", claims=(Claim(scope="devices", actions=("read",)),))],
        configs=[parse_config(config)],
        devices=[parse_device(device)],
        subnets=[a_subnet(options=marked)],
        reservations=[a_reservation(options=marked)],
        leases=[a_lease()],
        tenures=[Tenure(id="t", address="192.0.2.10", key="mac=00:00:5e:00:53:01")],
        keys=[parse_provisioning_key({"id": "key", "secret": CANARY})],
        credentials=[DeviceCredential(id="phone", username="d-1", password=CANARY)],
        **{
            "boot-rules": [a_boot_rule(options=marked)],
            "serving-policies": [ServingPolicy(id="office")],
            "enrolments": [Enrolment(id="unpacking", seconds=60)],
            "alerts": [Alert(id="alert", kind=AlertKind.SWEEP, at=1.0, source="x", reason="x")],
            "url-tokens": [UrlToken(id="url", device="phone", digest=CANARY, expiry=LATEST)],
        },
    )
    return made
