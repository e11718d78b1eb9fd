"""What there is to say of each collection: its routes, its description and what it can be asked for are
made from it.

A collection of its own is one more `About`, a class that names it (see `provd.api._collection`), and
its use case (`provd.application.collection`).
"""

from __future__ import annotations

from provd.api._about_one import EVERY_ONE, About, Schema
from provd.api._about_serving import ABOUT_ALERTS, ABOUT_ENROLMENTS, ABOUT_SERVING_POLICIES
from provd.api._filters import FLAG, IP, LIST, MAC, NUMBER, TEXT, Field
from provd.application.devices import SHOWN_OF_STATUS
from provd.documents import (
    AUDIT,
    BOOT_RULES,
    CONFIGS,
    CREDENTIALS,
    DEVICES,
    KEYS,
    LEASES,
    OPERATIONS,
    RESERVATIONS,
    RIGHTS,
    ROLES,
    SUBNETS,
    TENURES,
    TOKENS,
    URL_TOKENS,
    USERS,
    Status,
)

__all__ = ["ABOUT_ALL", "About"]

A_MAC: Schema = {"type": "string", "pattern": "^[0-9a-f]{2}(:[0-9a-f]{2}){5}$"}
AN_IP: Schema = {
    "anyOf": [
        {"type": "string", "format": "ipv4"},
        {"type": "string", "format": "ipv6"},
        {"type": "string", "maxLength": 0},
    ]
}

ABOUT_DEVICES = About(
    kind=DEVICES,
    filters={
        "mac": MAC,
        "ip": IP,
        "sn": TEXT,
        "uuid": Field(str.lower),
        "vendor": TEXT,
        "model": TEXT,
        "version": Field(versions=True),
        "plugin": TEXT,
        "config": TEXT,
        "added": TEXT,
        "description": TEXT,
        "configured": FLAG,
        "last_seen": NUMBER,
        "versions": LIST,
        "problems": LIST,
        **EVERY_ONE,
    },
    watched=("statuses", "configs"),
    refuses=("key-claimed", "too-many-claims"),
    reveals=True,
    shown_of=Status,
    beside=SHOWN_OF_STATUS,
    shown={
        "is_new": {
            "type": "boolean",
            "description": "Whether nobody has taken it yet: its tenant is that of provd itself.",
        },
        "lease": {
            "$ref": "#/components/schemas/DeviceLease",
            "description": "Its lease, the one that ends last; absent where it has none.",
        },
        "synchronization": {
            "$ref": "#/components/schemas/DeviceSynchronization",
            "description": "How far it is in being made to fetch its files again; absent where it never was.",
        },
    },
    given={"mac": A_MAC, "ip": AN_IP, "added": {"type": "string", "enum": ["auto"]}},
)

ABOUT_CONFIGS = About(
    kind=CONFIGS,
    filters={
        "parent_ids": LIST,
        "role": TEXT,
        "transient": FLAG,
        "deletable": FLAG,
        **EVERY_ONE,
    },
    reveals=True,
    given={"raw_config": {"$ref": "#/components/schemas/RawConfig"}},
    required=("parent_ids", "raw_config"),
)

ABOUT_USERS = About(
    kind=USERS,
    filters={"disabled": FLAG, "roles": LIST, **EVERY_ONE},
    watched=("roles",),
    shown={
        "has_password": {"type": "boolean", "description": "Whether a password was set."},
    },
    required=("roles",),
)

ABOUT_ROLES = About(
    kind=ROLES,
    filters=EVERY_ONE,
    refuses=("built-in",),
    required=("claims",),
)

ABOUT_TOKENS = About(kind=TOKENS, filters={"subject": TEXT, "revoked": FLAG, **EVERY_ONE})

ABOUT_RIGHTS = About(
    kind=RIGHTS,
    filters={
        "user": TEXT,
        "device": TEXT,
        "actions": LIST,
        "until": NUMBER,
        "granted": NUMBER,
        "granted_by": TEXT,
        "description": TEXT,
        **EVERY_ONE,
    },
)

ABOUT_AUDIT = About(
    kind=AUDIT,
    filters={
        "at": NUMBER,
        "who": TEXT,
        "where": TEXT,
        "action": TEXT,
        "collection": TEXT,
        "document_id": TEXT,
        **EVERY_ONE,
    },
)

ABOUT_OPERATIONS = About(
    kind=OPERATIONS,
    filters={
        "kind": TEXT,
        "state": TEXT,
        "label": TEXT,
        "cause": TEXT,
        "who": TEXT,
        "devices": LIST,
        "created": NUMBER,
        "updated": NUMBER,
        **EVERY_ONE,
    },
    shown={
        "expires": {"type": "number", "description": "When it will be forgotten."},
    },
)

