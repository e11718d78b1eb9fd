"""Which driver tells a device, and what it has to know for that."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from provd.application.readiness import Readiness
from provd.application.synchronizing.settings import SynchronizationSettings
from provd.contracts import IDocumentStore, ILoadedPlugin, IPlugins, ISynchronizer
from provd.documents import Device, Lease, Synchronization
from provd.pipeline import Memo
from provd.values import (
    Account,
    ActionUrl,
    Decision,
    Errand,
    Invalid,
    Level,
    Notify,
    NotTold,
    PluginFailed,
    Way,
)

PLUGIN = "plugin"
"""The driver that a plugin is which tells its devices itself: by an action of this name."""
SYNCHRONIZE = "synchronize"

BY, EVENT = "X_synchronize_by", "X_synchronize_event"
"""What a config may say of it: a driver or `none`, and the NOTIFY's event."""
NONE = "none"

REMEMBERED = 131_072
"""Devices of which it is remembered where they proved to be."""

Networks = tuple[Any, ...]
Drivers = Mapping[str, ISynchronizer]


class Chosen(Struct, frozen=True):
    """How one device is told."""

    driver: str
    tell: Callable[[], Any]
    """Answers a Deferred of what was answered."""


class Choosing:
    """Chooses by the device's plugin, its config, and the site's settings."""

    def __init__(
        self,
        store: IDocumentStore,
        plugins: IPlugins,
        readiness: Readiness,
        drivers: Drivers,
        settings: SynchronizationSettings,
    ) -> None:
        self._store = store
        self._plugins = plugins
        self._readiness = readiness
        self.drivers = drivers
        self._proved = Memo(REMEMBERED)
        self.adopt(settings)

    def adopt(self, settings: SynchronizationSettings) -> None:
        """Choose by other settings from now on."""
        self.settings = settings
        self._networks: Networks = tuple(map(ip_network, settings.networks))

    def observe(self, decision: Decision) -> None:
        """A device was answered: where it proved that it is the one, it is known to be."""
        peer = decision.inquiry.peer
        if decision.level < Level.NETWORK or not peer:
            return
        device_id = decision.device.id
        if self._proved.get(device_id) != peer:
            self._proved.put(device_id, peer)

    def can(self, plugin: ILoadedPlugin) -> bool:
        """Whether a plugin's devices can be synchronized at all."""
        return bool(plugin.synchronizes or SYNCHRONIZE in plugin.actions)

    def choose(self, device: Device, wish: Synchronization, now: float) -> Chosen:
        """How the device is told at a time.

        @raise NotTold: it cannot be, and why; no use trying again.
        """
        plugin = self._plugins.get(device.plugin) if device.plugin else None
        if plugin is None or not self.can(plugin):
            raise NotTold(
                "its plugin does not say how such a device is made to fetch its files again"
            )
        try:
            raw_config = plugin.raw_config(device, self._store, self._readiness.base())
            ways = plugin.ways(device, raw_config) if plugin.synchronizes else ()
        except (Invalid, PluginFailed) as error:
            raise NotTold(str(error)) from error
        why_not: list[str] = []
        proved = self._is_proved(device, now)
        for name in self._named(raw_config, wish.wanted):
            found_by = self._by(name, device, raw_config, ways, proved=proved, reboot=wish.reboot)
            for found in found_by:
                if isinstance(found, Chosen):
                    return found
                why_not.append(f"{name}: {found}")
        raise NotTold("no driver can tell it; " + "; ".join(dict.fromkeys(why_not)))

    def _named(self, raw_config: Mapping[str, Any], wanted: str) -> Sequence[str]:
        """The drivers to try: the one that was asked for, that of the config, or those of the site."""
        configured = raw_config.get(BY)
        if wanted:
            return (wanted,)
        if configured == NONE:
            raise NotTold(f"its config says that it is not to be ({BY} is {NONE!r})")
        return (
            (configured,) if isinstance(configured, str) and configured else self.settings.drivers
        )

    def _by_plugin(self, device: Device) -> Chosen | str:
        plugin = self._plugins.get(device.plugin) if device.plugin else None
        if plugin is None or SYNCHRONIZE not in plugin.actions:
            return "its plugin does not do that itself"
        base = self._readiness.base()

        def tell() -> Any:
            acting = plugin.act(SYNCHRONIZE, device, self._store, base, {})
            return acting.addCallback(lambda told: str(told) if told else "")

        return Chosen(PLUGIN, tell)

    def _by(
        self,
        name: str,
        device: Device,
        raw_config: Mapping[str, Any],
        ways: Sequence[Way],
        *,
        proved: bool,
        reboot: bool,
    ) -> Iterator[Chosen | str]:
        """What each way comes to with one driver: a choice, or why it is none."""
        if name == PLUGIN:
            yield self._by_plugin(device)
            return
        driver = self.drivers.get(name)
        if driver is None:
            yield "it is not set up"
            return
        kind = ActionUrl if name == "http" else Notify
        fit = [way for way in ways if isinstance(way, kind)]
        if not fit:
            yield "the device understands nothing that it could say"
        for way in fit:
            errand = self._errand(device, raw_config, way, proved=proved, reboot=reboot)
            nowhere = self._nowhere(errand) if driver.by_address else ""
            why_not = nowhere or _cannot(errand) or driver.why_not(errand)
            yield why_not or Chosen(name, partial(driver.tell, errand))

    def _errand(
        self,
        device: Device,
        raw_config: Mapping[str, Any],
        way: Way,
        *,
        proved: bool,
        reboot: bool,
    ) -> Errand:
        event = raw_config.get(EVENT)
        if isinstance(way, Notify) and isinstance(event, str) and event and not reboot:
            way = replace(way, event=event)
        return Errand(
            device_id=device.id,
            address=device.ip or "",
            proved=proved,
            way=way,
            reboot=reboot,
            account=self._account(device, raw_config),
            username=_text(raw_config, "admin_username"),
            password=_text(raw_config, "admin_password"),
        )

    def _is_proved(self, device: Device, now: float) -> bool:
        """Whether the device is known to be at its address; where an operator named networks, to be in them suffices."""
        if not device.ip:
            return False
        if self._networks or self._proved.get(device.id) == device.ip:
            return True
        lease: Lease | None = self._store.get("leases", device.ip)
        return lease is not None and lease.is_live(now) and lease.device == device.id

    def _account(self, device: Device, raw_config: Mapping[str, Any]) -> Account:
        """The account of the device's first line that it really runs, and whom that registers with."""
        runs = device.remote_state_sip_username or ""
        line = _line(raw_config, runs)
        username = runs or _text(line, "username")
        is_its = _text(line, "username") == username
        proxy, port = _server(line, raw_config, "outbound_proxy", "proxy", "registrar")
        return Account(
            username=username,
            shared_by=self._shared_by(device, username),
            auth_username=_text(line, "auth_username") if is_its else "",
            password=_text(line, "password") if is_its else "",
            host=_server(line, raw_config, "registrar", "proxy")[0],
            proxy=proxy,
            proxy_port=port,
            transport=_text(raw_config, "sip_transport") or "udp",
        )

    def _shared_by(self, device: Device, username: str) -> str:
        if not username:
            return ""
        running = self._store.by("devices", "remote_state_sip_username", username)
        others = [each for each in running if each.id != device.id]
        if not others:
            return ""
        # Whose it is, is told to those only whose it is.
        ours = next((each.id for each in others if each.tenant == device.tenant), "")
        return f"device {ours}" if ours else "another tenant's device"

    def _nowhere(self, errand: Errand) -> str:
        """Why nobody may speak to where the device is said to be; empty where one may.

        An address is what a device said, or an operator wrote: it must not make us a client of
        whatever else answers there.
        """
        if not errand.address:
            return "nobody knows its address"
        address = ip_address(errand.address)
        if isinstance(address, IPv6Address) and address.ipv4_mapped:
            address = address.ipv4_mapped
        if self._networks:
            inside = any(address in network for network in self._networks)
            return "" if inside else f"{address} is in none of synchronization.networks"
        return "" if _is_elsewhere(address) else f"{address} can be no device's"


