"""Aastra, later Mitel, SIP phones of the 6700i, 6800i, 6900 and 9000i series.

A phone asks for `aastra.cfg`, then for `<model>.cfg`, then for `<MAC>.cfg`, then for the firmware
`<model>.st`; what comes later wins.  Here `aastra.cfg` holds what is no secret (where to ask, clock,
language, network, logging, SIP at large), and `<MAC>.cfg` what belongs to one phone (passwords,
lines, keys, and where its certificates are).  Both are rendered for the phone that asks; neither exists before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

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
    Pem,
    Protocol,
    Rendered,
    Served,
    Tree,
    Way,
    encapsulate,
    own_file,
)

from .edition import MODELS, VERSION
from .identify import RANGES, VENDOR, by_path, by_user_agent, by_vendor_class, support
from .settings import complete


def download_server(view: IView) -> dict[str, object]:
    """Where the phone shall ask next time: the address under which it reached us now."""
    parts = urlsplit(view.base_url)
    return {
        "server_protocol": "https" if parts.scheme == "https" else "http",
        "server_address": parts.hostname or "",
        "server_port": parts.port or (443 if parts.scheme == "https" else 80),
        "server_path": parts.path.strip("/"),
    }


def address(view: IView) -> dict[str, object]:
    """What the names of the phone's certificates are made from."""
    return {"address": own_file("{mac}", view.device)}


TREE = Tree(
    Rendered("aastra.cfg", "common.tpl", Format.LINES, download_server),
    Rendered("{MAC}.cfg", "phone.tpl", Format.LINES, address),
    Rendered("{mac}.cfg", "phone.tpl", Format.LINES, address),
    FirmwareFile("*.st"),
    Pem("{mac}-*.pem", "XX_certificates"),
    Served("**"),
)


VENDOR_SPECIFIC, TFTP_SERVER_NAME = 43, 66
REDIRECTION = (159, 160)
"""Two more options in which the phone looks for its configuration server."""
SERVER, CONTACT_RCS = 2, 3
"""Sub-options of 43: where the configuration server is, and whether the vendor's redirection server is asked."""


@implementer(IPlugin, IIdentify, IAssociate, IConfigure, IServe, IAnswerDHCP, ISynchronize)
class Aastra:
    """One edition of the family: one firmware, one served tree."""

    clues = (
        Clue.user_agent(by_user_agent, "Aastra", "Mitel"),
        Clue.filename(Protocol.TFTP, by_path, suffixes=(".cfg", ".st", ".tuz")),
        Clue.vendor_class(by_vendor_class, "AastraIPPhone", "MitelIPPhone"),
        Clue.hardware(VENDOR, *RANGES),
    )
    # Over HTTP each request names the phone; over TFTP, where new ones begin, most file names do not.
    by_address = frozenset({"tftp"})

    def associate(self, info: Info) -> int:
        return support(info, VERSION, MODELS)

    def configure(self, device: Any, raw_config: dict[str, Any]) -> None:
        complete(device, raw_config)

    def serve(self, path: str, view: IView) -> Answer:
        return TREE.serve(path, view)

    def dhcp_options(self, asked: Asked, view: IView) -> Mapping[int, str | bytes]:
        """The configuration server in each option that the phone may look for it in.

        It takes a URL in all of them, and which one wins is a setting of the phone: they say the same.
        Administrator guides 41-001160-01 (release 2.3, page 4-5: 66 over TFTP, FTP, HTTP and HTTPS) and
        41-001343-02 (page 4-17: 43, 66, 159 and 160); the sub-options as sites of XiVO have used them.
        """
        url = view.base_url
        if not url:
            return {}
        inside = encapsulate({SERVER: url.encode(), CONTACT_RCS: b"\0"})
        # As bytes: 159 has been registered for something else since.
        redirection = dict.fromkeys(REDIRECTION, url.encode())
        return {VENDOR_SPECIFIC: inside, TFTP_SERVER_NAME: url, **redirection}

    def ways(self, device: Any, raw_config: Mapping[str, Any]) -> Sequence[Way]:
        """A NOTIFY, after which it looks for its files, and restarts where they have changed."""
        return (Notify(event="check-sync"),)

    def accounts_file(self, device: Any) -> str:
        return own_file("{MAC}.cfg", device)


PLUGIN = Aastra()
