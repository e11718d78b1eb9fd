"""The policies of a site in their order, made ready once for each time that one changes."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from provd.application.serving.networks import Networks
from provd.contracts import ICollection
from provd.documents import Device, PolicyScope, ServingPolicy, policies_in_order
from provd.documents.window import Window, parse_window
from provd.values import Inquiry, Level, Outcome, Verdict

_GIVEN = "it tells secrets, and policy {policy} lets it have them"


class Rule(Struct, frozen=True):
    """One policy, ready to be asked."""

    policy: ServingPolicy
    level: Level
    enrolling: Level
    at: Networks
    """Whom it is about."""
    networks: Networks
    """From where it must be asked."""
    hours: tuple[Window, ...]
    enrolment_hours: tuple[Window, ...]
    of_some: bool
    """It names devices by what they are."""
    of_all: bool
    """It is about everybody."""
    narrow: bool
    """It wants something of where, or when, it is asked."""
    given: Verdict
    """Made once: most answers are given."""

    def is_about(self, inquiry: Inquiry, device: Device | None) -> bool:
        """Whether all that is said of whom it is about holds."""
        policy = self.policy
        if policy.tenant and (device is None or device.tenant != policy.tenant):
            return False
        scope = policy.when
        if scope.protocols and inquiry.protocol not in scope.protocols:
            return False
        if self.at and not self.at.hold(inquiry.peer):
            return False
        return not self.of_some or (device is not None and _is_of(scope, device))


def _is_of(scope: PolicyScope, device: Device) -> bool:
    found = (device.vendor, device.model, device.plugin, device.id)
    return all(not want or want == have for want, have in zip(_wanted(scope), found, strict=True))


def _wanted(scope: PolicyScope) -> tuple[str, str, str, str]:
    return scope.vendor, scope.model, scope.plugin, scope.device


def is_open(hours: tuple[Window, ...], now: float) -> bool:
    """Whether one of some times of the day is now."""
    return any(window.opening(now) <= now for window in hours)


def _rule(policy: ServingPolicy) -> Rule:
    level, scope = policy.level.level, policy.when
    return Rule(
        policy=policy,
        level=level,
        enrolling=min(policy.enrolling.level, level),
        at=Networks(scope.networks),
        networks=Networks(policy.networks),
        hours=tuple(map(parse_window, policy.hours)),
        enrolment_hours=tuple(map(parse_window, policy.enrolment_hours)),
        of_some=any(_wanted(scope)),
        of_all=not policy.tenant and scope == PolicyScope(),
        narrow=bool(policy.networks or policy.hours),
        given=Verdict(policy.id, Outcome.GIVEN, _GIVEN, (("policy", policy.id),)),
    )


class Policies:
    """A site's own policies and the one that is shipped."""

    def __init__(self, policies: ICollection) -> None:
        """`policies` are the site's own."""
        self._policies = policies
        self._position = -1
        self._rules: tuple[Rule, ...] = ()

    def deciding(self, inquiry: Inquiry, device: Device | None) -> Rule:
        """The first that is about whoever asks; the last one is about everybody."""
        if self._policies.position != self._position:
            self._position = self._policies.position
            own: Any = self._policies
            self._rules = tuple(map(_rule, policies_in_order(own)))
        for rule in self._rules:
            if rule.of_all or rule.is_about(inquiry, device):
                return rule
        raise AssertionError("the last one is about everybody")  # pragma: no cover
