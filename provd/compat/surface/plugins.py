"""`plugins`: what a plugin's class is built on, and helpers for its templates, packages and phone books."""

from __future__ import annotations

import contextlib
import json
import logging
import os
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from jinja2 import Template, TemplateNotFound
from twisted.internet.defer import Deferred, fail

from provd.compat.templates import Templates

logger = logging.getLogger("plugins")

INFO = "plugin-info"
PKG_DIR, CACHE_DIR, INSTALLED_DIR = "pkgs", "var/cache", "var/installed"
TFTPBOOT_DIR = "var/tftpboot"
_PHONEBOOK_SCHEME, _PHONEBOOK_PORT, _PHONEBOOK_PROFILE = "http", 9498, "default"


_rehearsed: ContextVar[Callable[[str, bytes], None] | None] = ContextVar(
    "provd.compat.rehearsed", default=None
)


@contextlib.contextmanager
def dumped(files: dict[str, bytes] | None, directory: Path) -> Iterator[None]:
    """Have what templates make put into `files`, by path below `directory`, and not written; None: written."""
    if files is None:
        yield
        return

    def rehearse(filename: str, body: bytes) -> None:
        files[str(Path(filename).relative_to(directory))] = body

    token = _rehearsed.set(rehearse)
    try:
        yield
    finally:
        _rehearsed.reset(token)


class Plugin:
    """A family of devices. A subclass of it with a true `IS_PLUGIN` is what a directory offers."""

    IS_PLUGIN = False
    id: str | None = None
    http_dev_info_extractor: Any = None
    tftp_dev_info_extractor: Any = None
    dhcp_dev_info_extractor: Any = None
    http_service: Any = None
    tftp_service: Any = None
    pg_associator: Any = None

    def __init__(
        self, app: Any, plugin_dir: str, gen_cfg: Mapping[str, Any], spec_cfg: Mapping[str, Any]
    ) -> None:
        del app, gen_cfg, spec_cfg
        self._plugin_dir = plugin_dir
        self._services: dict[str, Any] = {}

    @property
    def services(self) -> dict[str, Any]:
        """What can be installed (`install`) and set (`configure`)."""
        return self._services

    @services.setter
    def services(self, services: dict[str, Any]) -> None:
        self._services = services

    @property
    def info(self) -> dict[str, Any]:
        """Its plugin-info."""
        with Path(self._plugin_dir, INFO).open("rb") as file:
            return json.load(file)  # type: ignore[no-any-return]  # an object: it was parsed before

    def load(self) -> None:
        """For subclasses; nobody calls it."""

    def close(self) -> None:
        """Called once nothing is asked of it any more."""

    def configure_common(self, raw_config: dict[str, Any]) -> None:
        """Write the files that all devices share."""

    def configure(self, device: dict[str, Any], raw_config: dict[str, Any]) -> None:
        """Write the files of one device."""

    def deconfigure(self, device: dict[str, Any]) -> None:
        """Remove them; again does nothing."""

    def synchronize(self, device: dict[str, Any], raw_config: dict[str, Any]) -> Deferred[None]:
        """Have the device fetch them again."""
        del device, raw_config
        return fail(Exception("operation not supported"))

    def get_remote_state_trigger_filename(self, device: dict[str, Any]) -> str | None:
        """The file by which a device is told its SIP accounts; None where there is none."""
        del device
        return None

    def is_sensitive_filename(self, filename: str) -> bool:
        """Whether a file of that name tells secrets."""
        del filename
        return False


class StandardPlugin(Plugin):
    """A plugin whose devices are served from `var/tftpboot`."""

    def __init__(
        self, app: Any, plugin_dir: str, gen_cfg: Mapping[str, Any], spec_cfg: Mapping[str, Any]
    ) -> None:
        super().__init__(app, plugin_dir, gen_cfg, spec_cfg)
        self._tftpboot_dir = os.path.join(plugin_dir, TFTPBOOT_DIR)  # noqa: PTH118 - plugins join texts to it


class TemplatePluginHelper:
    """A plugin's templates; those of administrators, in `var/templates`, go before its own."""

    def __init__(self, plugin_dir: str) -> None:
        self._templates = Templates(Path(plugin_dir))

    def get_template(self, name: str) -> Template:
        """A template by its name. @raise TemplateNotFound: there is none."""
        return self._templates.get(name)

    def get_dev_template(self, filename: str | None, device: Mapping[str, Any]) -> Template:
        """The template of a device's own file, of its model, or of all.

        @raise TemplateNotFound: there is none of these.
        """
        candidates = [f"{filename}.tpl"] if filename else []
        if "model" in device:
            candidates.append(f"{device['model']}.tpl")
        for name in candidates:
            try:
                return self._templates.get(name)
            except TemplateNotFound:
                continue
        return self._templates.get("base.tpl")

    def dump(
        self,
        template: Template,
        context: Mapping[str, Any],
        filename: str,
        encoding: str = "UTF-8",
        errors: str = "strict",
    ) -> None:
        """Write what a template makes of `context`, whole or not at all."""
        body = template.render(context).encode(encoding, errors)
        rehearsed = _rehearsed.get()
        if rehearsed is not None:
            rehearsed(filename, body)
            return
        beside = Path(f"{filename}.tmp")
        beside.write_bytes(body)
        beside.replace(filename)

    def render(
        self,
        template: Template,
        context: Mapping[str, Any],
        encoding: str = "UTF-8",
        errors: str = "replace",
    ) -> bytes:
        """What a template makes of `context`."""
        return template.render(context).encode(encoding, errors)


