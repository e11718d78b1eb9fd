"""Cisco's, once Linksys' and Sipura's, small business phones and adapters: SPA300, SPA500, SPA900, SPA112 to ATA192.

A device from its box asks for `spa$PSN.cfg` (`ata$PSN.cfg`), a file of its model, at the server that DHCP tells.
That file tells it whom to ask from then on: `Profile_Rule` for `<MAC>-common.xml` with what is no secret (clock, network,
language, firmware), `Profile_Rule_B` for `<MAC>.xml` with what belongs to one device (passwords, lines, keys).  It
asks for both, one after the other, each time it starts; what comes later wins.  Their names hold the address, which many of
these devices tell nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from zope.interface import implementer

from provd.sdk import (
    Answer,
    Asked,
    Clue,
    Format,
    IAnswerDHCP,
    IAssociate,
    IConfigure,
    IIdentify,
    Info,
    IPlugin,
    IServe,
    ISynchronize,
    IView,
    Notify,
    Pem,
    Protocol,
    Rendered,
    Served,
    Tree,
    Way,
    own_file,
    server_address,
)

from .identify import by_path, by_user_agent, by_vendor_class, support
from .settings import complete

XML = "text/xml; charset=utf-8"


def address(view: IView) -> dict[str, object]:
    """What the names of the device's files are made from, where nobody knows it: the device itself."""
    return {"address": own_file("{mac}", view.device) or "$MA"}


TREE = Tree(
    Rendered("{mac}-common.xml", "common.tpl", Format.XML, address, XML),
    Rendered("{mac}.xml", "phone.tpl", Format.XML, address, XML),
    Rendered("{MAC}.xml", "phone.tpl", Format.XML, address, XML),
    Rendered("spa*.cfg", "common.tpl", Format.XML, address, XML),
    Rendered("ata*.cfg", "common.tpl", Format.XML, address, XML),
    Pem("{mac}-ca.pem", "XX_certificates"),
    Pem("{MAC}-ca.pem", "XX_certificates"),
    Served("**"),
)


TFTP_SERVER_NAME, TFTP_SERVER_ADDRESS = 66, 150
PROFILE = (159, 160)
"""Two more options in which a device looks for where to begin: a URL with the name of a file."""


@implementer(IPlugin, IIdentify, IAssociate, IConfigure, IServe, IAnswerDHCP, ISynchronize)
class CiscoSpa:
    """All models; firmware and dictionaries are what the operator puts into the tree."""

    clues = (
        Clue.user_agent(by_user_agent, "Cisco/SPA", "Cisco/ATA", "Linksys/SPA"),
        Clue.filename(
            Protocol.TFTP, by_path, prefixes=("spa", "ata"), suffixes=("-common.xml", "-ca.pem")
        ),
        Clue.vendor_class(by_vendor_class, "LINKSYS SPA", "Cisco SPA", "Cisco ATA"),
    )
    # Over HTTP the User-Agent or the file names the device; over TFTP the first file is one of all of its model.
    by_address = frozenset({"tftp"})

    def associate(self, info: Info) -> int:
        return support(info)

    def configure(self, device: Any, raw_config: dict[str, Any]) -> None:
        complete(device, raw_config)

    def serve(self, path: str, view: IView) -> Answer:
        return TREE.serve(path, view)

    def dhcp_options(self, asked: Asked, view: IView) -> Mapping[int, str | bytes]:
        """A TFTP server's address in 66 and 150, and the URL of the device's own file in 159 and 160.

        From its box a device looks in 66, 160, 159 and 150, in that order (`DHCP_Option_To_Use` in the provisioning
        guide of the ATA 191).  "An option 160 URL defines the protocol and path information" (its administration
        guide): of this device, since over HTTP the file of a model would not say who asks for it.  Where 66 holds no
        more than an address, the device asks it for the file of its model over TFTP.
        """
        told: dict[int, str | bytes] = {}
        tftp, common = server_address(asked, view), own_file("{mac}-common.xml", view.device)
        if tftp:
            told |= dict.fromkeys((TFTP_SERVER_NAME, TFTP_SERVER_ADDRESS), tftp)
        if view.base_url and common:
            # As bytes: 159 has been registered for something else since.
            told |= dict.fromkeys(PROFILE, f"{view.base_url}/{common}".encode())
        return told

    def ways(self, device: Any, raw_config: Mapping[str, Any]) -> Sequence[Way]:
        """A NOTIFY with "the Event: resync header", or "Event: reboot_now" (provisioning guide of the ATA 191)."""
        return (Notify(event="resync", reboot="reboot_now"),)

    def accounts_file(self, device: Any) -> str:
        return own_file("{mac}.xml", device)


PLUGIN = CiscoSpa()
