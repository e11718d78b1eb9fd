"""Builders: inquiries with one thing said, and a whole server core in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, cast

from attrs import define
from twisted.internet.task import Clock

from provd.access import (
    Attempts,
    DeviceLogins,
    Keyring,
    Nonces,
    ServingSettings,
    SweepSettings,
    Threshold,
)
from provd.application.decisions import Decisions
from provd.application.inquiries import Inquiries
from provd.application.serving import Secrecy, SecretsGate, make_secrecy
from provd.application.statuses import StatusBook
from provd.contracts import IDHCPAnswers, IDocumentStore, IPlugins, IProve
from provd.documents import (
    DEVICES,
    ENROLMENTS,
    KINDS,
    SERVING_POLICIES,
    Device,
    ServingPolicy,
    parse_config,
)
from provd.pipeline import (
    PROVERS,
    CreationLimits,
    CreationSettings,
    DraftApp,
    Pipeline,
    Proving,
    compose,
)
from provd.store import MemoryStore
from provd.testing.plugins import MemoryPlugins
from provd.testing.serving import OPEN
from provd.values import Inquiry, Protocol

PEER = "192.0.2.7"
MAC = "00:00:5e:00:53:01"
ARRIVED = 1_700_000_000.0


def http(
    path: str = "/aastra.cfg",
    user_agent: str = "",
    *,
    peer: str = PEER,
    number: int = 1,
    **more: Any,
) -> Inquiry:
    """An HTTP inquiry."""
    headers = {"user-agent": user_agent} if user_agent else {}
    return Inquiry(
        id=f"test-{number}",
        protocol=Protocol.HTTP,
        path=path,
        peer=peer,
        arrived=more.pop("arrived", ARRIVED),
        headers=headers,
        **more,
    )


def tftp(filename: str, *, peer: str = PEER, number: int = 1, **more: Any) -> Inquiry:
    """A TFTP inquiry."""
    return Inquiry(
        id=f"test-{number}",
        protocol=Protocol.TFTP,
        path=filename,
        peer=peer,
        arrived=more.pop("arrived", ARRIVED),
        **more,
    )


def dhcp(mac: str, *, peer: str = PEER, number: int = 1, **more: Any) -> Inquiry:
    """A DHCP inquiry."""
    return Inquiry(
        id=f"test-{number}",
        protocol=Protocol.DHCP,
        path="discover",
        peer=peer,
        mac=mac,
        arrived=more.pop("arrived", ARRIVED),
        **more,
    )


AUTOPROV: Mapping[str, Any] = {
    "id": "autoprov",
    "parent_ids": [],
    "role": "autocreate",
    "raw_config": {"sip_lines": {"1": {"proxy_ip": "192.0.2.1", "username": "autoprov"}}},
}


COLLECTION_OF = {kind.type: kind.name for kind in (DEVICES, SERVING_POLICIES, ENROLMENTS)}


@define
class Core:
    """Store, pipeline and inquiries in memory, on a virtual clock."""

    store: IDocumentStore
    plugins: IPlugins
    limits: CreationLimits
    app: DraftApp
    pipeline: Pipeline
    inquiries: Inquiries
    decisions: Decisions
    statuses: StatusBook
    clock: Clock
    secrecy: Secrecy

    def keep(self, *documents: Any) -> None:
        """Put documents into the store, each under its own kind."""
        draft = self.store.draft("test")
        for document in documents:
            draft.put(COLLECTION_OF.get(type(document), "configs"), document)
        committed: list[Any] = []
        self.store.commit(draft).addBoth(committed.append)
        assert not hasattr(committed[0], "value"), committed[0]

    def devices(self) -> list[Device]:
        """Every device there is, in order of id."""
        devices = cast("Iterable[Device]", self.store.collection("devices"))
        return sorted(devices, key=lambda device: device.id)


def threshold_over(
    store: IDocumentStore, clock: Clock, settings: ServingSettings, tenant: str = ""
) -> Threshold:
    """What looks at keys, one-time URLs and passwords before anything is decided."""
    nonces = Nonces(b"a key for tests!", settings.nonce_seconds)
    logins = DeviceLogins(store, Attempts(clock.seconds), nonces)
    return Threshold(store, Keyring(store, tenant), logins, nonces, settings)


def core(  # noqa: PLR0913 - each collaborator can be replaced by a test
    *plugins: Any,
    documents: Iterable[Any] = (),
    autoprov: bool = True,
    sets: Mapping[str, str] | None = None,
    limits: CreationSettings | None = None,
    store: Any = None,
    neighbours: Any = None,
    provers: Sequence[IProve] = (),
    nat: bool = False,
    registry: Any = None,
    directory: Any = None,
    dhcp_answers: Callable[[IDocumentStore, IPlugins, Clock, SecretsGate], IDHCPAnswers]
    | None = None,
    serving: ServingSettings | None = None,
    tenant: str = "",
    policies: Iterable[ServingPolicy] = (OPEN,),
    sweeps: SweepSettings | None = None,
) -> Core:
    """A server's core around these plugins and documents; `dhcp_answers` makes what answers over DHCP.

    Secrets are served to everybody, unless a test has `policies` of its own.
    """
    clock = Clock()
    clock.advance(ARRIVED)
    store = store or MemoryStore(KINDS, clock)
    registry = registry or MemoryPlugins(*plugins)
    bounds = CreationLimits(limits or CreationSettings())
    store.feed.subscribe("limits", ["devices"], bounds.told)
    app = DraftApp(registry, bounds, nat=nat, tenant=tenant)
    pipeline = Pipeline(compose(app, sets or {}, directory), app, Proving((*PROVERS, *provers)))
    decisions = Decisions(100)
    statuses = StatusBook(store, clock)
    secrecy = make_secrecy(store, clock, sweeps or SweepSettings(), bounds.is_shared)
    gate = secrecy.gate
    answers = dhcp_answers(store, registry, clock, gate) if dhcp_answers is not None else None
    if answers is not None:
        app.creates = answers.creates
    inquiries = Inquiries(
        pipeline=pipeline,
        store=store,
        plugins=registry,
        limits=bounds,
        decisions=decisions,
        statuses=statuses,
        clock=clock,
        boot_id="test",
        neighbours=neighbours,
        dhcp=answers,
        secrecy=secrecy,
        threshold=threshold_over(store, clock, serving or ServingSettings(), tenant),
    )
    parts = (store, registry, bounds, app, pipeline, inquiries, decisions, statuses, clock)
    made = Core(*parts, secrecy)
    if autoprov:
        made.keep(parse_config(AUTOPROV))
    known = store.collection(SERVING_POLICIES.name)
    made.keep(*(each for each in policies if known.get(each.id) is None), *documents)
    return made
