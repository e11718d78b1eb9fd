"""Golden files: what a plugin renders, kept beside it and compared byte for byte.

    python -m provd.testing.golden plugins/aastra            says what differs
    python -m provd.testing.golden plugins/aastra --write    makes the files again

A case is `golden/<name>.json` of a family source, its files are in `golden/<name>/`.  The plugin is
installed and asked as a device asks it: nothing here renders in a way of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click
import msgspec
from attrs import define
from msgspec import Raw, Struct
from twisted.internet.task import Clock

from provd.contracts import IReadable
from provd.documents import CONFIGS, CREDENTIALS, DEVICES, Config, DeviceCredential, parse_device
from provd.plugins import Advertised, Plugins
from provd.plugins.assemble import assemble
from provd.store import MemoryStore
from provd.values import Content, Inquiry, Protocol, ProvdError


class GoldenCase(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One device with one raw config, and the files it asks for."""

    device: dict[str, Any]
    base_url: str
    raw_config: dict[str, Any]
    files: list[str]
    credential: dict[str, str] = {}
    """`username` and `password` of the device, for a family that tells a device its own."""
    key: str = ""
    """The provisioning key of its tenant."""
    edition: str = ""
    """Of the family source; empty for a family without editions."""


@define
class NothingRendered(ProvdError):
    """A golden case asks for a file that the plugin does not render."""

    case: str
    file: str
    answer: str

    def __str__(self) -> str:
        return f"{self.case}: {self.file} is not rendered: {self.answer}"


def golden_cases(source: Path) -> dict[str, GoldenCase]:
    """The cases of a family source, by name."""
    return {
        path.stem: msgspec.json.decode(path.read_bytes(), type=GoldenCase)
        for path in sorted((source / "golden").glob("*.json"))
    }


def kept_files(source: Path) -> dict[str, bytes]:
    """The golden files there are: `<case>/<file>` to content."""
    golden = source / "golden"
    return {
        path.relative_to(golden).as_posix(): path.read_bytes()
        for path in golden.glob("*/**/*")
        if path.is_file()
    }


def rendered_files(source: Path) -> dict[str, bytes]:
    """What the cases of a family source render now: `<case>/<file>` to content.

    @raise NothingRendered: a case is refused, or given a file of the tree.
    """
    with TemporaryDirectory() as scratch:
        return {
            f"{name}/{file}": body
            for name, case in golden_cases(source).items()
            for file, body in _render(source, name, case, Path(scratch)).items()
        }


def _render(source: Path, name: str, case: GoldenCase, scratch: Path) -> Mapping[str, bytes]:
    installed = assemble(source, case.edition, scratch)
    advertised = Advertised(case.base_url, 8667, 69, key_of=lambda _tenant, _at: case.key)
    plugins = Plugins(scratch, scratch / "no-overrides", advertised, Clock())
    plugin = plugins.load(installed.name)
    device = parse_device(
        {**case.device, "id": "golden", "config": "golden", "plugin": installed.name}
    )
    view = _documents(case)
    files = {}
    for file in case.files:
        answer = plugin.serve(_inquiry(file), device, view, keep=False)
        if not isinstance(answer, Content):
            raise NothingRendered(name, file, repr(answer))
        files[file] = answer.body
    return files


def _documents(case: GoldenCase) -> IReadable:
    draft = MemoryStore((DEVICES, CONFIGS, CREDENTIALS), Clock()).draft("golden")
    raw = Raw(msgspec.json.encode(case.raw_config))
    draft.put("configs", Config(id="golden", raw_config=raw))
    if case.credential:
        username, password = case.credential["username"], case.credential["password"]
        draft.put(
            "credentials", DeviceCredential(id="golden", username=username, password=password)
        )
    return draft


def _inquiry(file: str) -> Inquiry:
    return Inquiry(
        id="golden",
        protocol=Protocol.TFTP,
        path=file,
        peer="192.0.2.7",
        arrived=0.0,
        local="192.0.2.9",
    )


@click.command()
@click.argument("source", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--write", is_flag=True, help="Make the golden files again.")
def main(source: Path, *, write: bool) -> None:
    """Compare the golden files of a plugin's family SOURCE with what it renders."""
    kept, rendered = kept_files(source), rendered_files(source)
    differing = sorted(name for name in kept | rendered if kept.get(name) != rendered.get(name))
    for name in differing:
        click.echo(name)
        if write:
            _keep(source / "golden" / name, rendered.get(name))
    if differing and not write:
        raise SystemExit(1)


def _keep(path: Path, body: bytes | None) -> None:
    if body is None:
        path.unlink()
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)


if __name__ == "__main__":
    main()
