"""`synchronize`: having a device told to fetch its files again.

A plugin says what its devices understand; how they are told, and through whom, is provd's business.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from typing import Any

from msgspec import Struct
from twisted.internet.defer import Deferred, fail, succeed

CHECK = "check-sync"
Variables = Sequence[tuple[str, str]] | Mapping[str, str]


class SynchronizeException(Exception):
    """A device cannot be told."""


class AMIError(Exception):
    """An Asterisk did not do what it was asked to."""


class Wanted(Struct, frozen=True):
    """One notification that a plugin asked for."""

    event: str
    variables: tuple[tuple[str, str], ...] = ()


asked_for: ContextVar[list[Wanted] | None] = ContextVar("provd.compat.synchronize", default=None)
"""Where what a plugin asks for is written down while it is asked to synchronize a device."""


def standard_sip_synchronize(
    device: Mapping[str, Any], event: str = CHECK, extra_vars: Variables | None = None
) -> Deferred[None]:
    """Have a device told by SIP; fires once it is written down.

    Fails with SynchronizeException where nobody asked the plugin to.
    """
    del device
    wanted = asked_for.get()
    if wanted is None:
        return fail(SynchronizeException("nobody asked for a device to be synchronized"))
    pairs = extra_vars.items() if isinstance(extra_vars, Mapping) else extra_vars or ()
    wanted.append(Wanted(event, tuple((str(name), str(value)) for name, value in pairs)))
    return succeed(None)
