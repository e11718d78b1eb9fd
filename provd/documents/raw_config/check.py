"""Whether a raw config can be used, and everything that speaks against it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from provd.documents.raw_config.fast import is_plainly_right
from provd.documents.raw_config.walk import problems_of
from provd.values import Problem


def check_raw_config(
    raw: Mapping[str, Any], *, complete: bool = False, at: str = "raw_config"
) -> list[Problem]:
    """Every problem of a raw config, with its path under `at`; an empty list when it is right.

    `complete` is for what all layers together give a device: the server's own parameters must
    be there too.
    """
    if type(raw) is dict and is_plainly_right(raw, complete=complete):
        return []
    return list(problems_of(raw, at, complete=complete))
