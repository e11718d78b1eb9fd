"""Who answers an inquiry that was decided: what answers over DHCP, the device's plugin, or nobody."""

from __future__ import annotations

from twisted.internet.defer import Deferred

from provd.contracts import IDHCPAnswers, IPlugins, IReadable
from provd.values import (
    Answer,
    Decision,
    Inquiry,
    PluginFailed,
    Protocol,
    Refusal,
    RefusalKind,
    Settled,
    Silence,
)

UNKNOWN = Refusal(RefusalKind.NOT_FOUND, "no device is known by this request")
LEARNT = Silence("DHCP is not served here: what it says of a device is learnt")
"""The answer where no interface is served, as to what another server passes on."""
TOO_MANY = Refusal(RefusalKind.UNAVAILABLE, "too many inquiries wait already")
NO_PLUGIN = Refusal(RefusalKind.NOT_FOUND, "the device has no plugin")


class WhoAnswers:
    """DHCP answers whoever asks; for everything else a device has its plugin."""

    def __init__(self, plugins: IPlugins, dhcp: IDHCPAnswers | None = None) -> None:
        """Without `dhcp`, DHCP is listened to only."""
        self._plugins = plugins
        self._dhcp = dhcp

    def to(self, decision: Decision, view: IReadable, *, keep: bool) -> Answer | Deferred[Answer]:
        """The answer. A Deferred may fail with `PluginFailed`."""
        if decision.inquiry.protocol is Protocol.DHCP:
            return self._dhcp.answer(decision, view, keep=keep) if self._dhcp else LEARNT
        device = decision.device
        if device is None:
            return UNKNOWN
        if not device.plugin:
            return NO_PLUGIN
        plugin = self._plugins.get(device.plugin)
        if plugin is None:
            return Refusal(RefusalKind.NOT_FOUND, f"plugin {device.plugin} is not loaded")
        try:
            return plugin.serve(decision.inquiry, device, view, keep=keep)
        except PluginFailed as error:
            return Refusal(RefusalKind.FAILED, str(error))

    def settle(
        self, decision: Decision, view: IReadable, *, keep: bool
    ) -> Settled | Answer | Deferred[Answer]:
        """The first half of an answer over DHCP, or all of it; see `IDHCPAnswers`."""
        return self._dhcp.settle(decision, view, keep=keep) if self._dhcp else LEARNT

    def word(self, settled: Settled, view: IReadable, *, keep: bool) -> Answer:
        """The second half, of what was settled."""
        return self._dhcp.word(settled, view, keep=keep) if self._dhcp else LEARNT


def unkept(error: object) -> Silence:
    """What whoever asked for an address is told where its lease is not kept."""
    return Silence(f"the lease cannot be kept: {error}")


def barred(inquiry: Inquiry) -> Refusal:
    """What whoever shows nothing that opens is told: as if there were nothing."""
    return Refusal(RefusalKind.NOT_FOUND, inquiry.barred)
