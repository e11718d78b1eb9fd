"""Native stages, and how classes of a pipeline file that are not ours take part.

A native stage works on the case directly (`testify`, `look_up`, `revise`: a few µs in all).  Anything
else that has the legacy method (`extract`, `retrieve`, `update`) is wrapped by its `Foreign…` class
here: what it raises is a note, a Deferred that has fired is its value, one that has not is gather's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from twisted.internet.defer import Deferred, maybeDeferred, succeed
from twisted.python.failure import Failure
from zope.interface import implementer

from provd.contracts import IDeviceInfoExtractor, IDeviceRetriever, IDeviceUpdater
from provd.documents import Device, parse_device, to_dict
from provd.pipeline.case import Awaiting, Case, Dropped
from provd.pipeline.requests import as_request
from provd.values import INFO_KEYS, Info, Invalid, Protocol, Step, parse_ip, parse_mac

_SPELLINGS: Mapping[Any, Callable[[str], str]] = {
    "mac": parse_mac,
    "neighbour": parse_mac,
    "ip": parse_ip,
    "uuid": str.lower,
}

_CHANGEABLE = tuple(
    field
    for field in Device.__struct_fields__
    if field not in {"id", "revision", "tenant", "endpoint", "added", "remote_state_sip_username"}
)
"""What a site's own updater may change of a device: everything but what the server manages."""


@implementer(IDeviceInfoExtractor)
class AbstractDeviceInfoExtractor:
    """An extractor of ours: override `testify`."""

    def testify(self, case: Case) -> Info | None:
        """What is concluded about the device; None for nothing."""
        raise NotImplementedError

    def extract(self, request: Any, request_type: Protocol) -> Deferred[Info | None]:
        """`testify`, for a foreign class that holds this one."""
        del request_type
        return succeed(self.testify(request.case))


@implementer(IDeviceRetriever)
class AbstractDeviceRetriever:
    """A retriever of ours: override `look_up`."""

    needs = ""
    """The key of a device info without which it finds nothing; empty: it is asked about any."""

    def __init__(self, app: Any = None) -> None:
        """Keep the facade; only `retrieve` needs it."""
        self._app = app

    def look_up(self, case: Case, info: Info) -> Device | None:
        """The device that `info` speaks of, or None."""
        raise NotImplementedError

    def retrieve(self, dev_info: Info) -> Deferred[Any]:
        """`look_up` on the case being decided, for a foreign class that holds this one."""
        found = self.look_up(self._app.case, dev_info)
        return succeed(None if found is None else to_dict(found))


@implementer(IDeviceUpdater)
class AbstractDeviceUpdater:
    """An updater of ours: override `revise`."""

    def revise(self, case: Case) -> None:
        """Change the case's device (`case.change`)."""
        raise NotImplementedError

    def update(
        self, device: Any, dev_info: Info, request: Any, request_type: Protocol
    ) -> Deferred[None]:
        """`revise`, for a foreign class that holds this one: changes land in the dict `device`."""
        del request_type
        outer: Case = request.case
        case = Case(outer.inquiry, outer.draft, outer.settled, keep=outer.keep)
        case.device = parse_device(device)
        case.info = dev_info
        self.revise(case)
        device.update(case.changes)
        outer.notes.extend(case.notes)
        return succeed(None)


def outcome_of(case: Case, stage: object, step: Step, ask: Callable[[], Any]) -> Any:
    """The value of a foreign stage: now, or what gather waited for; None when it failed.

    @raise Awaiting: it answered a Deferred that has not fired.
    """
    if stage in case.settled:
        value = case.settled[stage]
    else:
        answered = maybeDeferred(ask)
        values: list[Any] = []
        answered.addBoth(values.append)
        if not values:
            # Handed on unfired; the callback above must not eat what gather is to see.
            waiting: Deferred[Any] = Deferred(lambda _given_up: answered.cancel())
            answered.addCallback(lambda _none: waiting.callback(values[0]))
            raise Awaiting(stage, waiting)
        value = values[0]
    name = type(getattr(stage, "foreign", stage)).__name__
    if isinstance(value, Dropped):
        case.note(step, "{stage} was dropped: {reason}", stage=name, reason=value.reason)
        return None
    if isinstance(value, Failure):
        case.note(step, "{stage} failed and was ignored: {why}", stage=name, why=repr(value.value))
        return None
    return value


