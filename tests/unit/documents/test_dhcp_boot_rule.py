"""Boot rules: what one may say, whom it is about, and those that are shipped."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provd.documents import to_dict
from provd.documents.dhcp import (
    FEATURES,
    SHIPPED_BOOT_RULES,
    BootClient,
    When,
    deciding_rule,
    in_order,
    is_about,
    parse_boot_rule,
)
from provd.testing.dhcp import a_boot_rule
from provd.values import Invalid

SHIPPED = in_order(SHIPPED_BOOT_RULES.values())
UUID = "6a4f4f2e-0000-4000-8000-000000000001"


def shipped_file(**client: Any) -> str | None:
    """What the shipped rules tell a client to load."""
    rule = deciding_rule(SHIPPED, BootClient(**client))
    return rule.file if rule is not None else None


def ipxe(*features: str, arch: int) -> str | None:
    """What they tell an iPXE that can do this much."""
    numbers = [FEATURES[name] for name in features]
    return shipped_file(arch=arch, ipxe=True, vendor_class="PXEClient", features=numbers)


def test_a_full_rule_is_told_as_it_was_said() -> None:
    """Whatever a rule may say is read into its field and told again."""
    said = {
        "id": "lab",
        "order": 7,
        "when": {
            "arch": [7, 9],
            "vendor_class": "PXEClient",
            "user_class": "iPXE",
            "uuid": "6a4f",
            "vendor": "Dell",
            "model": "R640",
            "ipxe": True,
            "ipxe_features": ["efi", "http"],
            "subnet": "lan",
        },
        "file": "snponly.efi",
        "next_server": "192.0.2.2",
        "options": [{"code": 60, "value": "PXEClient"}],
        "description": "the lab's",
    }
    assert to_dict(parse_boot_rule(said)) == {**said, "revision": 0}


def test_architectures_have_names() -> None:
    """Which stand for every number that such firmware really sends."""
    assert a_boot_rule(when={"arch": ["uefi-x64", 0, 7]}).when.arch == (0, 7, 9)


def test_every_problem_of_a_rule_is_told_at_once() -> None:
    """Whoever is refused can put everything right before asking again."""
    with pytest.raises(Invalid) as caught:
        a_boot_rule(
            order="first",
            when={"arch": ["vax", -1], "uuid": "xyz", "ipxe_features": ["fly"], "colour": "red"},
            file=7,
            options=[{"code": 67, "value": "x"}, {"code": 1, "value": "255.0.0.0"}],
        )
    assert [problem.path for problem in caught.value.problems] == [
        "order",
        "when.arch.0",
        "when.arch.1",
        "when.uuid",
        "when.ipxe_features.0",
        "when.colour",
        "file",
        "options.0.code",
        "options.1.code",
    ]


@pytest.mark.parametrize(
    ("when", "client"),
    [
        ({"arch": [7]}, {"arch": 7}),
        ({"vendor_class": "PXEClient"}, {"vendor_class": "PXEClient:Arch:00007"}),
        ({"user_class": "iPXE"}, {"user_classes": ("x", "iPXE")}),
        ({"uuid": "6A4F4F2E-00"}, {"uuid": UUID}),
        ({"vendor": "Dell"}, {"vendor": "Dell"}),
        ({"model": "R640"}, {"model": "R640"}),
        ({"ipxe": True}, {"ipxe": True}),
        ({"ipxe_features": ["http"]}, {"features": {0x13: b"\1"}}),
        ({"subnet": "lan"}, {"subnet": "lan"}),
    ],
)
def test_each_condition_counts(when: dict[str, Any], client: dict[str, Any]) -> None:
    """A rule is about a client of whom it holds, and not about one of whom nothing is known."""
    condition = a_boot_rule(when=when).when
    assert is_about(condition, BootClient(**client))
    assert not is_about(condition, BootClient())


def test_a_rule_without_conditions_is_about_everybody() -> None:
    """Also about those of whom nothing is known."""
    assert is_about(When(), BootClient())


def test_a_condition_may_be_that_a_client_is_no_ipxe() -> None:
    """Absent, false and true are three things."""
    condition = a_boot_rule(when={"ipxe": False}).when
    assert is_about(condition, BootClient())
    assert not is_about(condition, BootClient(ipxe=True))


def test_the_first_by_order_and_id_decides() -> None:
    """Whatever is shipped: a site's own rules come before."""
    rules = in_order(
        (a_boot_rule("b", order=5), a_boot_rule("a", order=5), *SHIPPED, a_boot_rule("c", order=6))
    )
    assert [rule.id for rule in rules[:3]] == ["a", "b", "c"]
    assert a_boot_rule().order < SHIPPED[0].order
    found = deciding_rule(rules, BootClient())
    assert found is not None
    assert found.id == "a"


