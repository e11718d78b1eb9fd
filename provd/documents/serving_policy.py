"""ServingPolicy: what must hold before a device is given anything that tells secrets.

Whoever knows a MAC address can ask for that phone's files.  So what is asked is not enough: a policy says
how sure it must be who asks, from where and when, and how often; and what everybody else is given.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from ipaddress import ip_network
from typing import Any, ClassVar

from msgspec import Struct

from provd.documents.base import Document, Kind
from provd.documents.header import read_header
from provd.documents.reading import Reading
from provd.documents.window import parse_window
from provd.values import Level, Protocol

DEFAULT_ORDER = 100
"""Of a policy that names none: before the one that is shipped."""

MOST_NETWORKS = 256
MOST_HOURS = 16
LONGEST = 255
"""Characters of any one text that a policy looks for."""
MOST_TIMES = 1_000_000
LONGEST_BUDGET = 31 * 86_400
"""Seconds of the longest window of a budget."""

_ORDERS = 1_000_000


class LevelName(StrEnum):
    """The identity levels, as documents write them."""

    CLAIMED = "claimed"
    NETWORK = "network"
    CREDENTIAL = "credential"
    CERTIFICATE = "certificate"

    @property
    def level(self) -> Level:
        """The level of that name."""
        return Level[self.name]


class Otherwise(StrEnum):
    """What is given where not everything holds."""

    REFUSED = "refused"
    """Nothing: it is told what a device is told that nobody knows, and keeps what it has."""
    REDACTED = "redacted"
    """What there is without the secrets."""


class PolicyScope(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """Whom a policy is about: all that is said must hold, what is not said does."""

    protocols: tuple[str, ...] = ()
    """One of these: `http`, `tftp`, `dhcp`."""
    networks: tuple[str, ...] = ()
    """It asks from one of these."""
    vendor: str = ""
    """Of the device, as plugins spell it."""
    model: str = ""
    """Of the device, as plugins spell it."""
    plugin: str = ""
    """The plugin of the device."""
    device: str = ""
    """The id of the device."""


class ServingBudget(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """How often one device may be given one file."""

    times: int
    """So often."""
    seconds: int
    """Within so many seconds, counted from the first time."""


class ServingPolicy(Document, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """Of the policies that are about whoever asks, the first by `order`, then by id, decides.

    One with a `tenant` is about that tenant's devices alone.
    """

    shown_empty: ClassVar[frozenset[str]] = frozenset({"when", "level", "otherwise", "enrolling"})

    order: int = DEFAULT_ORDER
    """Lower ones come first."""
    when: PolicyScope = PolicyScope()
    """Whom it is about."""
    level: LevelName = LevelName.NETWORK
    """How sure it must be at least that it is the device."""
    networks: tuple[str, ...] = ()
    """From where it must ask; empty: from anywhere."""
    hours: tuple[str, ...] = ()
    """When it must ask, each a time of the day with its zone: `07:00-19:00 Europe/Paris`; empty: always."""
    budget: ServingBudget | None = None
    """How often at most; null: as often as it likes."""
    otherwise: Otherwise = Otherwise.REFUSED
    """What it is given where not all of that holds."""
    enrolling: LevelName = LevelName.CLAIMED
    """The level that suffices while an enrolment is open for the device, where that is lower."""
    enrolment_hours: tuple[str, ...] = ()
    """When an enrolment is open for everybody the policy is about, as `hours`."""
    description: str | None = None
    """For people."""


def parse_serving_policy(
    given: Mapping[str, Any], *, document_id: str = "", subject: str = "serving policy"
) -> ServingPolicy:
    """The policy that a JSON object describes; `document_id` as for `parse_device`.

    @raise Invalid: with every problem there is, and its path.
    """
    read = Reading(given, subject)
    policy = ServingPolicy(
        **read_header(read, document_id),
        order=read.whole("order", DEFAULT_ORDER, -_ORDERS, _ORDERS),
        when=_when(read),
        level=read.choice("level", LevelName.NETWORK),
        networks=read_networks(read, "networks"),
        hours=_hours(read, "hours"),
        budget=_budget(read),
        otherwise=read.choice("otherwise", Otherwise.REFUSED),
        enrolling=read.choice("enrolling", LevelName.CLAIMED),
        enrolment_hours=_hours(read, "enrolment_hours"),
        description=read.filled("description"),
        extra=read.rest(),
    )
    read.finish()
    return policy


SERVING_POLICIES = Kind(name="serving-policies", type=ServingPolicy, parse=parse_serving_policy)

LAST = "shipped-default"
"""The id of the policy that decides where no other one does."""

SHIPPED_SERVING_POLICIES: Mapping[str, ServingPolicy] = {
    LAST: ServingPolicy(
        id=LAST,
        order=_ORDERS,
        budget=ServingBudget(times=100, seconds=3600),
        description="secrets for whoever the network knows to be the device",
    )
}
"""Part of provd, by id: nobody changes it, and a site's own with a lower `order` come first."""


