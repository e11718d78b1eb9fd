"""What a plugin answers without a device's secrets, beside what it answers with them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from msgspec import Raw
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from provd.plugins import Advertised, LoadedPlugin, Plugins
from provd.testing.inquiries import dhcp, http
from provd.testing.plugin_files import Documents, acme_device, config_of, write_plugin
from provd.values import Content, Redirect, Refusal, RefusalKind

ENTRY = '''
"""Acme phones, with secrets in every kind of answer."""

from twisted.internet.defer import Deferred, succeed
from zope.interface import implementer

from provd.sdk import (
    Content, Format, IAnswerDHCP, IConfigure, IPlugin, IServe, RawConfigError, Redirect
)

ASKED = []
LATER = []


@implementer(IPlugin, IConfigure, IServe, IAnswerDHCP)
class Acme:
    def configure(self, device, raw_config):
        ASKED.append(raw_config["admin_password"])
        raw_config["XX_admin"] = raw_config["admin_password"][::-1]
        if raw_config.get("X_strict") and not raw_config["admin_password"]:
            raise RawConfigError("it has no password")
        if raw_config.get("X_breaks") and not raw_config["admin_password"]:
            raise KeyError("password")

    def serve(self, path, view):
        if path == "plain":
            return view.render(["plain.tpl"], {}, Format.LINES)
        if path == "static":
            return view.file("A20.st")
        if path == "redirect":
            return Redirect("http://192.0.2.1/" + view.raw_config["admin_password"])
        if path == "elsewhere":
            view.raw_config
            return Redirect("http://192.0.2.1/")
        if path == "options":
            return Content(bytes(view.device.options))
        if path == "later":
            LATER.append(Deferred())
            content = view.render(["secret.tpl"], {}, Format.LINES)
            return LATER[-1].addCallback(lambda _none: content)
        return view.render(["secret.tpl"], {}, Format.LINES)

    def dhcp_options(self, asked, view):
        return {66: view.base_url, 160: view.raw_config["admin_password"], 43: b"x"}


PLUGIN = Acme()
'''

FILES = {
    "templates/plain.tpl": "ntp: {{ ntp_ip }}\n",
    "templates/secret.tpl": "ntp: {{ ntp_ip }}\nadmin: {{ XX_admin }}\n",
}
CONFIG = {"ntp_ip": "192.0.2.3", "admin_password": "rosebud"}


@pytest.fixture
def plugin(tmp_path: Path) -> LoadedPlugin:
    """Acme, loaded."""
    write_plugin(tmp_path / "plugins", entry=ENTRY, files=FILES)
    advertised = Advertised("http://192.0.2.1:8667", 8667, 69, {})
    host = Plugins(tmp_path / "plugins", tmp_path / "overrides", advertised, Clock())
    return host.load("acme")


def served(plugin: LoadedPlugin, path: str, config: Mapping[str, Any] = CONFIG, **more: Any) -> Any:
    """The answer to one device."""
    return plugin.serve(http(f"/{path}"), acme_device(**more), documents(config), keep=True)


def documents(config: Mapping[str, Any]) -> Any:
    """A view of one config."""
    return Documents(config_of(config))


def module(plugin: LoadedPlugin) -> Any:
    """The plugin's own module."""
    return __import__("sys").modules[type(plugin._plugin).__module__]


def test_what_is_derived_from_a_secret_is_one(plugin: LoadedPlugin) -> None:
    """The template sees what the plugin's `configure` made of a password; without it, nothing."""
    answer = served(plugin, "secret")
    assert b"admin: dubesor" in answer.body
    assert answer.without.body == b"ntp: 192.0.2.3\nadmin: \n"
    assert answer.without.etag != answer.etag


def test_a_file_without_secrets_is_given_to_all(plugin: LoadedPlugin) -> None:
    """The device has a password, and this file does not tell it."""
    assert served(plugin, "plain").without is None
    assert served(plugin, "static").etag
    assert served(plugin, "elsewhere") == Redirect("http://192.0.2.1/")


