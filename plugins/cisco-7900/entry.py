"""Cisco IP phones of the 7900 series, and of others that read the same file, over TFTP.

A phone asks for `CTLSEP<MAC>.tlv` and `ITLSEP<MAC>.tlv` (trust lists: there are none, and it goes on
without), then for `SEP<MAC>.cnf.xml`.  The 7940 and 7960 with SIP firmware ask for `OS79XX.TXT`,
`SIPDefault.cnf` and `SIP<MAC>.cnf` instead.  Then come files that name nobody: the dial plan, ring
tones, locales, firmware.  Only the address tells whose they are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from zope.interface import implementer

from provd.sdk import (
    Answer,
    Asked,
    Clue,
    FirmwareFile,
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
    Protocol,
    Rendered,
    Tree,
    Way,
    own_file,
    server_address,
)

from .identify import by_path, by_vendor_class, support
from .models import ADAPTER, MODELS, UNKNOWN
from .settings import complete

XML = "text/xml; charset=utf-8"

SECOND_PORT = "second-port-ATA"


def port(number: int) -> Callable[[IView], Mapping[str, object]]:
    """What the file of one port of an adapter tells: the line of that number and no other."""

    def values(view: IView) -> Mapping[str, object]:
        lines = view.raw_config["XX_lines"]
        return {"XX_lines": [each for each in lines if each["number"] == number], "XX_keys": ()}

    return values


def place(path: str, device: Any) -> str:
    """The path in the tree; an adapter asks for its second port by its address shifted, `01` behind it."""
    bare = own_file("{MAC}", device)
    return f"{SECOND_PORT}{bare}.cnf.xml" if bare and path == f"ATA{bare[2:]}01.cnf.xml" else path


TREE = Tree(
    Rendered("SEP{MAC}.cnf.xml", "sep.tpl", Format.XML, media_type=XML),
    Rendered("ATA{MAC}.cnf.xml", "sep.tpl", Format.XML, port(1), XML),
    Rendered(f"{SECOND_PORT}{{MAC}}.cnf.xml", "sep.tpl", Format.XML, port(2), XML),
    Rendered("SIP{MAC}.cnf", "sip.tpl", Format.LINES),
    Rendered("XMLDefault.cnf.xml", "xmldefault.tpl", Format.XML, media_type=XML),
    Rendered("SIPDefault.cnf", "sipdefault.tpl", Format.LINES),
    Rendered("OS79XX.TXT", "os79xx.tpl", Format.LINES),
    Rendered("syncinfo.xml", "syncinfo.tpl", Format.XML, media_type=XML),
    Rendered("dialplan.xml", "dialplan.tpl", Format.XML, media_type=XML),
    # Names of files are told apart by case, and firmware does not agree on this one.
    Rendered("RINGLIST.XML", "ringlist.tpl", Format.XML, media_type=XML),
    Rendered("Ringlist.xml", "ringlist.tpl", Format.XML, media_type=XML),
    Rendered("ringlist.xml", "ringlist.tpl", Format.XML, media_type=XML),
    # The names of all parts of a load stand in the load itself: the phone cannot be told where they are.
    FirmwareFile("**"),
)


TFTP_SERVER_NAME, TFTP_SERVER_ADDRESS = 66, 150


_NOWHERE = "{0000000000000000}"
RESTART = Notify(
    event="service-control",
    reboot="service-control",
    content_type="text/plain",
    body="\r\n".join(
        (
            "action=restart",
            "RegisterCallId={}",
            f"ConfigVersionStamp={_NOWHERE}",
            f"DialplanVersionStamp={_NOWHERE}",
            f"SoftkeyVersionStamp={_NOWHERE}",
            "",
        )
    ),
)
"""As Wazo and others have their Asterisk send it: versions that it cannot have make it fetch everything."""


def _reads_text(device: Any) -> bool:
    return MODELS.get(device.model or "", UNKNOWN).is_text


@implementer(IPlugin, IIdentify, IAssociate, IConfigure, IServe, IAnswerDHCP, ISynchronize)
class Cisco7900:
    """All models; firmware and locales are what the operator puts into the tree."""

    clues = (
        Clue.filename(
            Protocol.TFTP,
            by_path,
            prefixes=(
                "SEP",
                "CTLSEP",
                "ITLSEP",
                "ATA",
                "CTLATA",
                "ITLATA",
                "CTLFile",
                "ITLFile",
                "SIP",
                "OS79XX",
                "XMLDefault",
                "P0S",
                "P00",
            ),
        ),
        Clue.vendor_class(by_vendor_class, "Cisco Systems", "CISCO ATA190"),
    )
    by_address = frozenset({"tftp"})

    def associate(self, info: Info) -> int:
        return support(info)

    def configure(self, device: Any, raw_config: dict[str, Any]) -> None:
        complete(device, raw_config)

    def serve(self, path: str, view: IView) -> Answer:
        return TREE.serve(place(path, view.device), view)

    def dhcp_options(self, asked: Asked, view: IView) -> Mapping[int, str | bytes]:
        """The TFTP server, always an address: while it boots, the phone may know no name server.

        Cisco's ASA 8.4 configuration guide by CLI, chapter on DHCP, has both for its phones: 150 is a list
        of addresses, 66 one address or name.
        """
        address = server_address(asked, view)
        return dict.fromkeys((TFTP_SERVER_ADDRESS, TFTP_SERVER_NAME), address) if address else {}

    def ways(self, device: Any, raw_config: Mapping[str, Any]) -> Sequence[Way]:
        """A NOTIFY that has SIP firmware restart; SCCP knows none, and is told by the call manager.

        That of the 7940G and 7960G asks for `syncinfo.xml` then, and restarts where that names another state
        than its own (administration guide of both, release 8.0, page 4-4).
        """
        if raw_config["XX_sccp"]:
            return ()
        if _reads_text(device):
            return (Notify(event="check-sync", reboot="check-sync"),)
        return (RESTART,)

    def accounts_file(self, device: Any) -> str:
        if device.model == ADAPTER:
            return own_file("ATA{MAC}.cnf.xml", device)
        return own_file("SIP{MAC}.cnf" if _reads_text(device) else "SEP{MAC}.cnf.xml", device)


PLUGIN = Cisco7900()
