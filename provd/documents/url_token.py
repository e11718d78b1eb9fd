"""UrlToken: a URL that is good for one device, for a while, and for so many of its secret files.

Its text is told once, to whoever had it made; what is kept is a hash.
"""

from __future__ import annotations

from typing import ClassVar

from provd.documents.base import Document, Kind


class UrlToken(Document, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """One one-time URL. Times are seconds since the epoch."""

    never_shown: ClassVar[frozenset[str]] = frozenset({"digest"})

    device: str
    """The id of the device it was made for."""
    digest: str
    """By which it is looked up; see `provd.documents.digest_of_secret`."""
    uses: int = 1
    """How many files with secrets it is still good for."""
    issued: float = 0.0
    """When it was made."""
    issued_by: str = ""
    """Who had it made; empty where nobody had to prove who they are."""
    expiry: float = 0.0
    """When it is good no more."""
    used: float = 0.0
    """When it was used last; 0: never."""
    description: str | None = None
    """For whoever finds it in a list."""

    def good(self, now: float) -> bool:
        """Whether it opens anything at this time."""
        return self.uses > 0 and now < self.expiry


URL_TOKENS = Kind(
    name="url-tokens",
    type=UrlToken,
    indexes=("device", "digest", "tenant"),
    secret=True,
)
