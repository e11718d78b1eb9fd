"""What plugin code can import, under which names, and what nobody else sees of it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

import provd.plugins
from provd.compat.execution import NoPluginClass, execute, plugin_class
from provd.compat.namespace import FROM_MONDAY, FROM_SUNDAY, namespace_of
from provd.testing.legacy import write_plugin

NAMES = {
    "plugins": (
        *("StandardPlugin", "TemplatePluginHelper", "FetchfwPluginHelper", "Plugin"),
        *("add_xivo_phonebook_url", "add_xivo_phonebook_url_from_format"),
        "add_wazo_phoned_user_service_url",
    ),
    "devices.pgasso": ("BasePgAssociator", "DeviceSupport"),
    "devices.ident": ("RequestType", "DHCPRequest"),
    "devices.config": ("RawConfigError",),
    "servers.http": ("HTTPNoListingFileService",),
    "servers.http_site": ("Request",),
    "servers.tftp.service": ("TFTPFileService", "TFTPRequest", "TFTPNullService"),
    "servers.tftp.packet": ("Packet",),
    "util": ("norm_mac", "format_mac", "norm_uuid", "is_normed_uuid"),
    "services": (
        *("JsonConfigPersister", "PersistentConfigureServiceDecorator"),
        "PersistentConfigurationServiceDecorator",
    ),
    "synchronize": ("standard_sip_synchronize",),
    "tzinform": ("get_timezone_info", "TimezoneNotFoundError", "week_start_on_monday", "Time"),
}
"""What the plugins of the field import."""


def imported(code: str, plugin_id: str = "acme") -> dict[str, Any]:
    """What executing `code` as a plugin's leaves in its globals."""
    variables: dict[str, Any] = {"__builtins__": namespace_of(plugin_id).builtins}
    exec(code, variables)
    return variables


@pytest.mark.parametrize("root", ["wazo_provd", "provd"])
@pytest.mark.parametrize("module", NAMES)
def test_every_name_of_the_field_is_there(root: str, module: str) -> None:
    """Under the present name, and under the one before it."""
    for name in NAMES[module]:
        assert name in imported(f"from {root}.{module} import {name}")


@pytest.mark.parametrize("module", NAMES)
def test_both_roots_lead_to_one_module(module: str) -> None:
    """A service that is registered under one is there under the other."""
    found = imported(f"import wazo_provd.{module}, provd.{module}")
    new, old = found["wazo_provd"], found["provd"]
    for part in module.split("."):
        new, old = getattr(new, part), getattr(old, part)
    assert new is old


def test_nothing_is_shadowed() -> None:
    """The plugin's `provd.plugins` is another one than ours, which stays what it is."""
    theirs = imported("from provd import plugins")["plugins"]
    assert provd.plugins is not theirs
    assert theirs.StandardPlugin is not None
    assert "wazo_provd" not in sys.modules


@pytest.mark.parametrize("name", ["provd.store", "wazo_provd.nothing", "provd.compat.surface"])
def test_our_own_rooms_are_not_offered(name: str) -> None:
    """Legacy code reaches nothing that it has no name for."""
    with pytest.raises(ImportError, match="offers to plugins"):
        imported(f"import {name}")


def test_a_name_that_no_module_has() -> None:
    """It is missing as in any module."""
    with pytest.raises(ImportError):
        imported("from wazo_provd.util import nonsense")


def test_libraries_are_the_real_ones() -> None:
    """What is not ours is imported as everywhere."""
    assert (
        imported("from twisted.internet import defer")["defer"]
        is sys.modules["twisted.internet.defer"]
    )


def test_yealink_counts_weekdays_from_monday() -> None:
    """Its plugins were rewritten for that; all others were not."""
    assert namespace_of("wazo-yealink-v86") is FROM_MONDAY
    assert namespace_of("wazo-snom-10.1") is FROM_SUNDAY


def test_the_class_of_a_directory(tmp_path: Path) -> None:
    """The first that is a plugin and says so; what it is built on says nothing."""
    assert plugin_class(write_plugin(tmp_path)).__name__ == "AcmePlugin"


def test_a_directory_without_one(tmp_path: Path) -> None:
    """The error names the file."""
    directory = write_plugin(tmp_path, entry="x = 1\n")
    with pytest.raises(NoPluginClass, match=r"entry\.py has no class"):
        plugin_class(directory)


def test_execfile_into_a_dictionary_and_into_the_entry_itself(tmp_path: Path) -> None:
    """By position, by keyword, or not at all."""
    (tmp_path / "common.py").write_text("value = 1\n")
    for call, where in (
        ("d = {}\nexecfile_('common.py', d)", "d"),
        ("d = {}\nexecfile_('common.py', globals=d)", "d"),
        ("execfile_('common.py')", ""),
    ):
        (tmp_path / "entry.py").write_text(call)
        found = execute(tmp_path / "entry.py", FROM_SUNDAY, {})
        assert (found[where] if where else found)["value"] == 1