class _Downloader:
    """Where passwords for vendors' servers are put."""

    def __init__(self) -> None:
        self.passwords: list[tuple[Any, ...]] = []

    def add_password(
        self, realm: str | None, uri: Any, user: str | None, passwd: str | None
    ) -> None:
        """Remember a password; without both there is none."""
        if user is not None and passwd is not None:
            self.passwords.append((realm, uri, user, passwd))


class FetchfwPluginHelper:
    """A plugin's packages of firmware: where they are described, kept, and installed."""

    PKG_DIR = PKG_DIR
    CACHE_DIR = CACHE_DIR
    INSTALLED_DIR = INSTALLED_DIR
    TFTPBOOT_DIR = TFTPBOOT_DIR

    def __init__(
        self,
        plugin_dir: str,
        downloaders: Mapping[str, Any] | None = None,
        filter_builder: Any = None,
    ) -> None:
        self.plugin_dir = plugin_dir
        self.downloaders = downloaders if downloaders is not None else self.new_downloaders()
        self.filter_builder = filter_builder
        self.root_dir = os.path.join(plugin_dir, self.TFTPBOOT_DIR)  # noqa: PTH118 - plugins join texts to it

    @classmethod
    def new_handlers(cls, proxies: Mapping[str, str] | None = None) -> list[Any]:
        """Nothing: provd fetches by itself."""
        del proxies
        return []

    @classmethod
    def new_downloaders_from_handlers(cls, handlers: Any = None) -> dict[str, Any]:
        """What `new_downloaders` gives."""
        del handlers
        return cls.new_downloaders()

    @classmethod
    def new_downloaders(cls, proxies: Mapping[str, str] | None = None) -> dict[str, Any]:
        """`auth`, which takes passwords, and `default`."""
        del proxies
        return {"auth": _Downloader(), "default": _Downloader()}

    def services(self) -> dict[str, Any]:
        """What `Plugin.services` is set to."""
        return {"install": self}


def add_xivo_phonebook_url(
    raw_config: dict[str, Any],
    vendor: str,
    entry_point: str = "input",
    qs_prefix: str = "",
    qs_suffix: str = "",
) -> None:
    """Set `XX_xivo_phonebook_url` where there is a phone book."""
    first, last = qs_prefix and qs_prefix + "&", qs_suffix and "&" + qs_suffix
    add_xivo_phonebook_url_from_format(
        raw_config,
        "{scheme}://{hostname}:{port}/0.1/directories/"
        f"{entry_point}/default/{vendor}?{first}"
        "xivo_user_uuid={user_uuid}"
        f"{last}",
    )


def add_xivo_phonebook_url_from_format(raw_config: dict[str, Any], url_format: str) -> None:
    """Set `XX_xivo_phonebook_url` to a text with `{scheme} {hostname} {port} {profile} {user_uuid}` in it."""
    where = _phone_book(raw_config)
    if where is not None:
        raw_config["XX_xivo_phonebook_url"] = url_format.format(**where)


def add_wazo_phoned_user_service_url(raw_config: dict[str, Any], vendor: str, service: str) -> None:
    """Set the URLs by which a phone turns a service of its user on and off."""
    where = _phone_book(raw_config)
    if where is None:
        return
    server = "{scheme}://{hostname}:{port}/0.1".format(**where)
    base = f"{server}/{vendor}/users/{where['user_uuid']}/services/{service}"
    for word in ("enable", "disable"):
        raw_config[f"XX_wazo_phoned_user_service_{service}_{word}d_url"] = f"{base}/{word}"


def _phone_book(raw_config: Mapping[str, Any]) -> dict[str, Any] | None:
    """Where a user's phone book is, in the words of its formats; None where there is none, or no user."""
    hostname, user_uuid = raw_config.get("X_xivo_phonebook_ip"), raw_config.get("X_xivo_user_uuid")
    if not hostname:
        return None
    if not user_uuid:
        logger.warning("there is no phone book without X_xivo_user_uuid")
        return None
    return {
        "scheme": raw_config.get("X_xivo_phonebook_scheme", _PHONEBOOK_SCHEME),
        "hostname": hostname,
        "port": raw_config.get("X_xivo_phonebook_port", _PHONEBOOK_PORT),
        "profile": _PHONEBOOK_PROFILE,
        "user_uuid": user_uuid,
    }
