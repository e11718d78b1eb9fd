"""Putting the API together from the use cases it serves."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import count
from typing import Any

from twisted.web.server import Site

from provd.api._routes import Door, Noun, ProgramsOnThisHost
from provd.api._screen import require_loopback
from provd.api._site import Root, make_root, make_site
from provd.api.configs import ConfigRoutes
from provd.api.decisions import DecisionRoutes, WhatIfRoutes
from provd.api.devices import DeviceRoutes
from provd.api.health import CounterRoutes, LiveRoutes, ReadyRoutes
from provd.api.index import IndexRoutes
from provd.api.openapi import DocsRoutes, OpenApiRoutes
from provd.api.operations import OperationRoutes
from provd.api.plugins import PluginRoutes
from provd.application.operators import Operators
from provd.application.slices import Slices


def make_api(
    parts: Operators,
    *,
    interface: str,
    reactor: Any,
    boot_id: str,
    hosts: Iterable[str] = (),
) -> Site:
    """The HTTP factory of the API, to listen on `interface` and nowhere else.

    `boot_id` makes the names of calls unique over restarts; `hosts` are names beside the
    loopback ones under which it may be asked.

    @raise NotLoopback: `interface` could be reached from elsewhere.
    """
    require_loopback(interface)
    root = make_routes(parts, Slices(reactor), names_of_calls(boot_id), hosts)
    parts.tally.count("api", lambda: {"refused_by_screen": root.refused})
    return make_site(root, reactor)


def prepare(site: Site) -> None:
    """Make what is made once, before anybody waits for it."""
    for noun in site.resource.nouns:
        if isinstance(noun, OpenApiRoutes | DocsRoutes):
            _made = noun.made


def make_routes(
    parts: Operators, slices: Slices, next_cause: Callable[[], str], hosts: Iterable[str] = ()
) -> Root:
    """Every noun, below one root."""
    door = Door(permission=ProgramsOnThisHost(), slices=slices, next_cause=next_cause)
    nouns: list[Noun] = [
        DeviceRoutes(door, parts.devices),
        ConfigRoutes(door, parts.configs),
        PluginRoutes(door, parts.plugins),
        DecisionRoutes(door, parts.decisions),
        WhatIfRoutes(door, parts.what_if),
        OperationRoutes(door, parts.operations),
        CounterRoutes(door, parts.tally),
        LiveRoutes(door),
        ReadyRoutes(door, parts.health),
    ]
    # Those that tell what there is tell of themselves, too: they are given the list that they are put into.
    openapi = OpenApiRoutes(door, nouns)
    nouns += [IndexRoutes(door, nouns), openapi, DocsRoutes(door, openapi)]
    return make_root(nouns, hosts)


def names_of_calls(boot_id: str) -> Callable[[], str]:
    """A function that names call after call."""
    numbers = count(1)
    return lambda: f"api-{boot_id}-{next(numbers):x}"
