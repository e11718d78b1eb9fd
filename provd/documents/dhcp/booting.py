"""Which boot rule is about a client, and the rules that come with provd."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from msgspec import Struct

from provd.documents.dhcp.boot_rule import (
    ARCHITECTURES,
    FEATURES,
    HTTP_BASE_URL,
    BootRule,
    When,
)
from provd.documents.dhcp.options import OptionValue


class BootClient(Struct, frozen=True, kw_only=True, gc=False):
    """What boot rules can know of a client: read off its packet, and of its device."""

    arch: int | None = None
    """Option 93; None when it says nothing."""
    vendor_class: str = ""
    user_classes: tuple[str, ...] = ()
    uuid: str = ""
    """Hex digits in the order of the wire, with dashes or without."""
    vendor: str = ""
    model: str = ""
    ipxe: bool = False
    features: Collection[int] = ()
    """The sub-options of 175."""
    subnet: str = ""


def is_about(when: When, client: BootClient) -> bool:
    """Whether all that is said holds."""
    return (
        (not when.arch or client.arch in when.arch)
        and client.vendor_class.startswith(when.vendor_class)
        and (not when.user_class or when.user_class in client.user_classes)
        and client.uuid.replace("-", "").startswith(when.uuid)
        and (not when.vendor or when.vendor == client.vendor)
        and (not when.model or when.model == client.model)
        and (when.ipxe is None or when.ipxe is client.ipxe)
        and all(FEATURES[name] in client.features for name in when.ipxe_features)
        and (not when.subnet or when.subnet == client.subnet)
    )


def in_order(rules: Iterable[BootRule]) -> tuple[BootRule, ...]:
    """Rules in the order in which they are asked: a site's own with those that are shipped."""
    return tuple(sorted(rules, key=lambda rule: (rule.order, rule.id)))


def deciding_rule(ordered: Sequence[BootRule], client: BootClient) -> BootRule | None:
    """The first that is about the client; None when none is, and it is told no file."""
    return next((rule for rule in ordered if is_about(rule.when, client)), None)


def _loaders() -> Iterable[tuple[str, When, str, str]]:
    """Id, condition, file and description of each rule that is shipped, in order."""
    pxe, http = "PXEClient", "HTTPClient"
    bios = ARCHITECTURES["bios"]
    able = ("bzimage", "http")
    script = f"{HTTP_BASE_URL}/default.ipxe"
    yield (
        "ipxe-bios",
        When(ipxe=True, arch=bios, ipxe_features=able),
        script,
        "an iPXE that can load kernels over HTTP: its script",
    )
    yield (
        "ipxe-bios-poor",
        When(ipxe=True, arch=bios),
        "ipxe.pxe",
        "an iPXE of a network card that can do less: ours instead",
    )
    yield (
        "ipxe-uefi",
        When(ipxe=True, ipxe_features=("efi", "http")),
        script,
        "an iPXE under UEFI: its script",
    )
    yield "pxe-bios", When(vendor_class=pxe, arch=bios), "lpxelinux.0", "BIOS: PXELinux"
    for name, file in (("uefi-x64", "ipxe.efi"), ("uefi-arm64", "ipxe-arm64.efi")):
        condition = When(vendor_class=pxe, arch=ARCHITECTURES[name])
        yield f"pxe-{name}", condition, file, f"{name} over TFTP: iPXE"
    for name, file in (
        ("http-x86", "ipxe-i386.efi"),
        ("http-x64", "ipxe.efi"),
        ("http-arm32", "ipxe-arm32.efi"),
        ("http-arm64", "ipxe-arm64.efi"),
    ):
        condition = When(vendor_class=http, arch=ARCHITECTURES[name])
        yield name, condition, f"{HTTP_BASE_URL}/{file}", f"UEFI over HTTP ({name[5:]}): iPXE"


def _shipped() -> Iterable[BootRule]:
    # UEFI takes an answer over HTTP from nobody who does not say so (UEFI 2.10 section 24.7).
    says_http = (OptionValue(code=60, value="HTTPClient"),)
    for at, (name, when, file, description) in enumerate(_loaders()):
        yield BootRule(
            id=f"shipped-{name}",
            order=1000 + 10 * at,
            when=when,
            file=file,
            options=says_http if when.vendor_class == "HTTPClient" else (),
            description=description,
        )


SHIPPED_BOOT_RULES: Mapping[str, BootRule] = {rule.id: rule for rule in _shipped()}
"""Part of provd, by id: nobody changes them, and a site's own with a lower `order` come first."""
