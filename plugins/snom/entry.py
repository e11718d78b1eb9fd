"""Snom desk phones of all series, and the DECT bases of the M series.

A phone that is told a server only asks for `snom<model>.htm`, then for `snom<model>-<MAC>.htm`.  Each
lists further files, which the phone fetches in that order; what comes later wins.  Here the first lists
`snom-general-<MAC>.xml` (what is no secret: clock, language, network, logging), the second `<MAC>.xml`
(passwords, identities, keys).  The address in their names identifies phones whose firmware names
it nowhere else.  All are rendered for the phone that asks; none exists before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from zope.interface import implementer

from provd.sdk import (
    ActionUrl,
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
    Protocol,
    Rendered,
    Served,
    Tree,
    Way,
    encapsulate,
    own_file,
)

from .certificates import certificate, is_certificate
from .identify import RANGES, VENDOR, by_path, by_user_agent, by_vendor_class, support
from .models import Kind, model_of
from .settings import complete

XML = "text/xml; charset=utf-8"


def files(view: IView) -> dict[str, object]:
    """What the names of the phone's files are made from."""
    return {
        "address": own_file("{MAC}", view.device),
        "model": view.device.model or "",
        "is_base": model_of(view.device.model).kind is Kind.BASE,
    }


TREE = Tree(
    Rendered("{MAC}.xml", "phone.tpl", Format.XML, files, XML),
    Rendered("{mac}.xml", "phone.tpl", Format.XML, files, XML),
    Rendered("snom-general.xml", "general.tpl", Format.XML, files, XML),
    Rendered("gui_lang.xml", "gui_lang.tpl", Format.XML, media_type=XML),
    Rendered("web_lang.xml", "web_lang.tpl", Format.XML, media_type=XML),
    # No {MAC} in these: an override for one model is one of the file with the lines and keys.
    Rendered("snom-general-*.xml", "general.tpl", Format.XML, files, XML),
    Rendered("snom*-firmware.xml", "firmware.tpl", Format.XML, files, XML),
    Rendered("snom*-*.htm", "own-files.tpl", Format.XML, files, XML),
    Rendered("snom*.htm", "files.tpl", Format.XML, files, XML),
    Served("**"),
)


VENDOR_SPECIFIC, TFTP_SERVER_NAME = 43, 66


@implementer(IPlugin, IIdentify, IAssociate, IConfigure, IServe, IAnswerDHCP, ISynchronize)
class Snom:
    """All models; firmware and languages are what the operator puts into the tree."""

    clues = (
        Clue.user_agent(
            by_user_agent, "Mozilla/4.0 (compatible; snom", "Mozilla/5.0 (compatible; snom", "snom"
        ),
        Clue.filename(Protocol.TFTP, by_path, prefixes=("snom", "000413", "00087b")),
        Clue.vendor_class(by_vendor_class, "snom"),
        Clue.hardware(VENDOR, *RANGES),
    )
    # Over HTTP each request names the phone, or its file does; over TFTP some of the names do not.
    by_address = frozenset({"tftp"})

    def associate(self, info: Info) -> int:
        return support(info)

    def configure(self, device: Any, raw_config: dict[str, Any]) -> None:
        complete(device, raw_config)

    def serve(self, path: str, view: IView) -> Answer:
        if is_certificate(path):
            return certificate(path, view)
        return TREE.serve(path, view)

    def dhcp_options(self, asked: Asked, view: IView) -> Mapping[int, str | bytes]:
        """The settings server, as option 66 and as the same option inside 43, which goes before it.

        The phone puts what is in 67 behind it; without one it asks for the files named after its model
        and its address.  Encapsulated texts end with a NUL, as in the vendor's examples (Snom's wiki,
        "DHCP options").
        """
        url = view.base_url
        if not url:
            return {}
        inside = encapsulate({TFTP_SERVER_NAME: url.encode() + b"\0"})
        return {VENDOR_SPECIFIC: inside, TFTP_SERVER_NAME: url}

    def ways(self, device: Any, raw_config: Mapping[str, Any]) -> Sequence[Way]:
        """A NOTIFY, which it may challenge with the account's credentials; its web page reboots it.

        The page is that of snom's list of functions that can be controlled remotely ("Remote Reboot").
        """
        return (
            Notify(event="check-sync;reboot=false", reboot="check-sync;reboot=true"),
            ActionUrl(reboot="/advanced_update.htm?reboot=Reboot"),
        )

    def accounts_file(self, device: Any) -> str:
        return own_file("{MAC}.xml", device)


PLUGIN = Snom()
