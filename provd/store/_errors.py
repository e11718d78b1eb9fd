"""Why a store cannot be opened: each says which file, and what to do about it."""

from __future__ import annotations

from attrs import define

from provd.values import ProvdError


@define
class StoreNotOpened(ProvdError):
    """The database could not be opened; nothing was changed."""

    path: str
    detail: str

    def __str__(self) -> str:
        return f"the database {self.path} cannot be opened: {self.detail}"


@define
class StoreInUse(StoreNotOpened):
    """Another process keeps its documents in the same file."""

    def __str__(self) -> str:
        return (
            f"the database {self.path} is in use by another provd ({self.detail});"
            " stop that one, or give this one a data directory of its own"
        )


@define
class StoreCorrupt(StoreNotOpened):
    """The database file is damaged as a whole: not one row but the file cannot be trusted."""

    backup: str

    def __str__(self) -> str:
        restore = (
            f"restore {self.backup} in its place"
            if self.backup
            else "restore a backup of it in its place (there is none beside it)"
        )
        return (
            f"the database {self.path} is damaged ({self.detail}); move it and its -wal and -shm"
            f" files away, {restore}, and start again"
        )


@define
class StoreTooNew(StoreNotOpened):
    """A newer provd has upgraded these documents; this one would not understand them."""

    backup: str

    def __str__(self) -> str:
        restore = f", or restore {self.backup}" if self.backup else ""
        return (
            f"the database {self.path} was written by a newer provd ({self.detail});"
            f" run that version{restore}"
        )