class ForeignExtractor(AbstractDeviceInfoExtractor):
    """An extractor that is not ours."""

    def __init__(self, foreign: Any) -> None:
        """Wrap anything with an `extract(request, request_type)`."""
        self.foreign = foreign

    def testify(self, case: Case) -> Info | None:
        """What it extracts: known keys with text values, addresses in their normal spelling."""
        facts = outcome_of(
            case,
            self,
            Step.EXTRACT,
            lambda: self.foreign.extract(as_request(case), case.inquiry.protocol),
        )
        if not isinstance(facts, dict):
            return None
        return {
            key: normal
            for key, value in facts.items()
            if (normal := self._normal(case, key, value)) is not None
        }

    def _normal(self, case: Case, key: object, value: object) -> str | None:
        """A fact as documents spell it: what it becomes is stored, and read again at the next start."""
        if key not in INFO_KEYS or not isinstance(value, str) or not value:
            return None
        try:
            return _SPELLINGS.get(key, str)(value)
        except ValueError as error:
            name = type(self.foreign).__name__
            case.note(
                Step.EXTRACT,
                "{key} of {stage} is ignored: {why}",
                key=key,
                stage=name,
                why=str(error),
            )
            return None


class ForeignRetriever(AbstractDeviceRetriever):
    """A retriever that is not ours."""

    def __init__(self, foreign: Any) -> None:
        """Wrap anything with a `retrieve(dev_info)`."""
        super().__init__()
        self.foreign = foreign

    def look_up(self, case: Case, info: Info) -> Device | None:
        """The device it names, as the draft has it."""
        found = outcome_of(case, self, Step.LOOK_UP, lambda: self.foreign.retrieve(dict(info)))
        if not isinstance(found, dict) or not isinstance(found.get("id"), str):
            return None
        device: Device | None = case.draft.get("devices", found["id"])
        if device is not None and not case.matched_by:
            case.matched_by = type(self.foreign).__name__
        return device


class ForeignUpdater(AbstractDeviceUpdater):
    """An updater that is not ours: it is shown a dict, what it changed there is proposed."""

    def __init__(self, foreign: Any) -> None:
        """Wrap anything with an `update(device, dev_info, request, request_type)`."""
        self.foreign = foreign

    def revise(self, case: Case) -> None:
        """Let it change a copy, and take over what is valid."""
        case.settle_device()
        device = case.device
        if device is None:
            return
        shown = to_dict(device)

        def ask() -> Deferred[Any]:
            done: Deferred[Any] = maybeDeferred(
                self.foreign.update,
                shown,
                dict(case.info),
                as_request(case),
                case.inquiry.protocol,
            )
            return done.addCallback(lambda _ignored: shown)

        revised = outcome_of(case, self, Step.UPDATE, ask)
        if isinstance(revised, dict):
            self._propose(case, device, revised)

    def _propose(self, case: Case, device: Device, revised: dict[str, Any]) -> None:
        try:
            changed = parse_device({**revised, "id": device.id})
        except Invalid as error:
            name = type(self.foreign).__name__
            case.note(
                Step.UPDATE,
                "what {stage} made of the device is not valid: {why}",
                stage=name,
                why=str(error),
            )
            return
        for field in _CHANGEABLE:
            value = getattr(changed, field)
            if value != getattr(device, field):
                case.change(field, value, urgent=True)


def as_extractor(stage: Any) -> AbstractDeviceInfoExtractor:
    """`stage` itself if it is ours, wrapped if not."""
    return stage if isinstance(stage, AbstractDeviceInfoExtractor) else ForeignExtractor(stage)


def as_retriever(stage: Any) -> AbstractDeviceRetriever:
    """`stage` itself if it is ours, wrapped if not."""
    return stage if isinstance(stage, AbstractDeviceRetriever) else ForeignRetriever(stage)


def as_updater(stage: Any) -> AbstractDeviceUpdater:
    """`stage` itself if it is ours, wrapped if not."""
    return stage if isinstance(stage, AbstractDeviceUpdater) else ForeignUpdater(stage)