@pytest.mark.parametrize(
    ("arch", "vendor_class", "file"),
    [
        (0, "PXEClient:Arch:00000:UNDI:002001", "lpxelinux.0"),
        (7, "PXEClient:Arch:00007:UNDI:003016", "ipxe.efi"),
        (9, "PXEClient:Arch:00009:UNDI:003016", "ipxe.efi"),
        (11, "PXEClient:Arch:00011:UNDI:003000", "ipxe-arm64.efi"),
        (6, "PXEClient:Arch:00006", None),
        (10, "PXEClient:Arch:00010", None),
        (15, "HTTPClient:Arch:00015", "{http_base_url}/ipxe-i386.efi"),
        (16, "HTTPClient:Arch:00016", "{http_base_url}/ipxe.efi"),
        (18, "HTTPClient:Arch:00018", "{http_base_url}/ipxe-arm32.efi"),
        (19, "HTTPClient:Arch:00019", "{http_base_url}/ipxe-arm64.efi"),
        (0, "AastraIPPhone6730i", None),
    ],
)
def test_shipped_rules_know_the_usual_firmware(
    arch: int, vendor_class: str, file: str | None
) -> None:
    """Every firmware gets a loader built for it; phones and what there is no loader for get none."""
    assert shipped_file(arch=arch, vendor_class=vendor_class) == file


def test_shipped_rules_give_an_ipxe_its_script_where_it_can_use_it() -> None:
    """One that can do too little gets ours instead, which then asks again."""
    script = "{http_base_url}/default.ipxe"
    assert ipxe("http", "bzimage", arch=0) == script
    assert ipxe("http", "pxe", arch=0) == "ipxe.pxe"
    assert ipxe("http", "efi", arch=7) == script
    assert ipxe("efi", arch=7) == "ipxe.efi"
    assert ipxe("efi", arch=11) == "ipxe-arm64.efi"


def test_uefi_over_http_is_answered_as_such() -> None:
    """It takes no offer without its own vendor class."""
    rules = [rule for rule in SHIPPED if rule.when.vendor_class == "HTTPClient"]
    assert len(rules) == 4
    assert {(option.code, option.value) for rule in rules for option in rule.options} == {
        (60, "HTTPClient")
    }


def test_shipped_rules_could_be_a_sites_own() -> None:
    """They are what a client may say, word for word."""
    for rule in SHIPPED:
        assert parse_boot_rule(to_dict(rule)) == rule


@given(
    st.dictionaries(
        st.sampled_from(["order", "when", "file", "options", "other"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=20),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(st.sampled_from([*When.__struct_fields__, "x"]), inner)
            ),
            max_leaves=8,
        ),
    )
)
def test_anything_is_a_rule_or_refused(given: dict[str, Any]) -> None:
    """Whatever JSON arrives; and what is accepted is accepted again as it is told."""
    try:
        rule = parse_boot_rule(given, document_id="rule")
    except Invalid:
        return
    assert parse_boot_rule(to_dict(rule)) == rule
