"""Files from elsewhere: fetched and checked, kept in a cache, unpacked within a guard, installed into a tree."""

from provd.files._cache import Cache
from provd.files._definition import (
    FILE,
    Definition,
    Source,
    Take,
    parse_definitions,
    read_definitions,
)
from provd.files._download import Downloads
from provd.files._errors import (
    AddressDenied,
    HostileArchive,
    NoRoom,
    NotFetched,
    NothingTaken,
    NotInstalled,
    NotToBeHad,
    PlaceTaken,
    Stopped,
    UploadOutOfPlace,
    WrongFile,
)
from provd.files._reach import may_be_asked, networks
from provd.files._settings import PackageSettings
from provd.files._shelf import Installed, Shelf, noted
from provd.files._shelves import Shelves, Stock
from provd.files._stop import Stop
from provd.files._unpack import unpack

__all__ = [
    "FILE",
    "AddressDenied",
    "Cache",
    "Definition",
    "Downloads",
    "HostileArchive",
    "Installed",
    "NoRoom",
    "NotFetched",
    "NotInstalled",
    "NotToBeHad",
    "NothingTaken",
    "PackageSettings",
    "PlaceTaken",
    "Shelf",
    "Shelves",
    "Source",
    "Stock",
    "Stop",
    "Stopped",
    "Take",
    "UploadOutOfPlace",
    "WrongFile",
    "may_be_asked",
    "networks",
    "noted",
    "parse_definitions",
    "read_definitions",
    "unpack",
]
