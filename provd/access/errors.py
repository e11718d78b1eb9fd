"""Why somebody may not. No message tells whether a user or a document exists."""

from __future__ import annotations

from attrs import define

from provd.values import DraftRefused, ProvdError


@define
class NotAuthenticated(ProvdError):
    """Nobody is proved by what was presented."""

    reason: str = "nothing was presented that proves who you are"

    def __str__(self) -> str:
        return f"{self.reason}; log in with `provd login`, or send a token"


@define
class Forbidden(ProvdError):
    """The caller is known and has not got the right."""

    user: str
    scope: str
    action: str
    detail: str = ""

    def __str__(self) -> str:
        detail = f" ({self.detail})" if self.detail else ""
        return (
            f"{self.user} may not {self.action} {self.scope}{detail}; a role would have to grant it"
        )


@define
class SiteOwned(DraftRefused):
    """A config that all tenants inherit from was to be changed by one of them."""

    collection: str
    document_id: str

    def __str__(self) -> str:
        return (
            f"{self.collection}/{self.document_id} belongs to the site; make one of your own that"
            " inherits from it"
        )


@define
class TooManyAttempts(ProvdError):
    """Too many failures from there, or for that name: nothing is even looked at for a while."""

    seconds: int

    def __str__(self) -> str:
        return f"too many attempts to log in; try again in {self.seconds} seconds"


@define
class NotToBeHad(DraftRefused):
    """A value that only one document may hold is not for this one; by whom it is held is not told."""

    collection: str
    field: str
    value: str

    def __str__(self) -> str:
        return f"{self.field} {self.value} is not to be had; if the device is yours, ask whoever runs this site"


@define
class TooManyClaims(ProvdError):
    """Too often somebody asked for a value that was not to be had: none is looked at for a while."""

    seconds: int

    def __str__(self) -> str:
        return (
            "too many addresses were asked for that are not to be had; no other is given to a device for"
            f" {self.seconds} seconds"
        )


@define
class UnsafeKeyFile(ProvdError):
    """The file with the keys that sign tokens can be read by others, or is none."""

    path: str
    reason: str

    def __str__(self) -> str:
        return (
            f"the keys in {self.path} cannot be trusted: {self.reason}; move the file away and start"
            " again: every token is then void, and users log in anew"
        )


@define
class UnusableAuthority(ProvdError):
    """The files that say who signs client certificates, or which are revoked, cannot be used."""

    path: str
    reason: str

    def __str__(self) -> str:
        return f"client certificates cannot be checked against {self.path}: {self.reason}"


@define
class UnusableHtpasswd(ProvdError):
    """The htpasswd file that the settings name cannot be used."""

    path: str
    reason: str

    def __str__(self) -> str:
        return f"the htpasswd file {self.path} cannot be used: {self.reason}"
