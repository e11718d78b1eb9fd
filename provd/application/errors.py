"""What a use case may refuse, beyond what the store and the values already name."""

from __future__ import annotations

from attrs import define

from provd.values import ProvdError


@define
class AlreadyThere(ProvdError):
    """A document was to be created under an id that is taken."""

    collection: str
    document_id: str

    def __str__(self) -> str:
        return (
            f"there is a document called {self.document_id!r} in {self.collection} already;"
            " choose another id, or change that one"
        )


@define
class PreconditionFailed(ProvdError):
    """The caller wanted to change a revision that is not the current one."""

    collection: str
    document_id: str
    current: int

    def __str__(self) -> str:
        return (
            f"{self.collection}/{self.document_id} is at revision {self.current}, not at the one"
            " you named; read it again and repeat the change"
        )


@define
class NotDeletable(ProvdError):
    """The document says of itself that it may not be deleted."""

    collection: str
    document_id: str

    def __str__(self) -> str:
        return (
            f"{self.collection}/{self.document_id} is marked as not deletable;"
            " set its `deletable` to true first if you are sure"
        )


@define
class InUse(ProvdError):
    """A document may not go while others need it."""

    collection: str
    document_id: str
    users: tuple[str, ...]
    """Some of those, each with its collection in front."""
    more: bool = False
    """There are others."""

    def __str__(self) -> str:
        others = " and others" if self.more else ""
        return (
            f"{self.collection}/{self.document_id} is in use by {', '.join(self.users)}{others};"
            " delete or release them first"
        )


@define
class NotCancellable(ProvdError):
    """An operation that is over, or that nobody here is working on, cannot be cancelled."""

    operation_id: str
    state: str

    def __str__(self) -> str:
        return f"operation {self.operation_id} is {self.state}; there is nothing left to cancel"


@define
class OperationCancelled(ProvdError):
    """What the caller waited for was stopped."""

    operation_id: str
    reason: str

    def __str__(self) -> str:
        return f"operation {self.operation_id} was cancelled: {self.reason}"


@define
class BuiltIn(ProvdError):
    """A document that is always there was to be changed."""

    collection: str
    document_id: str

    def __str__(self) -> str:
        return (
            f"{self.collection}/{self.document_id} is built in and stays as it is;"
            " make one of another name"
        )


@define
class TooManyTokens(ProvdError):
    """A user has as many tokens as one may have."""

    user: str
    most: int

    def __str__(self) -> str:
        return f"{self.user} has {self.most} tokens already; revoke some first"


@define
class PackageBusy(ProvdError):
    """One thing is done to a package at a time."""

    plugin_id: str
    package: str
    operation_id: str

    def __str__(self) -> str:
        what = "/".join(filter(None, [self.plugin_id, self.package])) or "the indexes of plugins"
        return (
            f"operation {self.operation_id} is at work on {what};"
            " wait until it has ended, or cancel it"
        )


@define
class RestoreUnderWay(ProvdError):
    """A copy is being restored; a second one has to wait."""

    operation_id: str

    def __str__(self) -> str:
        return (
            f"operation {self.operation_id} restores a copy; wait until it has ended, or cancel it"
        )
