"""`twistd provd`: options, and the service made from them."""

from __future__ import annotations

import os
from pathlib import Path

from twisted.application.service import IService
from twisted.python.usage import Options as TwistdOptions
from twisted.python.usage import UsageError

from provd.daemon.service import ProvdService
from provd.daemon.settings import read_settings
from provd.values import ProvdError


class Options(TwistdOptions):
    """What `twistd provd` takes; everything else is in the settings."""

    synopsis = "[--config FILE]"
    optParameters = (("config", "c", None, "The settings (TOML); conf.d beside it is read too."),)


def makeService(options: Options) -> IService:
    """The service over the global reactor.

    @raise UsageError: the settings cannot be used; with every problem.
    """
    from twisted.internet import reactor  # noqa: PLC0415 - installing one is twistd's business, before this

    config = options["config"]
    try:
        settings = read_settings(Path(config) if config else None, os.environ)
    except ProvdError as error:
        raise UsageError(str(error)) from error
    return ProvdService(settings, reactor)
