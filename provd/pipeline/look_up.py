"""Look up: which device the device info speaks of.

The truth table of identification (published in the reference documentation, a test per row) is the
composition of these retrievers.  Two rules hold in all of them: a candidate that *contradicts* the
request in another identity is not the device (a dock's MAC address travels between machines), and
where two candidates remain the device is unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from twisted.internet.defer import Deferred

from provd.contracts import ILoadedPlugin, IPlugins
from provd.documents import Device
from provd.pipeline.case import Case
from provd.pipeline.stages import AbstractDeviceRetriever, as_retriever
from provd.values import IDENTITY_KEYS, Info, Step

INDEXED: Final = frozenset({"mac", "sn", "uuid", "ip", "plugin", "config", "tenant"})


def contradicted(device: Device, info: Info, keys: Sequence[str]) -> str:
    """The first of `keys` in which device and info both have a value, and not the same; or empty."""
    for key in keys:
        told = info.get(key)
        if told is not None:
            known = getattr(device, key)
            if known and known != told:
                return key
    return ""


def held(case: Case, info: Info) -> Device | None:
    """The device that the one-time URL of an inquiry was made for, where nothing says it is another."""
    device: Device | None = case.draft.get("devices", case.inquiry.holder)
    if device is None or contradicted(device, info, IDENTITY_KEYS):
        return None
    case.matched_by = "one-time URL"
    return device


class SearchDeviceRetriever(AbstractDeviceRetriever):
    """The one device whose `key` is the one in the device info."""

    def __init__(self, app: Any, key: str) -> None:
        """`key` must be indexed.

        @raise ValueError: it is not; cost would grow with the number of devices.
        """
        super().__init__(app)
        if key not in INDEXED:
            message = f"devices cannot be looked up by {key}; use one of {sorted(INDEXED)}"
            raise ValueError(message)
        self.key = self.needs = key

    def look_up(self, case: Case, info: Info) -> Device | None:
        """The device, if exactly one does not contradict the request."""
        value = info.get(self.key)
        if not value:
            return None
        candidates: tuple[Device, ...] = case.draft.by("devices", self.key, value)
        if not candidates:
            return None
        found = [device for device in candidates if self._agrees(case, device, info)]
        if len(found) == 1:
            case.matched_by = self.key
            return found[0]
        if found:
            _note_tie(case, self.key, value, found)
        return None

    def _agrees(self, case: Case, device: Device, info: Info) -> bool:
        key = contradicted(device, info, IDENTITY_KEYS)
        if not key:
            return True
        case.note(
            Step.LOOK_UP,
            "device {device} has {by} {value} but another {key}: it is not the one",
            device=device.id,
            by=self.key,
            value=info[self.key],
            key=key,
        )
        return False


def _note_tie(case: Case, key: str, value: str, found: Sequence[Device]) -> None:
    case.note(
        Step.LOOK_UP,
        "{count} devices have {key} {value}: a tie means unknown",
        count=len(found),
        key=key,
        value=value,
    )


def MacDeviceRetriever(app: Any) -> SearchDeviceRetriever:
    """By MAC address."""
    return SearchDeviceRetriever(app, "mac")


def SerialNumberDeviceRetriever(app: Any) -> SearchDeviceRetriever:
    """By serial number."""
    return SearchDeviceRetriever(app, "sn")


def UUIDDeviceRetriever(app: Any) -> SearchDeviceRetriever:
    """By UUID."""
    return SearchDeviceRetriever(app, "uuid")


class _WhereItIs(AbstractDeviceRetriever):
    """By where the device is: good only for devices that send nothing better.

    A browser on the same address must not be taken for the phone: the candidate's plugin has to
    declare that, over this protocol, its devices may send nothing that names them.
    """

    def __init__(self, app: Any) -> None:
        super().__init__(app)
        self._plugins: IPlugins = app.pg_mgr

    def _only(self, case: Case, by: str, value: str, candidates: Sequence[Device]) -> Device | None:
        info = case.info or {}
        found = [
            device
            for device in candidates
            if not contradicted(device, info, ("mac", "sn", "uuid", "vendor", "model"))
            and not _moved(device, info)
        ]
        if len(found) > 1:
            _note_tie(case, by, value, found)
            return None
        if not found or not self._suffices(case, found[0], by):
            return None
        case.matched_by = by
        return found[0]

    def _suffices(self, case: Case, device: Device, by: str) -> bool:
        plugin: ILoadedPlugin | None = self._plugins.get(device.plugin) if device.plugin else None
        if plugin is not None and case.inquiry.protocol in plugin.by_address:
            return True
        case.note(
            Step.LOOK_UP,
            "device {device} is at this {by}, but its plugin ({plugin}) does not accept"
            " an address alone over {protocol}",
            device=device.id,
            by=by,
            plugin=device.plugin,
            protocol=str(case.inquiry.protocol),
        )
        return False


def _moved(device: Device, info: Info) -> bool:
    """Whether the kernel sees another box at the address than the device it is recorded for."""
    neighbour = info.get("neighbour")
    return bool(neighbour and device.mac and device.mac != neighbour)


class NeighbourDeviceRetriever(_WhereItIs):
    """By the MAC address that the kernel knows for the sender's address."""

    needs = "neighbour"

    def look_up(self, case: Case, info: Info) -> Device | None:
        """The device whose MAC address is the neighbour's."""
        neighbour = info.get("neighbour")
        if not neighbour or "mac" in info:
            return None
        case.info = info
        return self._only(case, "neighbour", neighbour, case.draft.by("devices", "mac", neighbour))


class IpDeviceRetriever(_WhereItIs):
    """By IP address: the only device there that does not contradict the request."""

    needs = "ip"

    def look_up(self, case: Case, info: Info) -> Device | None:
        """The device last seen at that address."""
        address = info.get("ip")
        if not address:
            return None
        case.info = info
        return self._only(case, "ip", address, case.draft.by("devices", "ip", address))


class FirstCompositeDeviceRetriever(AbstractDeviceRetriever):
    """The first of several retrievers that finds a device."""

    def __init__(self, retrievers: Sequence[Any]) -> None:
        """Ask `retrievers` in order."""
        super().__init__()
        self.retrievers = [as_retriever(retriever) for retriever in retrievers]
        self._in_order = [(retriever.needs, retriever.look_up) for retriever in self.retrievers]

    def look_up(self, case: Case, info: Info) -> Device | None:
        """What the first successful one found. Whoever needs what nobody said is not asked."""
        for needs, look_up in self._in_order:
            if not needs or needs in info:
                device = look_up(case, info)
                if device is not None:
                    return device
        return None

    def retrieve(self, dev_info: Info) -> Deferred[Any]:
        """Ask each in turn, for a foreign class that holds this one."""
        return Deferred.fromCoroutine(_first(list(self.retrievers), dev_info))


async def _first(retrievers: Sequence[AbstractDeviceRetriever], dev_info: Info) -> Any:
    for retriever in retrievers:
        found = await retriever.retrieve(dev_info)
        if found is not None:
            return found
    return None


Retriever = Callable[[Case, Info], Device | None]
