"""The stages of the pipeline, as pipeline files compose them, and what is gathered for them.

The names and shapes (`extract`, `retrieve`, `update`, `associate`, `solve`) are those that
existing pipeline files use.  Stages run on the reactor thread, once per inquiry and again when a
draft conflicts.  A stage may answer a value or a Deferred: one that has fired is its value; one
that has not belongs to *gather*, is waited for within a bound, and is dropped with a reason.
Whatever a stage asks of `app` acts on the inquiry's draft.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from zope.interface import Interface

from provd.values import Info, Inquiry, Protocol


class IDeviceInfoExtractor(Interface):
    """Concludes facts about the device from its request. May fail: it is then reported and ignored."""

    def extract(request: Any, request_type: Protocol) -> Any:
        """A dict out of INFO_KEYS, None, or a Deferred of either."""


class IDeviceRetriever(Interface):
    """Finds the device a device info speaks of."""

    def retrieve(dev_info: Info) -> Any:
        """A device, None, or a Deferred of either."""


class IDeviceUpdater(Interface):
    """Brings a device up to date with what its request says."""

    def update(device: Any, dev_info: Info, request: Any, request_type: Protocol) -> Any:
        """Change `device` in place; the answer is ignored, a Deferred is waited for."""


class IAssociator(Interface):
    """Says how well a plugin supports a device."""

    def associate(dev_info: Info) -> int:
        """A level of support, see `provd.sdk.DeviceSupport`."""


class IConflictSolver(Interface):
    """Chooses between plugins that support a device equally well."""

    def solve(plugin_ids: Sequence[str]) -> str | None:
        """One of them, or None when there is no telling."""


class INeighbours(Interface):
    """The kernel's neighbour table, kept fresh in memory.

    Asked once per inquiry: a dictionary look-up, never a system call.
    """

    def mac_of(address: str, interface: str = "") -> str:
        """The MAC address of a directly connected host, normal spelling; empty when unknown."""

    def close() -> None:
        """Stop listening to the kernel. Idempotent."""


Witness = Callable[[Inquiry], Info | None]
