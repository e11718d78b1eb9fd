"""The modules that legacy plugin code sees, and the `__import__` that shows it to them.

Both names (`wazo_provd`, and `provd` before 2024) lead to one set of module objects, which are in
`sys.modules` under neither: this project's own modules are nobody's business there, and nothing is shadowed.
"""

from __future__ import annotations

import builtins
from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any

from provd.compat.surface import (
    plugins,
    services,
    synchronize,
    tzinform,
    tzinform_iso,
    util,
)
from provd.compat.surface.devices import config, ident, pgasso
from provd.compat.surface.servers import http, http_site
from provd.compat.surface.servers.tftp import packet, service

ROOTS = frozenset({"wazo_provd", "provd"})

_MODULES: Mapping[str, ModuleType] = {
    "plugins": plugins,
    "services": services,
    "synchronize": synchronize,
    "tzinform": tzinform,
    "util": util,
    "devices.config": config,
    "devices.ident": ident,
    "devices.pgasso": pgasso,
    "servers.http": http,
    "servers.http_site": http_site,
    "servers.tftp.packet": packet,
    "servers.tftp.service": service,
}


class Namespace:
    """One view of the modules: what differs between plugins is which `tzinform` they get."""

    def __init__(self, *, weeks_from_monday: bool = False) -> None:
        modules = dict(_MODULES)
        if weeks_from_monday:
            modules["tzinform"] = tzinform_iso
        self._modules: dict[str, ModuleType] = {"": ModuleType("wazo_provd")}
        for path, module in modules.items():
            self._place(path, module)
        self.builtins: Mapping[str, Any] = {**vars(builtins), "__import__": self.import_}
        """What plugin code is executed with."""

    def _place(self, path: str, module: ModuleType) -> None:
        """Make a module an attribute of its package, and the packages where they are missing."""
        package, _, name = path.rpartition(".")
        if package not in self._modules:
            self._place(package, ModuleType(f"wazo_provd.{package}"))
        self._modules[path] = module
        setattr(self._modules[package], name, module)

    def import_(
        self,
        name: str,
        globals: Mapping[str, Any] | None = None,  # noqa: A002 - the names of builtins.__import__
        locals: Mapping[str, Any] | None = None,  # noqa: A002 - the same
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> ModuleType:
        """`__import__` for plugin code.

        @raise ImportError: a module of ours that plugins have no name for.
        """
        root, _, path = name.partition(".")
        if level or root not in ROOTS:
            return builtins.__import__(name, globals, locals, fromlist or (), level)
        module = self._modules.get(path)
        if module is None:
            raise ImportError(f"{name} is nothing that provd offers to plugins", name=name)
        return module if fromlist else self._modules[""]


FROM_SUNDAY = Namespace()
FROM_MONDAY = Namespace(weeks_from_monday=True)


def namespace_of(plugin_id: str) -> Namespace:
    """The view of one plugin: Yealink's count weekdays from Monday, as the field's last release does."""
    return FROM_MONDAY if "yealink" in plugin_id.lower() else FROM_SUNDAY
