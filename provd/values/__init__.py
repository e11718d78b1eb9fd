"""Values: what everything else speaks of. Immutable, validated at the border, free of I/O.

The nouns of the house are here: an `Inquiry` is asked, `Evidence` is gathered, a `Decision`
is taken, an `Answer` is given, a `Change` is kept.  Values in the hot path are msgspec
Structs (0.15 µs to make); nothing in this room knows a socket, a clock or a store.
"""

from provd.values.action import Action
from provd.values.address import Mac, format_mac, is_mac, parse_ip, parse_mac
from provd.values.answer import (
    Answer,
    Content,
    FileContent,
    Redirect,
    Refusal,
    RefusalKind,
    Reply,
    Silence,
)
from provd.values.cause import Caused, read_cause
from provd.values.change import Change, Committed, Position
from provd.values.decision import Decision, Note, Step
from provd.values.errand import UNPROVED, Account, ActionUrl, Errand, Notify, NotTold, Way
from provd.values.errors import (
    DraftRefused,
    Invalid,
    KeyClaimed,
    MalformedPacket,
    MalformedSelector,
    NoSuchDocument,
    NotReady,
    PluginFailed,
    Problem,
    ProvdError,
    RevisionConflict,
    StoreUnavailable,
    TooBroad,
)
from provd.values.evidence import IDENTITY_KEYS, INFO_KEYS, Info, Testimony
from provd.values.format import Format
from provd.values.identity import Identity, Presented
from provd.values.inquiry import Inquiry, Protocol
from provd.values.judgement import INFINITE, Exchange, Judgement, Loss, Question, Settled, Verb
from provd.values.link import Link
from provd.values.plugin_options import PluginOptions
from provd.values.proof import Certified, Credential, Level, Proof, level_of
from provd.values.served import (
    Served,
    answer_for,
    answered,
    in_detail,
    inquiry_served,
    serve,
    served,
    want_detail,
)
from provd.values.verdict import Outcome, Verdict

__all__ = [
    "IDENTITY_KEYS",
    "INFINITE",
    "INFO_KEYS",
    "UNPROVED",
    "Account",
    "Action",
    "ActionUrl",
    "Answer",
    "Caused",
    "Certified",
    "Change",
    "Committed",
    "Content",
    "Credential",
    "Decision",
    "DraftRefused",
    "Errand",
    "Exchange",
    "FileContent",
    "Format",
    "Identity",
    "Info",
    "Inquiry",
    "Invalid",
    "Judgement",
    "KeyClaimed",
    "Level",
    "Link",
    "Loss",
    "Mac",
    "MalformedPacket",
    "MalformedSelector",
    "NoSuchDocument",
    "NotReady",
    "NotTold",
    "Note",
    "Notify",
    "Outcome",
    "PluginFailed",
    "PluginOptions",
    "Position",
    "Presented",
    "Problem",
    "Proof",
    "Protocol",
    "ProvdError",
    "Question",
    "Redirect",
    "Refusal",
    "RefusalKind",
    "Reply",
    "RevisionConflict",
    "Served",
    "Settled",
    "Silence",
    "Step",
    "StoreUnavailable",
    "Testimony",
    "TooBroad",
    "Verb",
    "Verdict",
    "Way",
    "answer_for",
    "answered",
    "format_mac",
    "in_detail",
    "inquiry_served",
    "is_mac",
    "level_of",
    "parse_ip",
    "parse_mac",
    "read_cause",
    "serve",
    "served",
    "want_detail",
]
