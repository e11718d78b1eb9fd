"""From a path to what a legacy plugin has there."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.web.resource import NoResource, Resource
from twisted.web.server import NOT_DONE_YET

from provd.compat.files import served
from provd.compat.naming import names_a_device
from provd.compat.surface.plugins import StandardPlugin
from provd.compat.surface.servers.http import HTTPNoListingFileService
from provd.compat.surface.servers.tftp.service import (
    TFTPFileService,
    TFTPHookService,
    TFTPNullService,
    TFTPStringService,
)
from provd.documents import Device
from provd.values import Answer, Content, Refusal, RefusalKind

# What plugins of the field are built on has gone out of fashion with twisted.web.
pytestmark = pytest.mark.filterwarnings("ignore:twisted.web.resource:DeprecationWarning")

DIRECTORY = Path("/plugins/acme")
TREE = f"{DIRECTORY}/var/tftpboot"


class View:
    """Answers with the name that it is asked for."""

    device = Device(id="phone", mac="00:00:5e:00:53:01")

    def file(self, relative: str) -> Answer:
        return Content(f"file {relative}".encode())


def answer(
    path: str, *, http: Any = None, tftp: Any = None, rehearsed: Mapping[str, bytes] | None = None
) -> Any:
    """What a plugin with these services serves."""
    plugin = StandardPlugin(None, str(DIRECTORY), {}, {})
    plugin.http_service, plugin.tftp_service = http, tftp
    return served(plugin, DIRECTORY, path, View(), rehearsed or {})


def text(*arguments: Any, **more: Any) -> str:
    """The same, of what is there."""
    found = answer(*arguments, **more)
    assert isinstance(found, Content), found
    return found.body.decode()


def test_files_of_the_tree() -> None:
    """Of either service; a directory inside the tree is looked in where the plugin says so."""
    assert text("a/b.cfg", http=HTTPNoListingFileService(TREE)) == "file a/b.cfg"
    assert text("b.cfg", http=HTTPNoListingFileService(f"{TREE}/Acme")) == "file Acme/b.cfg"
    assert text("b.cfg", tftp=TFTPFileService(TREE)) == "file b.cfg"


@pytest.mark.parametrize(
    "name",
    [
        "00005E005302.cfg",
        "00005e005302-user.cfg",
        "00:00:5e:00:53:02.cfg",
        "Acme/cfg00-00-5E-00-53-02",
        "ATA00005E005302.cnf.xml",
        "00005e005302/00005e005301.cfg",
    ],
)
def test_a_file_of_another_device_is_nobodys(name: str) -> None:
    """Whatever it proved of itself, and wherever the plugin finds the file that it asks for."""
    service = HTTPNoListingFileService(TREE)
    assert answer(name, http=service).kind is RefusalKind.NOT_FOUND
    assert answer(name, tftp=TFTPFileService(TREE)).kind is RefusalKind.NOT_FOUND
    assert answer(name, http=service, rehearsed={f"var/tftpboot/{name}": b"x"}) == answer(
        name, http=service
    )
    assert names_a_device(name)

    class Renaming(HTTPNoListingFileService):
        def path_preprocess(self, request: Any) -> None:
            request.postpath = [name.encode()]

    assert answer("own.cfg", http=Renaming(TREE)).kind is RefusalKind.NOT_FOUND


@pytest.mark.parametrize(
    "name",
    [
        "00005e005301.cfg",
        "ATA00005E005301.cnf.xml",
        "00:00:5E:00:53:01",
        "fw/20131015.bin",
        "fw/0123456789abcdef0123456789abcdef.bin",
    ],
)
def test_its_own_and_those_of_all(name: str) -> None:
    """A device is served what has its own MAC address in its name, or none."""
    assert text(name, http=HTTPNoListingFileService(TREE)) == f"file {name}"


def test_a_file_that_would_be_written() -> None:
    """In a what-if it is answered as it would be."""
    rehearsed = {"var/tftpboot/Acme/b.cfg": b"new"}
    service = HTTPNoListingFileService(f"{TREE}/Acme")
    assert text("b.cfg", http=service, rehearsed=rehearsed) == "new"
    assert text("c.cfg", http=service, rehearsed=rehearsed) == "file Acme/c.cfg"


@pytest.mark.parametrize("place", ["/etc", f"{DIRECTORY}", "/plugins/other/var/tftpboot"])
def test_a_service_outside_the_tree_serves_nothing(place: str) -> None:
    """What is not the plugin's own tree is nobody's business."""
    assert answer("passwd", http=HTTPNoListingFileService(place)).kind is RefusalKind.NOT_FOUND


@given(st.lists(st.sampled_from(["..", ".", "", "a", "b.cfg"]), min_size=1, max_size=6))
def test_no_path_leads_out(segments: list[str]) -> None:
    """The host is never asked for what is above its tree."""
    for service in (HTTPNoListingFileService(TREE), HTTPNoListingFileService(f"{TREE}/Acme")):
        found = answer("/".join(segments), http=service)
        if isinstance(found, Content):
            assert ".." not in found.body.decode().split("/")


def test_a_path_that_the_plugin_rewrites() -> None:
    """Before anything is looked up; in segments of either kind."""

    class Wrapper(HTTPNoListingFileService):
        def path_preprocess(self, request: Any) -> None:
            request.path = request.path.replace(b"//", b"/")
            request.postpath = request.path.decode("ascii").split("/")[2:]

    assert text("strange/a.cfg", http=Wrapper(TREE)) == "file a.cfg"


def test_a_tree_of_resources() -> None:
    """Files below one of them, and a page of another."""

    class Page(Resource):
        isLeaf = True

        def render_GET(self, request: Any) -> bytes:
            request.setHeader(b"Content-Type", b"text/plain")
            return b"page"

    root = Resource()
    root.putChild(b"files", HTTPNoListingFileService(TREE))
    root.putChild(b"page", Page())
    assert text("files/a.cfg", http=root) == "file a.cfg"
    found = answer("page", http=root)
    assert (found.body, found.media_type) == (b"page", "text/plain")
    assert answer("nothing", http=root).kind is RefusalKind.NOT_FOUND


def test_a_resource_that_writes() -> None:
    """What it writes is what is answered; one that has not ended is not waited for."""

    class Writes(Resource):
        isLeaf = True

        def render_GET(self, request: Any) -> Any:
            request.write(b"one ")
            request.write(b"two")
            if request.path == b"/done":
                request.finish()
            return NOT_DONE_YET

    assert text("done", http=Writes()) == "one two"
    assert answer("later", http=Writes()).kind is RefusalKind.UNAVAILABLE


def test_a_refusal() -> None:
    """The status of a page that says no is what counts."""
    assert answer("a", http=NoResource("no")).kind is RefusalKind.NOT_FOUND
    assert answer("a").kind is RefusalKind.NOT_FOUND


def test_services_over_tftp() -> None:
    """Refused, one text, another service behind a hook."""
    refused = answer("a", tftp=TFTPNullService(errmsg="never"))
    assert refused == Refusal(RefusalKind.NOT_FOUND, "never")
    assert text("a", tftp=TFTPStringService("text")) == "text"

    seen: list[bytes] = []

    class Hook(TFTPHookService):
        def _pre_handle(self, request: Any) -> None:
            seen.append(request["packet"]["filename"])

    assert text("a", tftp=Hook(TFTPStringService("text"))) == "text"
    assert seen == [b"a"]


def test_a_service_of_the_plugins_own() -> None:
    """It accepts, ignores, or says nothing."""

    class Own:
        def handle_read_request(self, request: Any, response: Any) -> None:
            name = request["packet"]["filename"]
            if name == b"yes":
                response.accept(BytesIO(b"here"))
            elif name == b"no":
                response.ignore()

    assert text("yes", tftp=Own()) == "here"
    assert answer("no", tftp=Own()).kind is RefusalKind.NOT_FOUND
    assert answer("what", tftp=Own()).kind is RefusalKind.UNAVAILABLE
