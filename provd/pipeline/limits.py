"""How many devices may be created by asking: per source, and over all.

Two bounds keep a flood of invented MAC addresses from filling the store: a bucket of creations per
source address, and the number of devices in the store that nobody but the pipeline has asked for.
A site behind one address declares its network and gets a bucket of its own size.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from ipaddress import IPv6Address, ip_address, ip_network

from msgspec import Struct

from provd.values import Change


class CreationSettings(Struct, frozen=True, kw_only=True):
    """The bounds, with the defaults that a server starts with."""

    burst: int = 20
    """Devices that one source address may have created at once."""
    per_hour: int = 60
    """How fast a source's allowance comes back."""
    nat_networks: tuple[str, ...] = ()
    """Networks (CIDR) behind which many devices share an address."""
    nat_burst: int = 1000
    """The burst, and the hourly rate, of an address inside `nat_networks`, and of any IPv6 /64."""
    total: int = 20000
    """Devices in the store that the pipeline created."""
    sources: int = 65536
    """Source addresses remembered; the one heard longest ago is forgotten first."""


class _Bucket:
    __slots__ = ("at", "left")

    def __init__(self, left: float, at: float) -> None:
        self.left = left
        self.at = at


class CreationLimits:
    """The state of the bounds. Peeked at while deciding, consumed at commit."""

    def __init__(self, settings: CreationSettings, existing: int = 0) -> None:
        """Start with `existing` created devices in the store."""
        self.adopt(settings)
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()
        self._created = existing
        self.refused = 0
        """Creations refused since the start."""

    def adopt(self, settings: CreationSettings) -> None:
        """Hold to other bounds from now on; what each source has used up, it has used up."""
        self._settings = settings
        self._networks = [ip_network(network) for network in settings.nat_networks]

    @property
    def created(self) -> int:
        """Devices in the store that the pipeline created."""
        return self._created

    def peek(self, source: str, at: float) -> str:
        """Why `source` may not have a device created now; empty when it may. Changes nothing."""
        if self._created >= self._settings.total:
            return (
                f"{self._created} devices were created by asking, the most this server keeps;"
                " remove some or raise limits.total"
            )
        for account, burst, rate in self._accounts(source):
            bucket = self._buckets.get(account)
            if bucket is not None and self._left(bucket, burst, rate, at) < 1:
                return (
                    f"{account} has used up its allowance of {burst} new devices;"
                    " declare its network in limits.nat_networks if many devices share it"
                )
        return ""

    def consume(self, source: str, at: float) -> None:
        """A device was created for `source`."""
        for account, burst, rate in self._accounts(source):
            bucket = self._buckets.pop(account, None)
            left = burst if bucket is None else self._left(bucket, burst, rate, at)
            self._buckets[account] = _Bucket(left - 1, at)
            if len(self._buckets) > self._settings.sources:
                self._buckets.popitem(last=False)

    def told(self, changes: Sequence[Change]) -> None:
        """Follow the devices that come and go (a subscriber of the feed)."""
        for change in changes:
            self._created += _by_asking(change.after) - _by_asking(change.before)

    @staticmethod
    def count(devices: Iterable[object]) -> int:
        """How many of `devices` the pipeline created."""
        return sum(map(_by_asking, devices))

    def _accounts(self, source: str) -> list[tuple[str, int, float]]:
        """Whose allowances a creation for `source` uses: name, burst, and rate per second.

        An IPv6 host owns as many addresses as it likes in its /64, so the whole /64 has an account too,
        as large as a declared NAT's: a network of phones passes, an inventor of addresses does not.
        """
        settings = self._settings
        shared = (settings.nat_burst, settings.nat_burst / 3600)
        if self.is_shared(source):
            return [(source, *shared)]
        own = (source, settings.burst, settings.per_hour / 3600)
        if ":" not in source:
            return [own]
        network = (int(IPv6Address(source.partition("%")[0])) >> 64) << 64
        return [own, (f"{IPv6Address(network)}/64", *shared)]

    def is_shared(self, source: str) -> bool:
        """Whether many devices are behind a source: a relay, an interface, an address of a declared NAT."""
        if " " in source:
            return True
        if not self._networks or not source:  # a what-if need not say where it comes from
            return False
        address = ip_address(source.partition("%")[0])
        return any(address in network for network in self._networks)

    @staticmethod
    def _left(bucket: _Bucket, burst: int, rate: float, at: float) -> float:
        # abs: after a clock was set back nobody waits until it is as late again.
        return min(burst, bucket.left + abs(at - bucket.at) * rate)


def _by_asking(device: object) -> int:
    return getattr(device, "added", None) == "auto"
