"""What all plugins of one host share."""

from __future__ import annotations

from attrs import define
from twisted.internet.interfaces import IReactorTime

from provd.contracts.packages import IPackages
from provd.documents import DecodedConfigs
from provd.plugins._advertised import Advertised
from provd.plugins._cache import RenderCache


@define
class Surroundings:
    """The same for each."""

    advertised: Advertised
    cache: RenderCache
    decoded: DecodedConfigs
    clock: IReactorTime
    packages: IPackages
