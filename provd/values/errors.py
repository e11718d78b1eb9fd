"""Every failure provd can name: one root, classes that name the condition and carry its fields."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import define, frozen


class ProvdError(Exception):
    """The root of every failure provd can name; anything else that is raised is a defect."""


@frozen
class Problem:
    """One thing wrong with a document, a setting or a request, and where.

    `path` is dotted (`raw_config.sip_lines.1.proxy_port`), empty for the whole;
    `expected` says what would have been right.
    """

    path: str
    message: str
    expected: str = ""

    def __str__(self) -> str:
        where = f"{self.path}: " if self.path else ""
        wanted = f" (expected {self.expected})" if self.expected else ""
        return f"{where}{self.message}{wanted}"


@define
class Invalid(ProvdError):
    """What was given cannot be accepted; every reason is listed, not only the first."""

    subject: str
    problems: Sequence[Problem]

    def __str__(self) -> str:
        return f"{self.subject}: " + "; ".join(str(problem) for problem in self.problems)


@define
class MalformedPacket(ProvdError):
    """The peer sent bytes its protocol does not allow."""

    protocol: str
    detail: str

    def __str__(self) -> str:
        return f"malformed {self.protocol} packet: {self.detail}"


@define
class MalformedSelector(ProvdError):
    """A query uses an operator or a shape the selector language does not have."""

    path: str
    detail: str

    def __str__(self) -> str:
        return f"malformed selector at {self.path or 'its root'}: {self.detail}"


@define
class NoSuchDocument(ProvdError):
    """The store holds no document under that id."""

    collection: str
    document_id: str

    def __str__(self) -> str:
        return f"there is no document called {self.document_id!r} in {self.collection}"


@define
class DraftRefused(ProvdError):
    """A draft was not committed; nothing of it was kept."""


@define
class RevisionConflict(DraftRefused):
    """A document that the draft read or changed has moved on; decide again on what it is now."""

    collection: str
    document_id: str
    read: int
    current: int

    def __str__(self) -> str:
        return (
            f"{self.collection}/{self.document_id} is at revision {self.current},"
            f" the draft had read {self.read}; read it again and repeat the change"
        )


@define
class KeyClaimed(DraftRefused):
    """Another document already holds a value that only one may hold."""

    collection: str
    field: str
    value: str
    holder: str

    def __str__(self) -> str:
        return (
            f"{self.field} {self.value} already belongs to {self.collection}/{self.holder};"
            " change or remove that document first"
        )


@define
class TooBroad(ProvdError):
    """A search would look at more documents, each at a price, than anybody may wait for."""

    collection: str
    candidates: int
    limit: int

    def __str__(self) -> str:
        return (
            f"{self.candidates} {self.collection} would have to be resolved, and {self.limit} may be;"
            " add a filter on an indexed field"
        )


@define
class StoreUnavailable(ProvdError):
    """The store keeps nothing at present; reads go on, writes are refused until it can."""

    reason: str

    def __str__(self) -> str:
        return (
            f"the store cannot keep changes: {self.reason}; see /readyz and free or repair its disk"
        )


@define
class NotReady(ProvdError):
    """A part of the server is not (yet, or any more) able to answer."""

    part: str
    reason: str

    def __str__(self) -> str:
        return f"{self.part} is not ready: {self.reason}"


@define
class PluginFailed(ProvdError):
    """A plugin raised or answered nonsense; its device is refused politely, others are served on."""

    plugin_id: str
    question: str
    cause: str

    def __str__(self) -> str:
        return (
            f"plugin {self.plugin_id} failed to {self.question}: {self.cause};"
            f" `provd plugins show {self.plugin_id}` has the traceback"
        )
