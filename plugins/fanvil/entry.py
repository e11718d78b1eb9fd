"""Fanvil's phones: the X, V, H and C series, the wireless W610W to W620W, and the doorphones of the i series.

A phone that is told `<URL>/$mac.cfg` asks for that file alone.  One that is told the URL of a directory asks
for the common file of its model, such as `F0V5UV200000.cfg`, and then for `<mac>.cfg`; what comes later wins.  So the second
holds everything, and the first what of it is no secret.  All are rendered for the phone that asks, in the
form that its model reads.  New phones also ask for `fanvil_<model>_hwv1_0.txt`, which says what firmware there is.
"""

from __future__ import annotations

import re
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
    Refusal,
    RefusalKind,
    Rendered,
    Served,
    Tree,
    Way,
    own_file,
)

from .identify import RANGES, VENDOR, by_path, by_user_agent, by_vendor_class, support
from .models import Form, model_named
from .settings import complete

XML = "text/xml; charset=utf-8"


def newest(view: IView) -> dict[str, object]:
    """The version that the phone is to run, and where it is."""
    found = view.firmware()
    return {"version": found.version, "path": found.path}


NEW_FORM = Tree(
    Rendered("{mac}.cfg", "phone.tpl", Format.XML, media_type=XML),
    Rendered("{mac}.xml", "phone.tpl", Format.XML, media_type=XML),
    Rendered("f0*.cfg", "common.tpl", Format.XML, media_type=XML),
    Rendered("F0*.cfg", "common.tpl", Format.XML, media_type=XML),
    Rendered("fanvil_*.txt", "firmware.tpl", Format.LINES, newest),
    Served("**"),
)
OLD_FORM = Tree(
    Rendered("{mac}.cfg", "old-phone.tpl", Format.XML, media_type=XML),
    Rendered("{mac}.xml", "old-phone.tpl", Format.XML, media_type=XML),
    Rendered("f0*.cfg", "old-common.tpl", Format.XML, media_type=XML),
    Rendered("F0*.cfg", "old-common.tpl", Format.XML, media_type=XML),
    Served("**"),
)

NO_FIRMWARE = Refusal(RefusalKind.NOT_FOUND, "there is no firmware that this phone is to run")
_FIRMWARE_FILE = re.compile(r"fanvil_[^/]+\.txt")


def _has_firmware(view: IView) -> bool:
    found = view.firmware()
    return found is not None and bool(found.path)


VENDOR_SPECIFIC, TFTP_SERVER_NAME = 43, 66


@implementer(IPlugin, IIdentify, IAssociate, IConfigure, IServe, IAnswerDHCP, ISynchronize)
class Fanvil:
    """All models; what they have in common is the words of their parameters."""

    clues = (
        Clue.user_agent(by_user_agent, "Fanvil"),
        Clue.filename(Protocol.TFTP, by_path, prefixes=("00a859", "0c383e", "f0", "fanvil_")),
        Clue.vendor_class(by_vendor_class, "Fanvil"),
        Clue.hardware(VENDOR, *RANGES),
    )
    # Over HTTP each request names the phone; over TFTP common files and firmware do not.
    by_address = frozenset({"tftp"})

    def associate(self, info: Info) -> int:
        return support(info)

    def configure(self, device: Any, raw_config: dict[str, Any]) -> None:
        complete(device, raw_config)

    def serve(self, path: str, view: IView) -> Answer:
        if _FIRMWARE_FILE.fullmatch(path) and not _has_firmware(view):
            return NO_FIRMWARE
        is_old = model_named(view.device.model).form is Form.OLD
        return (OLD_FORM if is_old else NEW_FORM).serve(path, view)

    def dhcp_options(self, asked: Asked, view: IView) -> Mapping[int, str | bytes]:
        """The URL of the phone's own file, in both options that it may have been told to look in.

        Of 66, 43 and a custom one it looks in one only, 66 unless somebody changed it; it puts its own address for
        `$mac` (Wazo's DHCP configuration; user's manual of Planet's VIP phones, which are Fanvil's).
        """
        url = f"{view.base_url}/$mac.cfg"
        return {VENDOR_SPECIFIC: url.encode(), TFTP_SERVER_NAME: url} if view.base_url else {}

    def ways(self, device: Any, raw_config: Mapping[str, Any]) -> Sequence[Way]:
        """`check-sync`, as Wazo tells these phones; `NotifyReboot` 0 has it not reboot them."""
        return (Notify(),)

    def accounts_file(self, device: Any) -> str:
        return own_file("{mac}.cfg", device)


PLUGIN = Fanvil()
