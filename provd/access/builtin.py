"""The roles that are always there, and what everybody who is known may do."""

from __future__ import annotations

from collections.abc import Mapping

from provd.documents import EVERY, Claim, Role

_SHOWN = (
    "configs",
    "devices",
    "plugins",
    "decisions",
    "operations",
    "subnets",
    "reservations",
    "leases",
    "tenures",
    "boot-rules",
    "serving-policies",
    "enrolments",
    "alerts",
    "keys",
    "credentials",
    "url-tokens",
)
_WRITTEN = (
    "configs",
    "subnets",
    "reservations",
    "boot-rules",
    "keys",
    "enrolments",
)
_LOOK = ("list", "read")


def _claim(scope: str, *actions: str, specific: str = EVERY) -> Claim:
    return Claim(scope=scope, actions=actions, specific=(specific,))


OWN: tuple[Claim, ...] = (
    _claim("self", EVERY),
    _claim("index", "read"),
)
"""What everybody may who is anybody: see what they are, and have and give back tokens of their own."""

_VIEWER = (
    *(_claim(scope, *_LOOK) for scope in _SHOWN),
    _claim("packages", *_LOOK),
    _claim("plugin-packages", *_LOOK),
    _claim("decisions", "whatif"),
    _claim("counters", "read"),
    _claim("health", "read"),
    _claim("info", "read", "indexes"),
    _claim("interfaces", "list"),
    _claim("preferences", "read"),
    *(
        _claim(scope, "actions")
        for scope in ("devices", "configs", "plugins", "operations", "keys")
    ),
    _claim("events", "watch"),
)

BUILT_IN: Mapping[str, Role] = {
    role.id: role
    for role in (
        Role(
            id="superuser",
            claims=(_claim(EVERY, EVERY),),
            description="Everything, users and their rights among it.",
        ),
        Role(
            id="operator",
            claims=(
                *_VIEWER,
                _claim("devices", "create", "update", "delete", "bulk", "act"),
                *(_claim(scope, "create", "update", "delete", "bulk") for scope in _WRITTEN),
                _claim("leases", "delete", "release"),
                _claim("configs", "act"),
                _claim("keys", "act"),
                _claim("plugins", "reload", "act"),
                _claim("plugin-packages", "update"),
                _claim("packages", "install", "upgrade", "use", "uninstall", "upload"),
                _claim("operations", "cancel", "act"),
            ),
            description="The daily work with devices, configs and plugins; sees no secrets.",
        ),
        Role(id="viewer", claims=_VIEWER, description="Sees everything but secrets and users."),
    )
}
"""By id; documents cannot take their place."""


def for_device(device_id: str) -> tuple[Claim, ...]:
    """The least that is of use to a device: to see itself."""
    return (_claim("devices", "read", specific=device_id),)


def for_plugin(plugin_id: str) -> tuple[Claim, ...]:
    """The least that is of use to software around a plugin: to see it."""
    return (_claim("plugins", "read", specific=plugin_id),)
