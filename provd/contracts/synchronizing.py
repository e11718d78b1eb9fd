"""What makes a device fetch its files again."""

from __future__ import annotations

from twisted.internet.defer import Deferred
from zope.interface import Attribute, Interface

from provd.values import Errand


class ISynchronizer(Interface):
    """Tells devices, one way.

    Called for one device at a time by whoever paces, and for many that nobody has answered yet.
    It speaks to the errand's address, or to what the site's settings name, and to nobody else.
    """

    name = Attribute("`sip`, `ami` or `http`, as settings name it (str)")

    by_address = Attribute(
        "whether it, or whom it asks, speaks to the device's own address, which must be one then (bool)"
    )

    def why_not(errand: Errand) -> str:
        """Why it cannot tell this device, as a clause: another may; empty where it can. Does nothing."""

    def tell(errand: Errand) -> Deferred[str]:
        """Tell the device; fires with what was answered (`200 OK`), empty where nobody says.

        Fails with `NotTold`.  Cancelling it gives up.
        """

    def close() -> Deferred[None]:
        """Give up what is under way, and let connections go. Idempotent."""
