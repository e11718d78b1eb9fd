"""What there is to say of policies about secrets, of enrolments, and of alerts."""

from __future__ import annotations

from provd.api._about_one import EVERY_ONE, About
from provd.api._filters import FLAG, LIST, NUMBER, TEXT
from provd.documents import ALERTS, ENROLMENTS, SERVING_POLICIES

ABOUT_SERVING_POLICIES = About(
    kind=SERVING_POLICIES,
    filters={
        "order": NUMBER,
        "level": TEXT,
        "otherwise": TEXT,
        "enrolling": TEXT,
        "networks": LIST,
        "description": TEXT,
        **EVERY_ONE,
    },
    watched=("devices",),
    refuses=("built-in",),
    given={"when": {"$ref": "#/components/schemas/PolicyScopeGiven"}},
)

ABOUT_ENROLMENTS = About(
    kind=ENROLMENTS,
    filters={
        "device": TEXT,
        "seconds": NUMBER,
        "opened": NUMBER,
        "until": NUMBER,
        "open": FLAG,
        "networks": LIST,
        "description": TEXT,
        **EVERY_ONE,
    },
    watched=("devices",),
    shown={
        "until": {
            "type": "number",
            "description": "When it ends by itself, in seconds since the epoch.",
        },
        "open": {"type": "boolean", "description": "Whether it is open now."},
    },
    required=("seconds",),
)

ABOUT_ALERTS = About(
    kind=ALERTS,
    filters={
        "kind": TEXT,
        "at": NUMBER,
        "source": TEXT,
        "device": TEXT,
        "policy": TEXT,
        "protocol": TEXT,
        "inquiry": TEXT,
        **EVERY_ONE,
    },
)
