"""Plugins from elsewhere: what servers offer of them, who signed that, and their trees, switched whole or not at all."""

from provd.files.releases._authoring import (
    write_archive,
    write_index,
    write_new_key,
    write_signature,
)
from provd.files.releases._errors import (
    AlreadyInstalled,
    ArchiveNotHad,
    CannotCarry,
    IndexesRefused,
    IndexRefused,
    NoServers,
    NothingBefore,
    NothingNewer,
    NothingToDo,
    NotSigned,
    NotTaken,
    UnusableKey,
    WrongArchive,
)
from provd.files.releases._index import DB, LONGEST, SIGNATURE, Index, Release, parse_index
from provd.files.releases._indexes import Indexes, Offer, PluginServer, Served
from provd.files.releases._minisign import LONGEST as LONGEST_SIGNATURE
from provd.files.releases._minisign import PublicKey, SecretKey, Signed, read_public_key, verify
from provd.files.releases._provenance import Provenance
from provd.files.releases._trees import Trees

__all__ = [
    "DB",
    "LONGEST",
    "LONGEST_SIGNATURE",
    "SIGNATURE",
    "AlreadyInstalled",
    "ArchiveNotHad",
    "CannotCarry",
    "Index",
    "IndexRefused",
    "Indexes",
    "IndexesRefused",
    "NoServers",
    "NotSigned",
    "NotTaken",
    "NothingBefore",
    "NothingNewer",
    "NothingToDo",
    "Offer",
    "PluginServer",
    "Provenance",
    "PublicKey",
    "Release",
    "SecretKey",
    "Served",
    "Signed",
    "Trees",
    "UnusableKey",
    "WrongArchive",
    "parse_index",
    "read_public_key",
    "verify",
    "write_archive",
    "write_index",
    "write_new_key",
    "write_signature",
]
