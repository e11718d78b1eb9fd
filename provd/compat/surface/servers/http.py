"""`servers.http`: serving a directory."""

from __future__ import annotations

from twisted.web.resource import Resource


class HTTPNoListingFileService(Resource):
    """The files below a directory, and no listings of it; provd walks to them itself."""

    isLeaf = True

    def __init__(self, path: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # twisted.web is not typed
        self.path = path
