"""Putting the API together from the use cases it serves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from itertools import count
from time import monotonic
from typing import Any

from attrs import frozen
from twisted.web.server import Site

from provd.access import Guesses, Right, TenantStore
from provd.api._collection import Collection
from provd.api._permission import AccessPermission
from provd.api._routes import Door, Noun
from provd.api._screen import is_loopback, require_guarded
from provd.api._site import make_root, make_site
from provd.api._trace import DETAIL
from provd.api._views import Shown, Views
from provd.api.audit import AuditRoutes
from provd.api.boot_rules import BootRuleRoutes
from provd.api.configs import ConfigRoutes
from provd.api.decisions import DecisionRoutes, WhatIfRoutes
from provd.api.devices import DeviceRoutes
from provd.api.events import EventRoutes
from provd.api.health import CounterRoutes, LiveRoutes, ReadyRoutes
from provd.api.index import IndexRoutes
from provd.api.info import IndexesRoutes, InfoRoutes
from provd.api.interfaces import InterfaceRoutes
from provd.api.keys import CredentialRoutes, KeyRoutes, UrlTokenRoutes
from provd.api.leases import LeaseRoutes, TenureRoutes
from provd.api.logs import LogRoutes
from provd.api.openapi import DocsRoutes, OpenApiRoutes
from provd.api.operations import OperationRoutes
from provd.api.own import SelfRoutes
from provd.api.packages import PackageRoutes
from provd.api.plugin_packages import PluginPackageRoutes
from provd.api.plugins import PluginRoutes
from provd.api.preferences import PreferenceRoutes
from provd.api.reservations import ReservationRoutes
from provd.api.rights import RightRoutes
from provd.api.roles import RoleRoutes
from provd.api.serving import AlertRoutes, EnrolmentRoutes, ServingPolicyRoutes
from provd.api.subnets import SubnetRoutes
from provd.api.system import SystemRoutes
from provd.api.tokens import TokenRoutes
from provd.api.users import UserRoutes
from provd.application.administration import Administration
from provd.application.auditing import Auditing
from provd.application.changing import Changes
from provd.application.operators import Collections, Operators
from provd.application.rights import Rights

TENANCIES = 256
"""Sets of tenants whose use cases are kept."""

NOUNS: tuple[type[Noun], ...] = (
    AlertRoutes,
    AuditRoutes,
    BootRuleRoutes,
    ConfigRoutes,
    CounterRoutes,
    CredentialRoutes,
    DecisionRoutes,
    DeviceRoutes,
    DocsRoutes,
    EnrolmentRoutes,
    EventRoutes,
    IndexRoutes,
    IndexesRoutes,
    InfoRoutes,
    InterfaceRoutes,
    KeyRoutes,
    LeaseRoutes,
    LiveRoutes,
    LogRoutes,
    OpenApiRoutes,
    OperationRoutes,
    PackageRoutes,
    PluginPackageRoutes,
    PluginRoutes,
    PreferenceRoutes,
    ReadyRoutes,
    ReservationRoutes,
    RightRoutes,
    RoleRoutes,
    SelfRoutes,
    ServingPolicyRoutes,
    SubnetRoutes,
    SystemRoutes,
    TenureRoutes,
    TokenRoutes,
    UrlTokenRoutes,
    UserRoutes,
    WhatIfRoutes,
)
"""Every resource class."""


def make_api(  # noqa: PLR0913 - what an API is made of, each part named
    parts: Operators,
    administration: Administration,
    *,
    interface: str,
    reactor: Any,
    boot_id: str,
    hosts: Iterable[str] = (),
    secure: bool = False,
    http2: bool = False,
) -> Site:
    """The HTTP factory of the API, to listen on `interface` and nowhere else.

    `boot_id` makes the names of calls unique over restarts; `hosts` are names beside the
    loopback ones under which it may be asked; `http2` offers HTTP/2 where it is served over TLS.

    @raise NotLoopback: `interface` could be reached from elsewhere, and it is not served over TLS
    (`secure`), or nobody has to prove who they are.
    """
    require_guarded(interface, secure=secure, required=administration.gate.required)
    permission = AccessPermission(administration.gate, administration.failed_logins)
    door = Door(
        permission=permission,
        slices=parts.slices,
        next_cause=names_of_calls(boot_id),
        changes=parts.changes,
        waiting=parts.waiting,
        auditing=administration.auditing,
        over=limiting(parts, administration),
    )
    root = make_root(
        make_nouns(door, parts, administration), hosts, numbers=not is_loopback(interface)
    )
    site = make_site(root, reactor, http2=http2)
    parts.tally.count(
        "api",
        lambda: {
            "connections": site.connections.open,
            "connections_refused": site.connections.refused,
            "refused_by_screen": root.refused,
            **permission.counters(),
        },
    )
    return site


def prepare(site: Site) -> None:
    """Make what is made once, before anybody waits for it."""
    for noun in site.resource.nouns:
        if isinstance(noun, OpenApiRoutes | DocsRoutes):
            _made = noun.made


def answer_to(site: Site, hosts: Iterable[str], origins: Iterable[str] = ()) -> None:
    """Have the API answer to other names from now on, beside those of loopback, and to pages of these
    origins, beside its own.
    """
    site.resource.screen.adopt(hosts, origins)


def make_nouns(door: Door, parts: Operators, administration: Administration) -> list[Noun]:
    """Everything that is served."""
    nouns: list[Noun] = [
        DeviceRoutes(door, parts.collections["devices"], parts.actions),
        ConfigRoutes(door, parts.collections["configs"], parts.revalidation),
        KeyRoutes(door, parts.collections["keys"]),
        CredentialRoutes(door, parts.collections["credentials"]),
        UrlTokenRoutes(door, parts.collections["url-tokens"]),
        PluginRoutes(door, parts.plugins, parts.releases),
        PackageRoutes(door, parts.packages),
        PluginPackageRoutes(door, parts.releases),
        DecisionRoutes(door, parts.decisions),
        WhatIfRoutes(door, parts.what_if),
        OperationRoutes(door, parts.operations),
        CounterRoutes(door, parts.tally),
        InfoRoutes(door, parts.info),
        IndexesRoutes(door, parts.info),
        SystemRoutes(
            door,
            parts.system,
            parts.backups,
            parts.restores,
            parts.reseals,
            parts.system_deeds,
        ),
        LiveRoutes(door),
        LogRoutes(door, parts.journal),
        ReadyRoutes(door, parts.health),
        UserRoutes(door, administration.users),
        RoleRoutes(door, administration.roles),
        TokenRoutes(door, administration.tokens),
        RightRoutes(door, parts.rights, parts.endings),
        PreferenceRoutes(door, parts.preferences),
        SelfRoutes(door, administration.users, administration.tokens),
        AuditRoutes(door, administration.auditing),
        SubnetRoutes(door, parts.dhcp.subnets),
        ReservationRoutes(door, parts.dhcp.reservations),
        LeaseRoutes(door, parts.dhcp.leases),
        TenureRoutes(door, parts.dhcp.tenures),
        BootRuleRoutes(door, parts.dhcp.boot_rules),
        InterfaceRoutes(door, parts.dhcp.interfaces),
        ServingPolicyRoutes(door, parts.serving.policies),
        EnrolmentRoutes(door, parts.serving.enrolments),
        AlertRoutes(door, parts.serving.alerts),
    ]
    nouns.append(EventRoutes(door, parts.events, administration.gate, views_of(nouns, door)))
    # Those that tell what there is tell of themselves, too: they are given the list that they are put into.
    openapi = OpenApiRoutes(door, nouns)
    nouns += [IndexRoutes(door, nouns), openapi, DocsRoutes(door, openapi)]
    return nouns


def views_of(nouns: Iterable[Noun], door: Door) -> Views:
    """How the documents of events are shown: as the collections that are served show them."""
    whole = {
        noun.about.kind.name: noun.documents.shown for noun in nouns if isinstance(noun, Collection)
    }

    def views(tenants: frozenset[str] | None) -> Mapping[str, Shown]:
        if tenants is None:
            return whole
        seen = door.over(tenants)
        limited = (*seen.collections.values(), seen.rights)
        return {each.kind.name: each.shown for each in limited}

    return views


def rights() -> frozenset[Right]:
    """Every right that a call of the API may need: what claims can speak of, and nothing else."""
    return frozenset(
        (record.scope, record.action) for noun in NOUNS for record in noun.app.census.values()
    ) | {DETAIL}


@frozen
class Seen:
    """What some tenants' people work with."""

    collections: Collections
    changes: Changes
    auditing: Auditing
    rights: Rights


def limiting(parts: Operators, administration: Administration) -> Callable[[frozenset[str]], Seen]:
    """A function from tenants to the use cases over what is theirs."""
    guesses = Guesses(monotonic)

    @lru_cache(maxsize=TENANCIES)
    def over(tenants: frozenset[str]) -> Seen:
        store = TenantStore(administration.store, tenants, guesses)
        limited = parts.over(store)
        auditing = administration.auditing.over(store)
        return Seen(limited.collections, limited.changes, auditing, limited.rights)

    return over


def names_of_calls(boot_id: str) -> Callable[[], str]:
    """A function that names call after call."""
    numbers = count(1)
    return lambda: f"api-{boot_id}-{next(numbers):x}"