OPTIONS_GIVEN: Schema = {
    "type": "array",
    "items": {"$ref": "#/components/schemas/OptionGiven"},
}

ABOUT_SUBNETS = About(
    kind=SUBNETS,
    reveals=True,
    filters={
        "network": TEXT,
        "mode": TEXT,
        "shared_network": TEXT,
        "strategies": LIST,
        "description": TEXT,
        **EVERY_ONE,
    },
    refuses=("in-use",),
    shown={
        "usage": {
            "type": "array",
            "description": "How full each of its pools is now, in order of address.",
            "items": {"$ref": "#/components/schemas/PoolUsage"},
        }
    },
    given={
        "network": {"type": "string", "examples": ["192.0.2.0/24"]},
        "options": OPTIONS_GIVEN,
    },
    required=("network",),
)

ABOUT_RESERVATIONS = About(
    kind=RESERVATIONS,
    reveals=True,
    filters={
        "address": IP,
        "strategy": TEXT,
        "token": TEXT,
        "key": TEXT,
        "subnet": TEXT,
        "description": TEXT,
        **EVERY_ONE,
    },
    watched=("subnets",),
    refuses=("key-claimed",),
    given={"options": OPTIONS_GIVEN},
    required=("address", "token"),
)

STRATEGY: Schema = {"type": "string", "description": "By what the client is known."}
TOKEN: Schema = {"type": "string", "description": "What the client is by that."}

ABOUT_LEASES = About(
    kind=LEASES,
    filters={
        "key": TEXT,
        "strategy": TEXT,
        "token": TEXT,
        "mac": MAC,
        "client_id": TEXT,
        "hostname": TEXT,
        "subnet": TEXT,
        "state": TEXT,
        "live": FLAG,
        "starts": NUMBER,
        "until": NUMBER,
        "via": IP,
        "device": TEXT,
        "reserved": FLAG,
        "tenure": TEXT,
        **EVERY_ONE,
    },
    shown={
        "strategy": STRATEGY,
        "token": TOKEN,
        "live": {"type": "boolean", "description": "Whether its client has it now."},
    },
)

ABOUT_TENURES = About(
    kind=TENURES,
    filters={
        "address": IP,
        "key": TEXT,
        "strategy": TEXT,
        "token": TEXT,
        "mac": MAC,
        "device": TEXT,
        "hostname": TEXT,
        "subnet": TEXT,
        "via": IP,
        "began": NUMBER,
        "ended": NUMBER,
        **EVERY_ONE,
    },
    shown={"strategy": STRATEGY, "token": TOKEN},
)

ABOUT_BOOT_RULES = About(
    kind=BOOT_RULES,
    reveals=True,
    filters={"order": NUMBER, "description": TEXT, **EVERY_ONE},
    watched=("subnets",),
    refuses=("built-in",),
    given={"options": OPTIONS_GIVEN, "when": {"$ref": "#/components/schemas/WhenGiven"}},
)

ABOUT_KEYS = About(
    kind=KEYS,
    reveals=True,
    filters={"begins": NUMBER, "ends": NUMBER, "description": TEXT, **EVERY_ONE},
    refuses=("key-claimed", "too-many-claims"),
)

ABOUT_CREDENTIALS = About(
    kind=CREDENTIALS,
    reveals=True,
    filters={
        "username": TEXT,
        "since": NUMBER,
        "confirmed": NUMBER,
        "previous_until": NUMBER,
        **EVERY_ONE,
    },
)

ABOUT_URL_TOKENS = About(
    kind=URL_TOKENS,
    filters={
        "device": TEXT,
        "uses": NUMBER,
        "issued": NUMBER,
        "issued_by": TEXT,
        "expiry": NUMBER,
        "used": NUMBER,
        **EVERY_ONE,
    },
)

ABOUT_ALL = (
    ABOUT_SERVING_POLICIES,
    ABOUT_ENROLMENTS,
    ABOUT_ALERTS,
    ABOUT_DEVICES,
    ABOUT_CONFIGS,
    ABOUT_USERS,
    ABOUT_ROLES,
    ABOUT_TOKENS,
    ABOUT_RIGHTS,
    ABOUT_AUDIT,
    ABOUT_OPERATIONS,
    ABOUT_SUBNETS,
    ABOUT_RESERVATIONS,
    ABOUT_LEASES,
    ABOUT_TENURES,
    ABOUT_BOOT_RULES,
    ABOUT_KEYS,
    ABOUT_CREDENTIALS,
    ABOUT_URL_TOKENS,
)
"""Every collection that has routes."""
