"""Aastra, later Mitel, SIP phones of the 6700i, 6800i, 6900 and 9000i series.

A phone asks for `aastra.cfg`, then for `<model>.cfg`, then for `<MAC>.cfg`, then for the firmware
`<model>.st`; what comes later wins.  Here `aastra.cfg` holds what is no secret (where to ask, clock,
language, network, logging, SIP at large), and `<MAC>.cfg` what belongs to one phone (passwords,
lines, keys).  Both are rendered for the phone that asks; neither exists before.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from zope.interface import implementer

from provd.sdk import (
    Answer,
    Clue,
    Format,
    IAssociate,
    IConfigure,
    IIdentify,
    Info,
    IPlugin,
    IServe,
    IView,
    Protocol,
    Rendered,
    Served,
    Tree,
)

from .edition import MODELS, VERSION
from .identify import by_path, by_user_agent, by_vendor_class, support
from .settings import complete


def download_server(view: IView) -> dict[str, object]:
    """Where the phone shall ask next time: the address under which it reached us now."""
    parts = urlsplit(view.base_url)
    return {"server_address": parts.hostname or "", "server_port": parts.port or 80}


TREE = Tree(
    Rendered("aastra.cfg", "common.tpl", Format.LINES, download_server),
    Rendered("{MAC}.cfg", "phone.tpl", Format.LINES),
    Rendered("{mac}.cfg", "phone.tpl", Format.LINES),
    Served("**"),
)


@implementer(IPlugin, IIdentify, IAssociate, IConfigure, IServe)
class Aastra:
    """One edition of the family: one firmware, one served tree."""

    clues = (
        Clue.user_agent(by_user_agent, "Aastra", "Mitel"),
        Clue.filename(Protocol.TFTP, by_path, suffixes=(".cfg", ".st", ".tuz")),
        Clue.vendor_class(by_vendor_class, "AastraIPPhone"),
    )
    # Over HTTP each request names the phone; over TFTP, where new ones begin, most file names do not.
    by_address = frozenset({"tftp"})

    def associate(self, info: Info) -> int:
        return support(info, VERSION, MODELS)

    def configure(self, device: Any, raw_config: dict[str, Any]) -> None:
        complete(device, raw_config)

    def serve(self, path: str, view: IView) -> Answer:
        return TREE.serve(path, view)


PLUGIN = Aastra()