def policies_in_order(policies: Iterable[ServingPolicy]) -> tuple[ServingPolicy, ...]:
    """Policies in the order in which they are asked: a site's own with the one that is shipped."""
    every = (*policies, *SHIPPED_SERVING_POLICIES.values())
    # Whatever order somebody gives theirs: the last one is about everybody.
    return tuple(sorted(every, key=lambda each: (each.id == LAST, each.order, each.id)))


def read_networks(read: Reading, key: str) -> tuple[str, ...]:
    """Networks (CIDR) in their normal spelling; a single address is one of itself alone."""
    if read.take(key) is None:
        return ()
    found = []
    for at, text in enumerate(_few(read, key, MOST_NETWORKS)):
        try:
            found.append(str(ip_network(text)))
        except ValueError as error:
            read.note(f"{key}.{at}", str(error)[:120], "a network such as 192.0.2.0/24")
    return tuple(dict.fromkeys(found))


def _few(read: Reading, key: str, most: int) -> tuple[str, ...]:
    texts = read.texts(key)
    if len(texts) > most:
        read.note(key, f"has {len(texts)} entries", f"{most} at most")
        return ()
    return texts


def _hours(read: Reading, key: str) -> tuple[str, ...]:
    if read.take(key) is None:
        return ()
    texts = _few(read, key, MOST_HOURS)
    for at, text in enumerate(texts):
        try:
            parse_window(text)
        except ValueError as error:
            read.note(f"{key}.{at}", str(error), "such as 07:00-19:00 Europe/Paris")
    return texts


def _budget(read: Reading) -> ServingBudget | None:
    given = read.take("budget")
    return read.inside("budget", given, _times) if given is not None else None


def _times(read: Reading) -> ServingBudget:
    for key in ("times", "seconds"):
        if read.take(key) is None:
            read.note(key, "is missing", "a whole number")
    return ServingBudget(
        times=read.whole("times", 1, 1, MOST_TIMES),
        seconds=read.whole("seconds", 1, 1, LONGEST_BUDGET),
    )


def _when(read: Reading) -> PolicyScope:
    given = read.take("when")
    return (read.inside("when", given, _scope) if given is not None else None) or PolicyScope()


def _scope(read: Reading) -> PolicyScope:
    return PolicyScope(
        protocols=_protocols(read),
        networks=read_networks(read, "networks"),
        vendor=_sought(read, "vendor"),
        model=_sought(read, "model"),
        plugin=_sought(read, "plugin"),
        device=_sought(read, "device"),
    )


def _protocols(read: Reading) -> tuple[str, ...]:
    if read.take("protocols") is None:
        return ()
    names = _few(read, "protocols", len(Protocol))
    for at, name in enumerate(names):
        if name not in set(Protocol):
            read.note(f"protocols.{at}", f"is {name[:40]!r}", ", ".join(Protocol))
    return tuple(sorted(set(names)))


def _sought(read: Reading, key: str) -> str:
    text = read.text(key) or ""
    if len(text) > LONGEST:
        read.note(key, "is too long", f"{LONGEST} characters at most")
    return text
