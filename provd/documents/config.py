"""Config: parameters that devices inherit, in layers with ordered parents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from msgspec import Raw

from provd.documents.base import EMPTY_OBJECT, Document, Kind
from provd.documents.header import read_header
from provd.documents.raw_config import check_raw_config
from provd.documents.reading import Reading


class Config(Document, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """One layer of parameters; what a device gets is this over its parents (see `flatten`)."""

    shown_empty: ClassVar[frozenset[str]] = frozenset({"parent_ids", "raw_config"})

    parent_ids: tuple[str, ...] = ()
    """Later ones win over earlier ones; one that does not exist is passed over."""
    raw_config: Raw = EMPTY_OBJECT
    """The parameters of this layer alone, a JSON object."""
    role: str | None = None
    """`autocreate` marks the template of configs that are made for unknown devices."""
    transient: bool = False
    """Goes when the last device that refers to it has left."""
    deletable: bool = True
    """Whether it may be deleted."""


def parse_config(
    given: Mapping[str, Any], *, document_id: str = "", subject: str = "config"
) -> Config:
    """The config that a JSON object describes; `document_id` as for `parse_device`.

    With `X_type` `device`, every key that is null is left out, however deep: templates take
    a key that is there for a value that can be used.

    @raise Invalid: with every problem there is, and its path.
    """
    read = Reading(given, subject)
    if given.get("X_type") == "device":
        read = Reading(without_nulls(given), subject)
    raw_config = read.mapping("raw_config", required=True)
    read.problems += check_raw_config(raw_config)
    config = Config(
        **read_header(read, document_id),
        parent_ids=read.texts("parent_ids"),
        raw_config=read.raw(raw_config, "raw_config"),
        role=read.filled("role"),
        transient=read.flag("transient", default=False),
        deletable=read.flag("deletable", default=True),
        extra=read.rest(),
    )
    read.finish()
    return config


CONFIGS = Kind(
    name="configs",
    type=Config,
    secret=True,
    indexes=("role", "parent_ids"),
    parse=parse_config,
    refers={"parent_ids": "configs"},
)


def without_nulls(value: Any) -> Any:
    """A copy of a JSON value in which no object has a key that is null; items of lists stay."""
    if isinstance(value, Mapping):
        return {key: without_nulls(item) for key, item in value.items() if item is not None}
    if isinstance(value, list | tuple):
        return [without_nulls(item) for item in value]
    return value
