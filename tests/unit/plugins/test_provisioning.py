"""What a device is told of where it fetches, and as whom; and that whoever may have no secrets is not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from twisted.internet.task import Clock

from provd.documents import KINDS, DeviceCredential
from provd.plugins import Advertised, LoadedPlugin, Plugins
from provd.store import MemoryStore
from provd.testing.inquiries import dhcp, http
from provd.testing.plugin_files import ENTRY, acme_device, config_of, write_plugin
from provd.values import Content, Refusal

TEMPLATE = (
    "url: {{ XX_provisioning_url }}\nbase: {{ base_url }}\nhttp: {{ http_base_url }}\n"
    "as: {{ XX_provisioning_username|d('nobody') }} {{ XX_provisioning_password|d('-') }}\n"
)
BASE = "http://192.0.2.1:8667"

DHCP = """
@implementer(IPlugin, IIdentify, IAssociate, IConfigure, IServe, IAnswerDHCP)
class Acme(Acme):
    def dhcp_options(self, asked, view):
        return {66: view.base_url}


PLUGIN = Acme()
"""


class Host:
    """A plugin, a store, and the keys of tenants."""

    def __init__(self, directory: Path) -> None:
        """Tenants have no keys."""
        entry = ENTRY.replace("IAssociate,", "IAnswerDHCP, IAssociate,", 1) + DHCP
        write_plugin(directory / "plugins", entry=entry, files={"templates/phone.tpl": TEMPLATE})
        self.keys: dict[str, str | None] = {}
        advertised = Advertised(f"{BASE}/", 8667, 69, {}, lambda tenant, _at: self.keys[tenant])
        plugins = Plugins(directory / "plugins", directory / "overrides", advertised, Clock())
        self.plugin: LoadedPlugin = plugins.load("acme")
        self.base_url = plugins.base_url
        self.store = MemoryStore(KINDS, Clock())
        self.put("configs", config_of({"ntp_ip": "192.0.2.3"}, revision=0))

    def put(self, collection: str, document: Any) -> None:
        """Keep a document."""
        draft = self.store.draft("test")
        draft.put(collection, document)
        self.store.commit(draft)

    def serve(self, tenant: str = "a") -> Any:
        """The phone's own file."""
        device = acme_device(tenant=tenant, revision=1)
        return self.plugin.serve(http("/00005E005301.cfg"), device, self.store, keep=True)

    def text(self, tenant: str = "a") -> str:
        """It, as text."""
        answer = self.serve(tenant)
        assert isinstance(answer, Content), answer
        return answer.body.decode()


@pytest.fixture
def host(tmp_path: Path) -> Host:
    """Tenant a has a key, b has none and needs none, c has none and needs one."""
    made = Host(tmp_path)
    made.keys.update({"a": "keyOfTenantA", "b": "", "c": None})
    return made


def test_the_key_of_its_tenant_is_in_every_url(host: Host) -> None:
    """Once, after the address; never the word None, never another's."""
    url = f"{BASE}/keyOfTenantA"
    assert host.text().startswith(f"url: {url}\nbase: {url}\nhttp: {url}\n")
    assert host.text("b").startswith(f"url: {BASE}/\nbase: {BASE}/\nhttp: {BASE}/\n")
    assert "None" not in host.text() + host.text("b")


def test_a_tenant_without_the_key_it_needs(host: Host) -> None:
    """Its devices are told nothing, rather than where they will not be let in."""
    answer = host.serve("c")
    assert isinstance(answer, Refusal)
    assert "provisioning key" in answer.reason


def test_who_may_have_no_secrets_has_no_key(host: Host) -> None:
    """The file beside it is the one of a tenant without a key."""
    whole = host.serve()
    assert b"keyOfTenantA" not in whole.without.body
    assert whole.without.body.startswith(f"url: {BASE}\nbase: {BASE}\n".encode())
    assert host.serve("b").without is None


def test_another_key_is_another_file(host: Host) -> None:
    """What was rendered with the one before is not given any more."""
    assert "keyOfTenantA" in host.text()
    host.keys["a"] = "keyOfTomorrow"
    assert "keyOfTomorrow" in host.text()
    assert "keyOfTenantA" not in host.text()


def test_a_device_is_told_its_own_credential(host: Host) -> None:
    """As it is at present: made, replaced and taken back."""
    assert "as: nobody -\n" in host.text("b")
    known = DeviceCredential(
        id="d1", username="d-user", password="first", previous_password="zeroth"
    )
    host.put("credentials", known)
    assert "as: d-user first\n" in host.text("b")
    kept = host.store.get("credentials", "d1")
    host.put("credentials", replace(kept, password="second"))
    assert "as: d-user second\n" in host.text("b")
    assert "second" not in host.serve("b").without.body.decode()
    draft = host.store.draft("test")
    draft.delete("credentials", "d1")
    host.store.commit(draft)
    assert "as: nobody -\n" in host.text("b")


def test_another_devices_is_told_nobody_else(host: Host) -> None:
    """Whatever it is."""
    host.put("credentials", DeviceCredential(id="d2", username="d-user", password="x"))
    assert "as: nobody -\n" in host.text("b")


def test_what_was_rendered_is_given_again(host: Host) -> None:
    """A credential and a key cost no rendering."""
    host.put("credentials", DeviceCredential(id="d1", username="d-user", password="first"))
    assert host.serve() is host.serve()


def test_urls_over_dhcp_have_it_too(host: Host) -> None:
    """And there is what may be told without secrets beside."""
    device = acme_device(tenant="a")
    options = host.plugin.dhcp_options(dhcp("00:00:5e:00:53:01"), device, host.store, keep=True)
    assert options == {66: f"{BASE}/keyOfTenantA".encode()}
    assert options.without == {66: BASE.encode()}


def test_where_a_machine_boots_from(host: Host) -> None:
    """Boot rules lead a device to where it is let in; what nobody knows yet is told no key."""
    asked = http("/x")
    assert host.base_url(asked, acme_device(tenant="a")) == f"{BASE}/keyOfTenantA"
    assert host.base_url(asked, acme_device(tenant="c")) == ""
    assert host.base_url(asked) == f"{BASE}/"
