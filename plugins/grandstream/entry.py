"""Grandstream's phones, DECT bases and gateways: GXP16xx, GXP17xx, GXP21xx, GRP26xx, GXV3xxx, DP75x, HT8xx.

A device asks for `cfg<MAC>` (a binary form, which is not served), then for `cfg<MAC>.xml`; only where there is none,
or where it was told to, for `cfg<model>.xml` and `cfg.xml`.  So `cfg<MAC>.xml` holds everything, and the other
two what of it is no secret.  All are rendered for the device that asks.
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
    Protocol,
    Rendered,
    Served,
    Tree,
    Way,
    own_file,
)

from .identify import RANGES, VENDOR, by_path, by_user_agent, by_vendor_class, support
from .models import MODELS
from .settings import complete, server

XML = "text/xml; charset=utf-8"

TREE = Tree(
    Rendered("cfg{mac}.xml", "phone.tpl", Format.XML, server, XML),
    Rendered("cfg.xml", "common.tpl", Format.XML, server, XML),
    *(
        Rendered(f"cfg{model.lower()}.xml", "common.tpl", Format.XML, server, XML)
        for model in MODELS
    ),
    Served("**"),
)

TFTP_SERVER_NAME, PROVISIONING_SERVER = 66, 160


@implementer(IPlugin, IIdentify, IAssociate, IConfigure, IServe, IAnswerDHCP, ISynchronize)
class Grandstream:
    """All series; firmware is what the operator puts into the tree."""

    clues = (
        Clue.user_agent(by_user_agent, "Grandstream"),
        Clue.filename(Protocol.TFTP, by_path, prefixes=("cfg", "gxp", "grp", "gxv", "dp7", "ht8")),
        Clue.vendor_class(by_vendor_class, "Grandstream", "HT8", "DP7"),
        Clue.hardware(VENDOR, *RANGES),
    )
    # Over HTTP each request names the device; over TFTP `cfg.xml` does not.
    by_address = frozenset({"tftp"})

    def associate(self, info: Info) -> int:
        return support(info)

    def configure(self, device: Any, raw_config: dict[str, Any]) -> None:
        complete(device, raw_config)

    def serve(self, path: str, view: IView) -> Answer:
        return TREE.serve(path, view)

    def dhcp_options(self, asked: Asked, view: IView) -> Mapping[int, str | bytes]:
        """The URL of this server in both options that set a device's configuration server.

        66 by itself sets protocol and path (templates of all series, P145); gateways look in 160 as well
        (template of the HT80x: "Allow DHCP Option 66 or 160 to override server").
        """
        url = view.base_url
        return {TFTP_SERVER_NAME: url, PROVISIONING_SERVER: url.encode()} if url else {}

    def ways(self, device: Any, raw_config: Mapping[str, Any]) -> Sequence[Way]:
        """A NOTIFY, which it may challenge with the account's credentials ("Authenticate SIP NOTIFY")."""
        return (Notify(event="check-sync"),)

    def accounts_file(self, device: Any) -> str:
        return own_file("cfg{mac}.xml", device)


PLUGIN = Grandstream()
