"""What can go wrong with packages: each condition by name, each a sentence for the operator."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import define

from provd.values import ProvdError

LONGEST_REASON = 300
"""Characters of why one URL did not give a file."""


class Stopped(ProvdError):
    """Nobody wants the work to go on."""

    def __str__(self) -> str:
        return "it was stopped"


@define
class HostileArchive(ProvdError):
    """An archive holds what no honest one does, or is broken; nothing of it is kept."""

    archive: str
    member: str
    why: str

    def __str__(self) -> str:
        where = f"{self.archive}, {self.member[:120]!r}" if self.member else self.archive
        return f"{where}: {self.why}; nothing of it was installed"


@define
class NothingTaken(ProvdError):
    """The definition names a member that an archive does not have, or names one file for several."""

    archive: str
    member: str
    found: int

    def __str__(self) -> str:
        has = "no member" if not self.found else f"{self.found} members, and one place for them,"
        return f"{self.archive} has {has} called {self.member!r}: the package's definition is wrong"


@define
class AddressDenied(ProvdError):
    """A URL leads to an address that nothing may be fetched from."""

    host: str
    address: str

    def __str__(self) -> str:
        return (
            f"{self.host} is at {self.address}, which is no public address; put its network into"
            " allow_networks of [packages] to have packages fetched from there"
        )


@define
class NotFetched(ProvdError):
    """One URL did not give the file."""

    url: str
    reason: str

    def __str__(self) -> str:
        # Part of it may be what a stranger's server said.
        return f"{self.url}: {self.reason[:LONGEST_REASON]}"


@define
class NotToBeHad(ProvdError):
    """No URL of a file gave it."""

    name: str
    reasons: Sequence[str]
    hint: str = ""

    def __str__(self) -> str:
        tried = "; ".join(self.reasons) or "its vendor lets nobody fetch it directly"
        where = f" ({self.hint})" if self.hint else ""
        return f"{self.name} cannot be fetched: {tried}; get it yourself{where} and upload it"


@define
class WrongFile(ProvdError):
    """A file is not the one that the definition tells of."""

    name: str
    why: str

    def __str__(self) -> str:
        return f"{self.name} is not what the package's definition tells of: {self.why}"


@define
class NoRoom(ProvdError):
    """A file does not fit into the cache."""

    name: str
    size: int
    bound: int

    def __str__(self) -> str:
        return (
            f"{self.name} has {self.size} bytes, and {self.bound} are to be kept: raise cache_bytes"
            " of [packages]"
        )


@define
class UploadOutOfPlace(ProvdError):
    """A piece does not follow on those that are there."""

    name: str
    received: int

    def __str__(self) -> str:
        return f"{self.received} bytes of {self.name} are there: send what follows, or begin again at 0"


@define
class PlaceTaken(ProvdError):
    """A package would put a file where another file is."""

    package: str
    place: str
    holder: str
    """The package whose it is; empty for a file that no package brought."""

    def __str__(self) -> str:
        if self.holder:
            return (
                f"{self.package} cannot be installed: {self.place} belongs to package {self.holder}"
            )

        return (
            f"{self.package} cannot be installed: there is a file at {self.place} that no package"
            " brought; move it away first"
        )


@define
class NotInstalled(ProvdError):
    """A version of a package is not there."""

    package: str
    version: str

    def __str__(self) -> str:
        return f"{self.package} {self.version} is not installed".replace("  ", " ")
