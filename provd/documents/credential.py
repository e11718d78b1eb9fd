"""DeviceCredential: the name and the password by which one device proves over HTTP that it is the one.

The server makes them, strong and each for one device alone, and tells them to that device only, in its
own files.  While one password replaces another both are good: a device that was away learns the new one
with the old one.
"""

from __future__ import annotations

from provd.documents.base import Document, Kind


class DeviceCredential(Document, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """One device's; its id is the device's."""

    username: str
    """By whom it is looked up; it stays when the password is replaced."""
    password: str
    """The present one. Digests are computed of it (RFC 7616), so it is no hash; it is sealed at rest."""
    since: float = 0.0
    """When the present password was made, in seconds since the epoch."""
    confirmed: float = 0.0
    """When the device was first seen with the present password; 0: not yet."""
    previous_password: str | None = None
    """The one before, while it is good as well."""
    previous_until: float = 0.0
    """When it is good no more, whether the device was seen with the present one or not."""

    def previous(self, now: float) -> str | None:
        """The password before the present one, if it is good at this time."""
        return self.previous_password if now < self.previous_until else None


CREDENTIALS = Kind(
    name="credentials",
    type=DeviceCredential,
    unique=("username",),
    indexes=("tenant",),
    secret=True,
)
