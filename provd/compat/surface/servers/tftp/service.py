"""`servers.tftp.service`: what answers read requests; provd walks to the files itself."""

from __future__ import annotations

from io import BytesIO
from typing import Any, BinaryIO, Protocol

TFTPRequest = dict[str, Any]
"""`packet` and `address`; `prov_dev`, the device, once it is known."""

FILE_NOT_FOUND = b"\x00\x01"


class Response(Protocol):
    """How a service answers: once."""

    def accept(self, file: BinaryIO) -> None:
        """Send it."""

    def reject(self, code: bytes, message: str) -> None:
        """Send an error of two bytes."""

    def ignore(self) -> None:
        """Send nothing."""


class TFTPNullService:
    """Refuses everything."""

    def __init__(self, errcode: bytes = FILE_NOT_FOUND, errmsg: str = "File not found") -> None:
        self.errcode = errcode
        self.errmsg = errmsg

    def handle_read_request(self, request: TFTPRequest, response: Response) -> None:
        """Refuse."""
        del request
        response.reject(self.errcode, self.errmsg)


class TFTPStringService:
    """Answers everything with one text."""

    def __init__(self, msg: str) -> None:
        self._body = msg.encode()

    def handle_read_request(self, request: TFTPRequest, response: Response) -> None:
        """Send it."""
        del request
        response.accept(BytesIO(self._body))


class TFTPFileService:
    """The files below a directory."""

    def __init__(self, path: str) -> None:
        self.path = path


class TFTPHookService:
    """Another service, with something before each request."""

    def __init__(self, service: Any) -> None:
        self.service = service

    def handle_read_request(self, request: TFTPRequest, response: Response) -> None:
        """Do what is done before, then ask the other."""
        self._pre_handle(request)
        self.service.handle_read_request(request, response)

    def _pre_handle(self, request: TFTPRequest) -> None:
        """For subclasses."""
