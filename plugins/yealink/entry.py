"""Yealink's SIP phones: the T2, T3, T4, T5, T7 and T8 series, VP, CP, AX, and the DECT bases W52P to W90.

A phone asks for `<MAC>.boot`, or else for `y000000000000.boot`, and then for the files that it names: one
that all phones of the model share, and `<MAC>.cfg`.  Firmware before release 81 knows no boot files and
asks for these two at once.  What comes later wins.  The shared file holds what is no secret,
`<MAC>.cfg` what belongs to one phone (passwords, lines, keys); both are rendered for the phone that asks.
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
    Pem,
    Protocol,
    Refusal,
    RefusalKind,
    Rendered,
    Served,
    Tree,
    Way,
    own_file,
)

from .identify import RANGES, VENDOR, by_path, by_user_agent, by_vendor_class, support
from .settings import complete

TREE = Tree(
    Rendered("{mac}.boot", "boot.tpl", Format.LINES),
    Rendered("y000000000000.boot", "boot.tpl", Format.LINES),
    Rendered("{mac}.cfg", "phone.tpl", Format.LINES),
    Rendered("y000000000000.cfg", "common.tpl", Format.LINES),
    Rendered("y000000000*.cfg", "common.tpl", Format.LINES),
    Pem("{mac}-*.pem", "XX_certificates"),
    Served("**"),
)

_SUFFIXES = (".boot", ".cfg")
_UPLOADED = ("-local.cfg", "-contact.xml", "-calllog.xml")
NOT_KEPT = Refusal(
    RefusalKind.NOT_FOUND, "what a phone may have saved of its user's settings is not kept here"
)

VENDOR_SPECIFIC, TFTP_SERVER_NAME = 43, 66
CUSTOM = 160
"""One of 128 to 254 that a phone can be told to look in, and the one that sites use."""


@implementer(IPlugin, IIdentify, IAssociate, IConfigure, IServe, IAnswerDHCP, ISynchronize)
class Yealink:
    """All models and releases; firmware and languages are what the operator puts into the tree."""

    clues = (
        Clue.user_agent(by_user_agent, "yealink", "VP530", "W52P"),
        Clue.filename(Protocol.TFTP, by_path, suffixes=_SUFFIXES),
        Clue.filename(Protocol.HTTP, by_path, suffixes=_SUFFIXES),
        Clue.vendor_class(by_vendor_class, "yealink"),
        Clue.hardware(VENDOR, *RANGES),
    )
    # Over HTTP each request names the phone; over TFTP firmware and pictures do not.
    by_address = frozenset({"tftp"})

    def associate(self, info: Info) -> int:
        return support(info)

    def configure(self, device: Any, raw_config: dict[str, Any]) -> None:
        complete(device, raw_config)

    def serve(self, path: str, view: IView) -> Answer:
        return NOT_KEPT if path.endswith(_UPLOADED) else TREE.serve(path, view)

    def dhcp_options(self, asked: Asked, view: IView) -> Mapping[int, str | bytes]:
        """The URL of this server in each option that the phone may look for it in.

        The phone tries the custom option first, then 66, then 43 (administrator guide of the T5 series,
        "DHCP Option 66, Option 43 and Custom Option"); they say the same.  43 is the plain URL.
        """
        url = view.base_url
        if not url:
            return {}
        text = url.encode()
        return {VENDOR_SPECIFIC: text, TFTP_SERVER_NAME: url, CUSTOM: text}

    def ways(self, device: Any, raw_config: Mapping[str, Any]) -> Sequence[Way]:
        """Administrator guide of the T5 series: "Rebooting the IP phone remotely" and "Action URI".

        Without `reboot=` in its event a phone does as `sip.notify_reboot_enable` says.  An action URI is obeyed
        from addresses of `features.action_uri_limit_ip` only.
        """
        return (
            Notify(event="check-sync;reboot=false", reboot="check-sync;reboot=true"),
            ActionUrl(path="/servlet?key=AutoP", reboot="/servlet?key=Reboot"),
        )

    def accounts_file(self, device: Any) -> str:
        return own_file("{mac}.cfg", device)


PLUGIN = Yealink()
