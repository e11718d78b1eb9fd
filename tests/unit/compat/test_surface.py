"""The small things that plugins import: spellings, services, phone books, associations, templates."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import TemplateNotFound
from jinja2.exceptions import SecurityError

from provd.compat.surface import plugins, services, util
from provd.compat.surface.devices.pgasso import BasePgAssociator, DeviceSupport
from provd.compat.surface.plugins import FetchfwPluginHelper, Plugin, TemplatePluginHelper
from provd.compat.surface.services import JsonConfigPersister, PersistentConfigureServiceDecorator
from provd.testing.legacy import write_plugin

UUID = "0123abcd-0123-4567-89ab-0123456789ab"
USER = {"X_xivo_phonebook_ip": "192.0.2.8", "X_xivo_user_uuid": "u1"}


@given(st.binary(min_size=6, max_size=6))
def test_mac_addresses_both_ways(octets: bytes) -> None:
    """However a phone spells one."""
    normal = octets.hex(":")
    for separator in (":", "-", ""):
        for uppercase in (False, True):
            spelled = util.format_mac(normal, separator=separator, uppercase=uppercase)
            assert util.norm_mac(spelled) == normal
    assert util.is_normed_mac(normal)


def test_what_is_no_mac_address() -> None:
    """It is refused."""
    assert not util.is_normed_mac("00-00-5E-00-53-01")
    with pytest.raises(ValueError, match="MAC"):
        util.norm_mac("nonsense")


def test_uuids() -> None:
    """Lower case, with hyphens."""
    assert util.norm_uuid(UUID.upper().replace("-", "")) == UUID
    assert util.is_normed_uuid(UUID)
    assert not util.is_normed_uuid(UUID.upper())
    with pytest.raises(ValueError, match="no UUID"):
        util.norm_uuid("nonsense")


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ({}, None),
        ({"X_xivo_phonebook_ip": "192.0.2.8"}, None),
        (
            USER,
            "http://192.0.2.8:9498/0.1/directories/lookup/default/acme?a=1&xivo_user_uuid=u1&b=2",
        ),
        (
            USER | {"X_xivo_phonebook_scheme": "https", "X_xivo_phonebook_port": 443},
            "https://192.0.2.8:443/0.1/directories/lookup/default/acme?a=1&xivo_user_uuid=u1&b=2",
        ),
    ],
)
def test_phone_books(given: dict[str, Any], url: str | None) -> None:
    """There is one where its address and the user are known."""
    raw_config = dict(given)
    plugins.add_xivo_phonebook_url(raw_config, "acme", "lookup", "a=1", "b=2")
    assert raw_config.get("XX_xivo_phonebook_url") == url


def test_phone_books_by_format() -> None:
    """With everything that may be in one."""
    raw_config: dict[str, Any] = dict(USER)
    form = "{scheme} {hostname} {port} {profile} {user_uuid}"
    plugins.add_xivo_phonebook_url_from_format(raw_config, form)
    assert raw_config["XX_xivo_phonebook_url"] == "http 192.0.2.8 9498 default u1"


def test_services_of_a_user() -> None:
    """One URL to turn it on, one to turn it off."""
    raw_config: dict[str, Any] = dict(USER)
    plugins.add_wazo_phoned_user_service_url(raw_config, "acme", "dnd")
    base = "http://192.0.2.8:9498/0.1/acme/users/u1/services/dnd"
    assert raw_config["XX_wazo_phoned_user_service_dnd_enabled_url"] == f"{base}/enable"
    assert raw_config["XX_wazo_phoned_user_service_dnd_disabled_url"] == f"{base}/disable"
    nothing: dict[str, Any] = {}
    plugins.add_wazo_phoned_user_service_url(nothing, "acme", "dnd")
    assert nothing == {}


class Associator(BasePgAssociator):
    def _do_associate(self, vendor: str, model: str | None, version: str | None) -> int:
        return DeviceSupport.EXACT if (vendor, model, version) == ("A", "B", None) else 42


def test_associators_are_asked_about_vendors() -> None:
    """Without a vendor nothing is known; what is missing beside it is None."""
    assert Associator().associate({"model": "B"}) == DeviceSupport.UNKNOWN == 200
    assert Associator().associate({"vendor": "A", "model": "B"}) == DeviceSupport.EXACT == 600
    assert Associator().associate({"vendor": "C"}) == 42


def test_levels_are_numbers_and_have_values() -> None:
    """Plugins add a little to a level, some to the level itself and some to its value."""
    assert DeviceSupport.PROBABLE.value + 10 == DeviceSupport.PROBABLE + 10 == 310


class Zenitel:
    """A configuration service as a plugin of the field writes it: without more arguments than it needs."""

    description = (("username", "The name"),)

    def __init__(self) -> None:
        self.values: dict[str, Any] = {"username": None}

    def get(self, name: str) -> Any:
        return self.values[name]

    def set(self, name: str, value: Any) -> None:
        if name not in self.values:
            raise KeyError(name)
        self.values[name] = value


def test_a_service_that_outlives_the_process(tmp_path: Path) -> None:
    """What is set is there for the next one, and nobody else can read the file."""
    path = tmp_path / "config.json"
    service = PersistentConfigureServiceDecorator(Zenitel(), JsonConfigPersister(str(path)))
    service.set("username", "ann")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    again = PersistentConfigureServiceDecorator(Zenitel(), JsonConfigPersister(str(path)))
    assert (again.get("username"), again.description) == ("ann", Zenitel.description)
    with pytest.raises(KeyError):
        again.set("nonsense", "x")


def test_parameters_that_are_attributes_and_items() -> None:
    """Checked before they are set; None removes an item."""

    def check(value: Any) -> None:
        if value == "bad":
            raise services.InvalidParameterError(value)

    class Holder:
        name = "first"

    values: dict[str, Any] = {}
    service = services.BaseConfigurationService(
        {
            "attribute": services.AttrConfigurationServiceParameter(Holder(), "name", "A", check),
            "item": services.DictConfigurationServiceParameter(values, "key", "B", check),
        }
    )
    assert service.description == [("attribute", "A"), ("item", "B")]
    assert (service.get("attribute"), service.get("item")) == ("first", None)
    service.set("item", "value")
    assert values == {"key": "value"}
    service.set("item", None)
    assert values == {}
    for name in ("attribute", "item"):
        with pytest.raises(services.InvalidParameterError):
            service.set(name, "bad")


def test_what_a_plugin_is_by_itself(tmp_path: Path) -> None:
    """Nothing is served, nothing is secret, and nobody can be synchronized."""
    plugin = Plugin(None, str(write_plugin(tmp_path)), {}, {})
    assert plugin.info["version"] == "1.0"
    assert (plugin.http_service, plugin.tftp_service, plugin.services) == (None, None, {})
    assert plugin.get_remote_state_trigger_filename({}) is None
    assert not plugin.is_sensitive_filename("x")
    failures: list[Any] = []
    plugin.synchronize({}, {}).addErrback(failures.append)
    assert failures


def test_packages_have_a_place(tmp_path: Path) -> None:
    """A plugin may move where they are installed, and give passwords for their servers."""
    downloaders = FetchfwPluginHelper.new_downloaders({"http": "http://proxy"})
    downloaders["auth"].add_password(None, "https://vendor", "user", "password")
    downloaders["auth"].add_password(None, "https://vendor", None, None)
    assert len(downloaders["auth"].passwords) == 1
    helper = FetchfwPluginHelper(str(tmp_path), downloaders)
    assert helper.root_dir == f"{tmp_path}/var/tftpboot"
    assert helper.services() == {"install": helper}


@pytest.fixture
def templates(tmp_path: Path) -> TemplatePluginHelper:
    """A few, some of them an administrator's."""
    for name, text in {
        "templates/base.tpl": "base {{ value }}",
        "templates/A20.tpl": "model",
        "var/templates/own.cfg.tpl": "own",
        "var/templates/A21.tpl": "override",
        "templates/A21.tpl": "shipped",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return TemplatePluginHelper(str(tmp_path))


@pytest.mark.parametrize(
    ("filename", "device", "text"),
    [
        ("own.cfg", {"model": "A20"}, b"own"),
        ("other.cfg", {"model": "A20"}, b"model"),
        ("other.cfg", {"model": "A21"}, b"override"),
        ("other.cfg", {"model": "A22"}, b"base "),
        (None, {}, b"base "),
    ],
)
def test_which_template(
    templates: TemplatePluginHelper, filename: str | None, device: dict[str, str], text: bytes
) -> None:
    """The device's own, its model's, that of all; an administrator's before a shipped one."""
    assert templates.render(templates.get_dev_template(filename, device), {}) == text


def test_no_template(templates: TemplatePluginHelper) -> None:
    """It is said which."""
    with pytest.raises(TemplateNotFound, match="nothing"):
        templates.get_template("nothing.tpl")


def test_files_are_written_whole(templates: TemplatePluginHelper, tmp_path: Path) -> None:
    """In the encoding that is asked for; what cannot be written leaves what was there."""
    path = tmp_path / "file"
    template = templates.get_template("base.tpl")
    templates.dump(template, {"value": "é"}, str(path), "ISO-8859-1")
    assert path.read_bytes() == b"base \xe9"
    with pytest.raises(UnicodeEncodeError):
        templates.dump(template, {"value": "€"}, str(path), "ISO-8859-1")
    assert path.read_bytes() == b"base \xe9"
    templates.dump(template, {"value": "€"}, str(path), "ISO-8859-1", errors="replace")
    assert path.read_bytes() == b"base ?"
    assert [each.name for each in tmp_path.iterdir() if each.suffix == ".tmp"] == []


def test_templates_reach_nothing(tmp_path: Path) -> None:
    """What an operator writes into one runs in a sandbox."""
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "evil.tpl").write_text(
        "{{ ''.__class__.__mro__[1].__subclasses__() }}"
    )
    helper = TemplatePluginHelper(str(tmp_path))
    with pytest.raises(SecurityError):
        helper.render(helper.get_template("evil.tpl"), {})
