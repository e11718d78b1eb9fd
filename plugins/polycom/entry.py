"""Polycom, later Poly, phones with UC Software: SoundPoint IP, SoundStation IP, VVX, Trio, CCX, Edge E.

A phone asks for `<MAC>.cfg`, which names the other files: firmware, and configuration of which the
leftmost file wins.  Here these are `<MAC>-user.cfg` with what belongs to one phone (passwords, lines, keys)
and `<MAC>-common.cfg` with what is no secret, before them `<MAC>-own.cfg` where the operator says
parameters in the vendor's own words.  Then it asks for what it wrote itself (`<MAC>-phone.cfg`,
`<MAC>-web.cfg`; nothing is written here, so there is none) and for its directory.  All names begin with
the phone's address, also those of firmware: its first requests say the model and not which phone it is.
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
    own_file,
)

from .identify import RANGES, SIGNATURE, VENDOR, by_path, by_user_agent, by_vendor_class, support
from .settings import complete

XML = "text/xml; charset=utf-8"

TREE = Tree(
    Rendered("{mac}.cfg", "master.tpl", Format.XML, media_type=XML),
    Rendered("{MAC}.cfg", "master.tpl", Format.XML, media_type=XML),
    Rendered("000000000000.cfg", "master.tpl", Format.XML, media_type=XML),
    Rendered("{mac}-own.cfg", "own.tpl", Format.XML, media_type=XML),
    Rendered("{mac}-user.cfg", "user.tpl", Format.XML, media_type=XML),
    Rendered("{mac}-common.cfg", "common.tpl", Format.XML, media_type=XML),
    Rendered("{mac}-directory.xml", "directory.tpl", Format.XML, media_type=XML),
    Served("**"),
)


TFTP_SERVER_NAME, PROVISIONING_SERVER = 66, 160
"""What a phone looks in as it comes from its box: 160 ("custom option") first, then 66."""


RESTART = ActionUrl(
    reboot="/api/v1/mgmt/safeRestart",
    method="POST",
    scheme="https",
    content_type="application/json",
    body="{}",
)


@implementer(IPlugin, IIdentify, IAssociate, IConfigure, IServe, IAnswerDHCP, ISynchronize)
class Polycom:
    """All models; firmware and languages are what the operator puts into the tree."""

    clues = (
        Clue.user_agent(by_user_agent, "FileTransport Poly"),
        Clue.filename(
            Protocol.TFTP, by_path, suffixes=(".cfg", ".log", ".ld", "-directory.xml", "-calls.xml")
        ),
        Clue.vendor_class(by_vendor_class, SIGNATURE.decode("latin-1"), "Polycom", "Poly-"),
        Clue.hardware(VENDOR, *RANGES),
    )
    # Over HTTP a phone's files and, once it is configured, its User-Agent name it.
    by_address = frozenset({"tftp"})

    def associate(self, info: Info) -> int:
        return support(info)

    def configure(self, device: Any, raw_config: dict[str, Any]) -> None:
        complete(device, raw_config)

    def serve(self, path: str, view: IView) -> Answer:
        """What stands below a directory of the phone's own address is what stands in the tree."""
        return TREE.serve(path.removeprefix(own_file("{mac}/", view.device)), view)

    def dhcp_options(self, asked: Asked, view: IView) -> Mapping[int, str | bytes]:
        """The server in the two options that the phone looks for it in, both as a URL.

        Administrator guide of SIP 3.1, "DHCP Menu" ("Custom+Option 66": "first use the custom option if
        present or use Option 66"; a string "must match one of the formats described for Server Address").
        """
        return (
            dict.fromkeys((PROVISIONING_SERVER, TFTP_SERVER_NAME), view.base_url)
            if view.base_url
            else {}
        )

    def ways(self, device: Any, raw_config: Mapping[str, Any]) -> Sequence[Way]:
        """A NOTIFY, after which it restarts where its files have changed; a safe restart by its REST API.

        `voIpProt.SIP.specialEvent.checkSync.alwaysReboot`; the API is there where `apps.restapi.enabled` is 1 (REST API
        reference of UC Software 6.4, "Management.Restart").
        """
        return (Notify(event="check-sync"), RESTART)

    def accounts_file(self, device: Any) -> str:
        return own_file("{mac}-own.cfg", device)


PLUGIN = Polycom()
