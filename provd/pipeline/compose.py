"""Compose: pipeline files (`<stage>.py.conf.<name>`) make the stages out of the classes of this room.

Each file is Python, trusted as the configuration it is.  It sees every class by its name and `app`,
and binds a variable called like its stage.  A site's own file of a name wins over the shipped one.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Any

from attrs import define, frozen

from provd.pipeline import add, associate, extract, look_up, stages, update
from provd.pipeline.app import DraftApp
from provd.pipeline.stages import (
    AbstractDeviceInfoExtractor,
    AbstractDeviceRetriever,
    AbstractDeviceUpdater,
    as_extractor,
    as_retriever,
    as_updater,
)
from provd.sdk import DeviceSupport
from provd.values import Protocol, ProvdError

SHIPPED = Path(__file__).parent / "shipped"
STAGES = ("info_extractor", "retriever", "updater")


@define
class PipelineFileBroken(ProvdError):
    """A pipeline file is missing, raises, or does not bind its stage; the server does not start."""

    path: str
    reason: str

    def __str__(self) -> str:
        return f"pipeline file {self.path}: {self.reason}"


@frozen
class Stages:
    """The three stages of one pipeline."""

    info_extractor: AbstractDeviceInfoExtractor
    retriever: AbstractDeviceRetriever
    updater: AbstractDeviceUpdater


def vocabulary() -> Mapping[str, Any]:
    """The names that pipeline files may use."""
    names: dict[str, Any] = {"RequestType": Protocol, "DeviceSupport": DeviceSupport}
    for module in (stages, extract, look_up, add, update, associate):
        names |= {name: thing for name, thing in vars(module).items() if _is_offered(thing, module)}
    return MappingProxyType(names)


def _is_offered(thing: Any, module: ModuleType) -> bool:
    """A class or a maker of one, of this module's own, with a name that says so."""
    name = getattr(thing, "__name__", "")
    return callable(thing) and name[:1].isupper() and thing.__module__ == module.__name__


def compose(app: DraftApp, names: Mapping[str, str], directory: Path | None = None) -> Stages:
    """Make the stages from their files.

    `names` maps a stage to the name of its set (`default` where it says nothing); `directory` is
    where the site keeps its own files.

    @raise PipelineFileBroken: one cannot be used.
    """
    made = {stage: _execute(stage, names.get(stage, "default"), app, directory) for stage in STAGES}
    return Stages(
        info_extractor=as_extractor(made["info_extractor"]),
        retriever=as_retriever(made["retriever"]),
        updater=as_updater(made["updater"]),
    )


def _execute(stage: str, name: str, app: DraftApp, directory: Path | None) -> Any:
    path = _find(stage, name, directory)
    variables: dict[str, Any] = {
        **vocabulary(),
        "app": app,
        "__name__": f"provd pipeline file {path.name}",
    }
    try:
        exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), variables)  # noqa: S102 - the operator's own configuration
    except (
        OSError,
        ProvdError,
        ArithmeticError,
        AttributeError,
        ImportError,
        LookupError,
        NameError,
        SyntaxError,
        TypeError,
        ValueError,
    ) as error:
        raise PipelineFileBroken(str(path), f"{type(error).__name__}: {error}") from error
    if stage not in variables:
        raise PipelineFileBroken(str(path), f"it must bind a variable called {stage}")
    return variables[stage]


def _find(stage: str, name: str, directory: Path | None) -> Path:
    filename = f"{stage}.py.conf.{name}"
    for folder in (directory, SHIPPED):
        if folder is not None and (folder / filename).is_file():
            return folder / filename
    looked = " or ".join(str(folder) for folder in (directory, SHIPPED) if folder is not None)
    raise PipelineFileBroken(filename, f"there is no such file in {looked}")
