"""Association: the best plugin, ties in natural order."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from provd.documents import Device
from provd.pipeline import ReverseAlphabeticConflictSolver, natural_key
from provd.pipeline.associate import BasePgAssociator
from provd.sdk import DeviceSupport
from provd.testing.inquiries import core, http
from provd.testing.plugins import MemoryPlugin, acme

AGENT = "Acme A20 00:00:5e:00:53:01 {}"


def plugin_of(version: str, *plugins: MemoryPlugin) -> str | None:
    """The plugin that a phone of that version is given."""
    server = core(*plugins)
    server.inquiries.ask(http(user_agent=AGENT.format(version)))
    return server.devices()[0].plugin


def test_exact_version_wins() -> None:
    """Of two editions of a family, the one for the phone's version."""
    old, new = acme("acme-2.6", "2.6"), acme("acme-3.2", "3.2")
    assert plugin_of("2.6", old, new) == "acme-2.6"
    assert plugin_of("3.2", old, new) == "acme-3.2"


def test_a_tie_goes_to_the_newest() -> None:
    """10.x is newer than 8.x, whatever their spelling."""
    assert plugin_of("9.9", acme("acme-8.9", "8.9"), acme("acme-10.1", "10.1")) == "acme-10.1"
    assert ReverseAlphabeticConflictSolver().solve([]) is None


def test_improbable_is_not_enough() -> None:
    """A plugin that would take anything does not take it by itself."""
    anything = MemoryPlugin("zero", supports=lambda _info: DeviceSupport.IMPROBABLE)
    server = core(anything, documents=[Device(id="a", mac="00:00:5e:00:53:01")])
    server.inquiries.ask(http(neighbour="00:00:5e:00:53:01"))
    assert server.devices()[0].plugin is None


def test_the_device_keeps_its_plugin() -> None:
    """A plugin that is attached stays, even if another would suit better."""
    server = core(
        acme("acme-2.6", "2.6"),
        acme("acme-3.2", "3.2"),
        documents=[Device(id="a", mac="00:00:5e:00:53:01", plugin="acme-2.6")],
    )
    server.inquiries.ask(http(user_agent=AGENT.format("3.2")))
    assert server.devices()[0].plugin == "acme-2.6"


def test_the_base_associator_wants_a_vendor() -> None:
    """Without a vendor there is no telling."""
    assert BasePgAssociator().associate({"model": "A20"}) == DeviceSupport.UNKNOWN


@given(
    st.lists(st.integers(0, 10**6), min_size=1, max_size=4),
    st.lists(st.integers(0, 10**6), min_size=1, max_size=4),
)
def test_versions_order_as_numbers(one: list[int], other: list[int]) -> None:
    """Dotted versions order as the tuples of their numbers."""
    spelled = [".".join(map(str, version)) for version in (one, other)]
    assert (natural_key(spelled[0]) < natural_key(spelled[1])) == (one < other)


def test_a_plugin_that_raises_is_ignored() -> None:
    """A defect in one plugin's association keeps no device from its own; a what-if counts it not."""

    def broken(_info: object) -> int:
        raise RuntimeError

    liar = MemoryPlugin("broken", supports=broken)
    server = core(acme(), liar)
    inquiry = http(user_agent=AGENT.format("1.0"))
    server.inquiries.what_if(inquiry)
    assert liar.failures == 0
    server.inquiries.ask(inquiry)
    assert liar.failures == 1
    assert server.devices()[0].plugin == "acme-1.0"
    [decision] = server.decisions.latest(1)
    assert "plugin broken failed to associate a device" in str(decision.notes)
