"""`provd serving-policies`, `provd enrolments` and `provd alerts`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from provd.cli._collection import add_commands, add_reading
from provd.cli._remote import readable, when


@click.group("serving-policies")
def serving_policies() -> None:
    """Serving policies: to whom files and options are given that tell secrets."""


@click.group("enrolments")
def enrolments() -> None:
    """Enrolments: while one is open, devices are given their files with less proof."""


@click.group("alerts")
def alerts() -> None:
    """Alerts: secrets that were not given, and sources that look for devices."""


def _whom(policy: Mapping[str, Any]) -> str:
    given = policy.get("when") or {}
    said = (f"{key} {_words(value)}" for key, value in given.items())
    return ", ".join(said) or "everybody"


def _words(value: Any) -> str:
    return "/".join(map(readable, value)) if isinstance(value, list) else readable(value)


def _budget(policy: Mapping[str, Any]) -> str:
    budget = policy.get("budget")
    return f"{budget['times']} in {budget['seconds']} s" if budget else "(none)"


def _of_whom(enrolment: Mapping[str, Any]) -> str:
    if enrolment.get("device"):
        return f"device {readable(enrolment['device'])}"
    tenant = enrolment.get("tenant")
    return f"tenant {readable(tenant)}" if tenant else "everybody"


add_commands(
    serving_policies,
    "serving_policies",
    {
        "ORDER": "order",
        "ID": "id",
        "WHEN": _whom,
        "LEVEL": "level",
        "BUDGET": _budget,
        "OTHERWISE": "otherwise",
        "DESCRIPTION": "description",
    },
)
add_commands(
    enrolments,
    "enrolments",
    {
        "ID": "id",
        "WHOM": _of_whom,
        "OPEN": "open",
        "UNTIL": lambda each: when(each.get("until")),
        "DESCRIPTION": "description",
    },
)
add_reading(
    alerts,
    "alerts",
    {
        "AT": lambda each: when(each.get("at")),
        "KIND": "kind",
        "SOURCE": "source",
        "DEVICE": "device",
        "REASON": "reason",
    },
)
