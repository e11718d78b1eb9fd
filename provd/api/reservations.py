"""`/api/v1/reservations`."""

from __future__ import annotations

from typing import ClassVar

from provd.api._about import ABOUT_RESERVATIONS, About
from provd.api._collection import Collection, routes


class ReservationRoutes(Collection):
    """Reservations: addresses that are one client's."""

    about: ClassVar[About] = ABOUT_RESERVATIONS
    app = routes(about)
