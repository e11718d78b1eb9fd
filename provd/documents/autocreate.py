"""Configs for devices that nobody announced."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from msgspec import Raw, Struct

from provd.documents.config import Config

ROLE = "autocreate"
"""The role of the config that new devices' configs are made from."""


class _Lines(Struct):
    """The one part of a raw config that decides whether a device could use it."""

    sip_lines: dict[str, Raw] = {}


def autocreate_template(configs: Iterable[Config]) -> Config | None:
    """Of the configs with the role, the one that counts: always the same, the first by id."""
    return min(
        (config for config in configs if config.role == ROLE),
        key=lambda config: config.id,
        default=None,
    )


def autocreated(template: Config, new_id_suffix: str) -> Config | None:
    """A transient config for one new device, or None when the template has no SIP line 1.

    The new id begins with the template's, by which clients recognise a device that nobody has
    configured yet; `new_id_suffix` makes it unique.
    """
    if not _has_line_one(template):
        return None
    return Config(
        id=template.id + new_id_suffix,
        tenant=template.tenant,
        parent_ids=(template.id,),
        raw_config=template.raw_config,
        transient=True,
    )


def _has_line_one(template: Config) -> bool:
    try:
        return "1" in msgspec.json.decode(template.raw_config, type=_Lines).sip_lines
    except msgspec.ValidationError:
        return False
