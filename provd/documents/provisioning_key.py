"""ProvisioningKey: a text that devices of one tenant show as the first part of whatever they ask for.

The URL that a tenant's phones are given once, by a redirect service or a sticker, has it; whoever knows
it is taken for one of that tenant's and for no other's.  It names nobody in particular.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, ClassVar

from provd.documents.base import Document, Kind
from provd.documents.header import read_header
from provd.documents.reading import Reading, json_type

ONCE_URL = "once-"
"""How the text of a one-time URL begins; no key does."""

LATEST = 253_402_300_799.0
"""The last second of the year 9999, since the epoch."""

_SAFE = re.compile(r"[A-Za-z0-9$~.-]{8,256}")
_EXPECTED = f"8 to 256 of A-Z a-z 0-9 - $ ~ ., not beginning with {ONCE_URL}"


class ProvisioningKey(Document, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """One key of one tenant; a tenant may have several that are good at once."""

    never_shown: ClassVar[frozenset[str]] = frozenset({"digest"})

    secret: str
    """The key itself."""
    begins: float = 0.0
    """When it begins to be good, in seconds since the epoch; 0: it always was."""
    ends: float | None = None
    """When it is good no more; null: not before somebody says so."""
    description: str | None = None
    """For people."""
    digest: str = ""
    """By which it is looked up; see `digest_of_secret`."""

    def good(self, now: float) -> bool:
        """Whether it opens anything at this time."""
        return self.begins <= now and (self.ends is None or now < self.ends)


def digest_of_secret(text: str) -> str:
    """What a secret in a path is looked up by: how long that takes tells nothing of the others."""
    return sha256(text.encode("utf-8", "replace")).hexdigest()


def is_key(text: str) -> bool:
    """Whether that could be a provisioning key."""
    return _SAFE.fullmatch(text) is not None and not text.startswith(ONCE_URL)


def parse_provisioning_key(
    given: Mapping[str, Any], *, document_id: str = "", subject: str = "key"
) -> ProvisioningKey:
    """The key that a JSON object describes; `document_id` as for `parse_device`.

    @raise Invalid: with every problem there is, and its path.
    """
    read = Reading(given, subject)
    read.drop("digest")
    secret = _secret(read)
    begins = _moment(read, "begins") or 0.0
    ends = _moment(read, "ends")
    if ends is not None and ends <= begins:
        read.note("ends", "is not after it begins", "a later time, or null")
    key = ProvisioningKey(
        **read_header(read, document_id),
        secret=secret,
        begins=begins,
        ends=ends,
        description=read.filled("description"),
        digest=digest_of_secret(secret),
        extra=read.rest(),
    )
    read.finish()
    return key


def _secret(read: Reading) -> str:
    secret = read.text("secret")
    if secret is None:
        if read.take("secret") is None:
            read.note("secret", "is missing", _EXPECTED)
        return ""
    if not is_key(secret):
        # Not the text itself: it may be a secret that is spelled a little wrong.
        read.note("secret", f"is {len(secret)} characters that are no key", _EXPECTED)
    return secret


def _moment(read: Reading, key: str) -> float | None:
    """A time, in seconds since the epoch; None where there is none."""
    value = read.take(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        read.note(key, f"is {json_type(value)}", "seconds since the epoch")
        return None
    if not (math.isfinite(value) and 0 <= value <= LATEST):
        read.note(key, f"is {value}", "seconds since the epoch")
        return None
    return float(value)


KEYS = Kind(
    name="keys",
    type=ProvisioningKey,
    unique=("digest",),
    indexes=("tenant",),
    secret=True,
    parse=parse_provisioning_key,
)