def _is_elsewhere(address: IPv4Address | IPv6Address) -> bool:
    return not (
        address.is_loopback
        or address.is_link_local
        or address.is_multicast
        or address.is_unspecified
        or str(address) == "255.255.255.255"
    )


def _cannot(errand: Errand) -> str:
    """What the device does not understand."""
    way = errand.way
    if errand.reboot and not way.reboot:
        return "the device knows nothing that has it reboot"
    if not errand.reboot and isinstance(way, ActionUrl) and not way.path:
        return "the device can only be rebooted"
    return ""


def _line(raw_config: Mapping[str, Any], runs: str) -> Mapping[str, Any]:
    """The line of the account that it runs, or else the first."""
    lines = raw_config.get("sip_lines") or {}
    in_order = sorted(lines, key=lambda key: (len(key), key))
    for key in in_order:
        if runs and _text(lines[key], "username") == runs:
            return dict(lines[key])
    return dict(lines[in_order[0]]) if in_order else {}


def _server(line: Mapping[str, Any], raw_config: Mapping[str, Any], *roles: str) -> tuple[str, int]:
    for role in roles:
        for place, prefix in ((line, ""), (raw_config, "sip_")):
            host = _text(place, f"{prefix}{role}_ip")
            if host:
                return host, int(place.get(f"{prefix}{role}_port") or 0)
    return "", 0


def _text(place: Mapping[str, Any], key: str) -> str:
    value = place.get(key)
    return value if isinstance(value, str) else ""
