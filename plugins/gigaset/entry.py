"""Gigaset's base stations of the N series and phones of the Maxwell series.

A device asks for one file, `<MAC>.xml`, in whichever case, and it holds everything.  A base station of the old
form that was told a directory finds its name by a chain of small files (`blocks`).  A Maxwell that was told a directory asks
for `provisioning.xml` first, which has of its settings what is no secret, and sends it on to its own file.
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

from .blocks import OWN_FILE, chained, is_chained
from .identify import OWN_PREFIXES, RANGES, VENDOR, by_path, by_user_agent, by_vendor_class, support
from .models import MODELS, Form, model_named
from .settings import complete

XML = "text/xml; charset=utf-8"
COMMON = "provisioning.xml"


def where_to_ask(view: IView) -> dict[str, object]:
    """The URL of this server without its scheme, as the old forms take it."""
    return {"server": view.base_url.partition("://")[2]}


def _tree(own: str, common: str) -> Tree:
    """One form: `{MAC}.xml` as the devices spell it, `{mac}.xml` as some do."""
    return Tree(
        Rendered("{MAC}.xml", own, Format.XML, where_to_ask, media_type=XML),
        Rendered("{mac}.xml", own, Format.XML, where_to_ask, media_type=XML),
        Rendered(COMMON, common, Format.XML, where_to_ask, media_type=XML),
        Served("**"),
    )


BASE_FORM = _tree("base.tpl", "base.tpl")
MULTICELL_FORM = _tree("multicell.tpl", "multicell.tpl")
DECT_FORM = _tree("dect.tpl", "dect.tpl")
DESK_FORM = _tree("desk.tpl", "desk-common.tpl")

_FORMS: Mapping[Form, Tree] = {
    Form.BASE: BASE_FORM,
    Form.MULTICELL: MULTICELL_FORM,
    Form.DECT: DECT_FORM,
    Form.DESK: DESK_FORM,
}

DEFAULT_URL, LONGEST_URL = 114, 74


@implementer(IPlugin, IIdentify, IAssociate, IConfigure, IServe, IAnswerDHCP, ISynchronize)
class Gigaset:
    """All models; a form for each generation of them."""

    clues = (
        Clue.user_agent(by_user_agent, "Gigaset N", '"Gigaset N', "N510", '"N510', "N720", '"N720'),
        Clue.filename(Protocol.TFTP, by_path, prefixes=OWN_PREFIXES),
        Clue.filename(Protocol.HTTP, by_path, prefixes=OWN_PREFIXES),
        Clue.vendor_class(by_vendor_class, "Gigaset_", "N510", "C470", "C590", "C610", "S675"),
        Clue.hardware(VENDOR, *RANGES),
    )
    # Over HTTP each request names the device, in its User-Agent or by the file that it asks for.
    by_address = frozenset({"tftp"})

    def associate(self, info: Info) -> int:
        return support(info)

    def configure(self, device: Any, raw_config: dict[str, Any]) -> None:
        complete(device, raw_config)

    def serve(self, path: str, view: IView) -> Answer:
        if is_chained(path):
            return chained(path, view.base_url)
        return _FORMS[model_named(view.device.model).form].serve(path, view)

    def dhcp_options(self, asked: Asked, view: IView) -> Mapping[int, str | bytes]:
        """Option 114: the URL of the file for a Maxwell, that of this server for every other.

        114 goes before 66, which the N720 does not read, and to which a Maxwell adds its domain (Gigaset's wiki, "DHCP
        option 114" and "DHCP option 66").  More than 74 characters it does not take.
        """
        model = MODELS.get(view.device.model or "")
        is_desk = model is not None and model.form is Form.DESK
        url = f"{view.base_url}/{OWN_FILE}" if is_desk else view.base_url
        return {DEFAULT_URL: url.encode()} if 0 < len(url) <= LONGEST_URL else {}

    def ways(self, device: Any, raw_config: Mapping[str, Any]) -> Sequence[Way]:
        """`check-sync`, as Wazo tells the older devices, and Gigaset's wiki the N530 to N870."""
        if model_named(device.model).form is Form.DECT:
            return (Notify(event="check-sync;reboot=false"),)
        return (Notify(),)

    def accounts_file(self, device: Any) -> str:
        return own_file("{MAC}.xml", device)


PLUGIN = Gigaset()
