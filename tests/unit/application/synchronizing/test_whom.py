"""Whom an operation tells, and where: the account that a phone really runs, at the address that is its own."""

from __future__ import annotations

import pytest
from msgspec import structs

from provd.application.synchronizing import SynchronizationSettings
from provd.documents import Lease
from provd.testing.inquiries import http
from provd.testing.synchronizing_site import URL, Site
from provd.values import (
    ActionUrl,
    Content,
    Decision,
    Errand,
    Level,
    Notify,
    Outcome,
    Verdict,
)


def test_the_account_that_it_really_runs() -> None:
    """Kept from the file with its accounts, when that was fetched; the config may say another by now."""
    site = Site()
    site.comes_back()
    shown = site.made.ask("GET", f"{URL}/phone-0001").json
    assert shown["remote_state_sip_username"] == "u1"
    site.plugin.raw = {"sip_lines": {"1": {"username": "u2", "password": "other"}}}
    site.synchronize()
    site.run(1)
    account = site.sip.told[0].account
    assert (account.username, account.password, account.shared_by) == ("u1", "", "")


def test_an_account_of_two_phones() -> None:
    """A driver that asks for the account is told that another device would be reached, too."""
    site = Site(2)
    site.comes_back(1)
    site.comes_back(2)
    site.synchronize(1)
    site.run(1)
    assert site.sip.told[0].account.shared_by == "device phone-0002"
    theirs = site.made.core.store.get("devices", "phone-0002")
    site.made.core.keep(structs.replace(theirs, tenant="theirs"))
    site.synchronize(1)
    site.run(1)
    assert site.sip.told[1].account.shared_by == "another tenant's device"


def test_what_the_config_says() -> None:
    """A config may choose the driver and the event, or that a device is left alone."""
    site = Site(raw={"X_synchronize_by": "http"}, understands=(Notify(), ActionUrl(path="/sync")))
    site.synchronize()
    site.run(1)
    assert [errand.way for errand in site.http.told] == [ActionUrl(path="/sync")]
    site.plugin.raw = {"X_synchronize_event": "resync"}
    site.synchronize()
    site.run(1)
    assert site.sip.told[-1].way == Notify(event="resync")
    site.plugin.raw = {"X_synchronize_by": "none"}
    operation = site.synchronize()
    site.run(1)
    assert "X_synchronize_by" in site.operation(operation)["reason"]


def test_a_reboot() -> None:
    """Only by what has the device reboot."""
    site = Site()
    site.synchronize(reboot=True)
    site.run(1)
    assert not site.sip.told
    [errand] = site.http.told
    assert errand.reboot


@pytest.mark.parametrize(
    ("ip", "networks", "why"),
    [
        (None, (), "nobody knows its address"),
        ("127.0.0.1", (), "can be no device's"),
        ("::ffff:127.0.0.1", (), "can be no device's"),
        ("169.254.169.254", (), "can be no device's"),
        ("224.0.0.1", (), "can be no device's"),
        ("fe80::1", (), "can be no device's"),
        ("198.51.100.7", ("192.0.2.0/24",), "in none of synchronization.networks"),
    ],
)
def test_nobody_is_spoken_to_elsewhere(ip: str, networks: tuple[str, ...], why: str) -> None:
    """Whatever an address claims to be, it makes us a client of no other server."""
    site = Site(settings=SynchronizationSettings(networks=networks))
    there = site.made.core.store.get("devices", "phone-0001")
    site.made.core.keep(structs.replace(there, ip=ip))
    operation = site.synchronize()
    site.run(1)
    assert not site.sip.told
    assert not site.http.told
    assert why in site.operation(operation)["reason"]


def errand_of(site: Site) -> Errand:
    """What a driver is told of the phone."""
    operation = site.synchronize()
    site.run(1)
    site.made.ask("POST", f"/api/v1/operations/{operation}/actions/cancel", {})
    errand: Errand = site.sip.told[-1]
    return errand


def test_where_a_device_is_known_to_be() -> None:
    """Not because it says so: it has to have proved itself there, or to have a lease; or networks are named."""
    site = Site()
    site.comes_back()
    assert not errand_of(site).proved
    device = site.made.core.store.get("devices", "phone-0001")
    proved = http("/x", peer=device.ip)
    observe = site.made.operators.synchronizing.observe
    observe(Decision(proved, device=device, level=Level.NETWORK))
    assert errand_of(site).proved
    site.made.core.keep(structs.replace(device, ip="192.0.2.99"))
    assert not errand_of(site).proved
    store, now = site.made.core.store, int(site.clock.seconds())
    for holder, until, known in (
        ("another", now + 3600, False),
        ("phone-0001", now, False),
        ("phone-0001", now + 3600, True),
    ):
        draft = store.draft("test")
        before = draft.read("leases", "192.0.2.99")
        lease = before or Lease(id="192.0.2.99")
        draft.put("leases", structs.replace(lease, device=holder, until=until))
        store.commit(draft)
        assert errand_of(site).proved is known
    named = Site(settings=SynchronizationSettings(networks=("192.0.2.0/24",)))
    assert errand_of(named).proved


def test_a_file_without_its_accounts_is_no_sign_of_an_account() -> None:
    """Whoever is given what tells no secrets runs no account of it."""
    site = Site()
    device = site.made.core.store.get("devices", "phone-0001")
    without = Decision(
        http("/phone.cfg", peer=device.ip),
        device=device,
        answer=Content(b"#", "text/plain"),
        verdict=Verdict("p", Outcome.REDACTED, "why"),
    )
    site.made.operators.synchronizing.observe(without)
    shown = site.made.ask("GET", f"{URL}/phone-0001").json
    assert not shown.get("remote_state_sip_username")


def test_an_account_needs_no_address() -> None:
    """Whom a driver does not ask at its address may have none."""
    site = Site()
    site.sip.by_address = False
    there = site.made.core.store.get("devices", "phone-0001")
    site.made.core.keep(structs.replace(there, ip=None))
    site.synchronize()
    site.run(1)
    assert [errand.address for errand in site.sip.told] == [""]


def test_where_nothing_can_be_said() -> None:
    """Each driver's reason is told."""
    site = Site(understands=(Notify(),))
    site.sip.refuses = "it is Monday"
    operation = site.synchronize()
    site.run(1)
    reason = site.operation(operation)["reason"]
    assert "sip: it is Monday" in reason
    assert "ami: it is not set up" in reason
    assert "http: the device understands nothing that it could say" in reason
