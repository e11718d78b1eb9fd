"""Acme A20 and A30: they ask for `acme.cfg`, then `<mac>.xml`, then their firmware."""
# ruff: noqa: INP001 - a plugin is a directory, not a package

from __future__ import annotations

import re
from typing import Any

from zope.interface import implementer

from provd.sdk import (
    Answer,
    Asked,
    Clue,
    DeviceSupport,
    Format,
    IAssociate,
    IConfigure,
    IIdentify,
    Info,
    IPlugin,
    IServe,
    IView,
    RawConfigError,
    Rendered,
    Served,
    Tree,
    parse_mac,
)

MODELS = {"A20": 2, "A30": 4}

# Acme A20/2.1 (00-00-5E-00-53-01)
USER_AGENT = re.compile(r"Acme (A\d+)/([\d.]+) \(([0-9A-F-]{17})\)")


def by_user_agent(asked: Asked) -> Info | None:
    """What the phone says of itself over HTTP."""
    said = USER_AGENT.fullmatch(asked.header("user-agent"))
    if said is None:
        return None
    model, version, mac = said.groups()
    try:
        return {"vendor": "Acme", "model": model, "version": version, "mac": parse_mac(mac)}
    except ValueError:
        return None


TREE = Tree(
    Rendered("acme.cfg", "acme.tpl", Format.LINES),
    Rendered("{mac}.xml", "phone.tpl", Format.XML, media_type="text/xml; charset=utf-8"),
    Served("*.fw"),
)


@implementer(IPlugin, IIdentify, IAssociate, IConfigure, IServe)
class Acme:
    """One firmware for two models."""

    clues = (Clue.user_agent(by_user_agent, "Acme"),)
    by_address: frozenset[str] = frozenset()

    def associate(self, info: Info) -> int:
        """Ours is whatever Acme makes; exactly ours what we know."""
        if info.get("vendor") != "Acme":
            return DeviceSupport.NONE
        return DeviceSupport.EXACT if info.get("model") in MODELS else DeviceSupport.PROBABLE

    def configure(self, device: Any, raw_config: dict[str, Any]) -> None:
        """Acme counts its lines from 0, and has only so many of them."""
        lines = raw_config["sip_lines"]
        most = MODELS.get(device.model, 1)
        if len(lines) > most:
            raise RawConfigError(
                f"a {device.model} has {most} lines, and {len(lines)} are configured"
            )
        raw_config["XX_accounts"] = [
            {"index": index, **lines[number]} for index, number in enumerate(sorted(lines, key=int))
        ]

    def serve(self, path: str, view: IView) -> Answer:
        """The tree says it all."""
        return TREE.serve(path, view)


PLUGIN = Acme()