def test_nothing_is_asked_twice_where_there_are_no_secrets(plugin: LoadedPlugin) -> None:
    """One render, as ever; the second is the price of secrets alone."""
    asked = module(plugin).ASKED
    served(plugin, "secret", {"admin_password": "", "ntp_ip": "192.0.2.3"})
    assert asked == [""]
    served(plugin, "secret", id="d2")
    assert asked == ["", "rosebud", ""]


def test_both_are_kept_together(plugin: LoadedPlugin) -> None:
    """A hit asks the plugin nothing, and has both; a changed config makes both anew."""
    view = documents(CONFIG)
    first = plugin.serve(http("/secret"), acme_device(), view, keep=True)
    asked = list(module(plugin).ASKED)
    assert plugin.serve(http("/secret"), acme_device(), view, keep=True) is first
    assert asked == module(plugin).ASKED
    view.put(config_of({**CONFIG, "ntp_ip": "192.0.2.4"}, revision=6))
    anew: Any = plugin.serve(http("/secret"), acme_device(), view, keep=True)
    assert anew.without.body == b"ntp: 192.0.2.4\nadmin: \n"


def test_a_redirect_may_tell_a_secret(plugin: LoadedPlugin) -> None:
    """Its location is what there would be without."""
    answer = served(plugin, "redirect")
    assert answer == Redirect("http://192.0.2.1/rosebud", Redirect("http://192.0.2.1/"))


def test_options_of_a_device_are_judged_too(plugin: LoadedPlugin) -> None:
    """A plugin may read them without any config."""
    options = Raw(b'{"X_pin":"4711","X_ring":"loud"}')
    answer = served(plugin, "options", options=options)
    assert b"4711" in answer.body
    assert b"4711" not in answer.without.body
    assert b"loud" in answer.without.body
    assert served(plugin, "options", options=Raw(b'{"X_ring":"loud"}')).without is None


@pytest.mark.parametrize("how", ["X_strict", "X_breaks"])
def test_a_plugin_that_cannot_do_without(plugin: LoadedPlugin, how: str) -> None:
    """What there is without secrets is a refusal then, like that of an unknown file; no failure is counted."""
    answer = served(plugin, "secret", {**CONFIG, how: "yes"})
    assert b"dubesor" in answer.body
    assert isinstance(answer.without, Refusal)
    assert answer.without.kind is RefusalKind.NOT_FOUND
    assert plugin.failures == 0


def test_an_answer_that_comes_later(plugin: LoadedPlugin) -> None:
    """Both come, one after the other."""
    answer = served(plugin, "later")
    assert isinstance(answer, Deferred)
    found: list[Any] = []
    answer.addCallback(found.append)
    for _times in range(2):
        module(plugin).LATER.pop().callback(None)
    [content] = found
    assert isinstance(content, Content)
    assert b"dubesor" in content.body
    assert b"admin: \n" in content.without.body


def test_an_answer_that_never_comes_without(plugin: LoadedPlugin) -> None:
    """Whoever may have the secrets has them; the others get a refusal."""
    answer = served(plugin, "later")
    found: list[Any] = []
    answer.addCallback(found.append)
    module(plugin).LATER.pop().callback(None)
    module(plugin).LATER.pop().errback(RuntimeError("it is on fire"))
    assert found[0].without.kind is RefusalKind.NOT_FOUND
    assert plugin.failures == 0


def test_dhcp_options_that_tell_secrets(plugin: LoadedPlugin) -> None:
    """Each is judged by itself."""
    told = plugin.dhcp_options(
        dhcp("00:00:5e:00:53:01"), acme_device(), documents(CONFIG), keep=True
    )
    assert told.secret == {160}
    assert told[160] == b"rosebud"
    assert told.without == {66: b"http://192.0.2.1:8667", 160: b"", 43: b"x"}


def test_dhcp_options_without_secrets(plugin: LoadedPlugin) -> None:
    """They are the same for everybody."""
    config = {"admin_password": "", "ntp_ip": "192.0.2.3"}
    told = plugin.dhcp_options(
        dhcp("00:00:5e:00:53:01"), acme_device(), documents(config), keep=True
    )
    assert told.without is told
    assert not told.secret
