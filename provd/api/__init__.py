"""The REST API, `/api/v1`: one klein app per noun, one root, one table of refusals.

Until there is access control it listens on loopback only, answers programs and pages of this
host only, and serves no route that was not registered with its scope and action.
"""

from provd.api._assemble import make_api, prepare
from provd.api._routes import IPermission, Noun, ProgramsOnThisHost, Route, Routes, route
from provd.api._screen import NotLoopback
from provd.api._site import Root

__all__ = [
    "IPermission",
    "NotLoopback",
    "Noun",
    "ProgramsOnThisHost",
    "Root",
    "Route",
    "Routes",
    "make_api",
    "prepare",
    "route",
]
