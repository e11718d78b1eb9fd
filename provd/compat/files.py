"""From a path to what a legacy plugin has there: its services are walked, files are found by the host."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred
from twisted.web.http_headers import Headers
from twisted.web.resource import IResource, getChildForRequest
from twisted.web.server import NOT_DONE_YET

from provd.compat.naming import names_another
from provd.compat.surface.plugins import TFTPBOOT_DIR, Plugin
from provd.compat.surface.servers.http import HTTPNoListingFileService
from provd.compat.surface.servers.tftp.service import FILE_NOT_FOUND, TFTPFileService
from provd.sdk import Answer, Content, IView, Refusal, RefusalKind

NOTHING = Refusal(RefusalKind.NOT_FOUND, "its plugin serves nothing of that name")
ANOTHERS = Refusal(RefusalKind.NOT_FOUND, "the MAC address in its name is not that of the device")
UNFINISHED = Refusal(RefusalKind.UNAVAILABLE, "its plugin did not answer at once")


class Request:
    """A request as resources of twisted.web see it, and what they answer."""

    method = b"GET"
    clientproto = b"HTTP/1.1"

    def __init__(self, path: Sequence[str]) -> None:
        self.path = b"/" + "/".join(path).encode()
        self.uri = self.path
        self.postpath: list[Any] = [segment.encode() for segment in path]
        self.prepath: list[Any] = []
        self.args: dict[bytes, list[bytes]] = {}
        self.requestHeaders = Headers()
        self.responseHeaders = Headers()
        self.code = 200
        self.written: list[bytes] = []
        self.finished = False

    def getHeader(self, _key: bytes) -> None:
        """Nothing: what is served hangs on the device and the path alone."""

    def setHeader(self, name: bytes, value: bytes) -> None:
        self.responseHeaders.setRawHeaders(name, [value])

    def setResponseCode(self, code: int, _message: bytes | None = None) -> None:
        self.code = code

    def write(self, data: bytes) -> None:
        self.written.append(data)

    def finish(self) -> None:
        self.finished = True

    def notifyFinish(self) -> Deferred[None]:
        return Deferred()


def served(
    plugin: Plugin, directory: Path, path: str, view: IView, rehearsed: Mapping[str, bytes]
) -> Answer:
    """What the plugin has for the device that asks at `path`; `rehearsed` would be there, by path below `directory`."""
    if names_another(path, view.device.mac):
        return ANOTHERS
    tree = _Tree(directory, view, rehearsed)
    segments = path.split("/")
    service = plugin.http_service if plugin.http_service is not None else plugin.tftp_service
    if service is None:
        return NOTHING
    preprocess = getattr(service, "path_preprocess", None)
    request = Request(segments)
    if callable(preprocess):
        preprocess(request)
    if IResource.providedBy(service):
        return _of_resource(service, request, tree)
    return _of_tftp(service, segments, tree)


def _of_resource(service: Any, request: Request, tree: _Tree) -> Answer:
    found = service if service.isLeaf else getChildForRequest(service, request)
    if isinstance(found, HTTPNoListingFileService):
        return tree.file(found.path, _texts(request.postpath))
    body = found.render(request)
    if body is NOT_DONE_YET and not request.finished:
        return UNFINISHED
    whole = b"".join([*request.written, body if isinstance(body, bytes) else b""])
    if request.code != 200:
        return NOTHING
    kind = request.responseHeaders.getRawHeaders(b"content-type", [b"text/html"])[0]
    return Content(whole, kind.decode("latin-1"))


def _of_tftp(service: Any, segments: Sequence[str], tree: _Tree) -> Answer:
    if isinstance(service, TFTPFileService):
        return tree.file(service.path, segments)
    response = _Response()
    packet = {
        "opcode": b"\x00\x01",
        "filename": "/".join(segments).encode(),
        "mode": b"octet",
        "options": {},
    }
    service.handle_read_request({"packet": packet, "address": ("", 0)}, response)
    return response.answer


class _Response:
    """What a TFTP service answers."""

    def __init__(self) -> None:
        self.answer: Answer = UNFINISHED

    def accept(self, file: Any) -> None:
        self.answer = Content(file.read())

    def reject(self, code: bytes = FILE_NOT_FOUND, message: str = "") -> None:
        del code
        self.answer = Refusal(RefusalKind.NOT_FOUND, message or NOTHING.reason)

    def ignore(self) -> None:
        self.answer = NOTHING


def _texts(postpath: Sequence[Any]) -> list[str]:
    """Segments as text: a plugin may have put either kind there."""
    return [each.decode() if isinstance(each, bytes) else each for each in postpath]


class _Tree:
    """The files that a plugin serves: found by the host, or about to be written."""

    def __init__(self, directory: Path, view: IView, rehearsed: Mapping[str, bytes]) -> None:
        self._root = directory / TFTPBOOT_DIR
        self._view = view
        self._rehearsed = rehearsed

    def file(self, below: str, segments: Sequence[str]) -> Answer:
        """A file below a directory of the tree; nothing leads out of that."""
        inside = os.path.relpath(below, self._root)
        parts = [each for each in (*Path(inside).parts, *segments) if each not in {"", "."}]
        if ".." in parts:
            return NOTHING
        name = "/".join(parts)
        # The plugin may have put another name in the place of what was asked for.
        if names_another(name, self._view.device.mac):
            return ANOTHERS
        body = self._rehearsed.get(f"{TFTPBOOT_DIR}/{name}")
        return self._view.file(name) if body is None else Content(body)
