"""`/api/v1/subnets`."""

from __future__ import annotations

from typing import ClassVar

from provd.api._about import ABOUT_SUBNETS, About
from provd.api._collection import Collection, routes


class SubnetRoutes(Collection):
    """Subnets: what DHCP gives to whom, effective at the next packet."""

    about: ClassVar[About] = ABOUT_SUBNETS
    app = routes(about)
