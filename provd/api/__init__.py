"""The REST API, `/api/v1`: one klein app per noun, one root, one table of refusals.

It listens on loopback only, answers programs and pages of this host only, asks of every call whether
it is the caller's to make, and serves no route that was not registered with its scope and action.
"""

from provd.api._assemble import answer_to, make_api, prepare, rights
from provd.api._routes import IPermission, Noun, Route, Routes, route
from provd.api._screen import NotLoopback
from provd.api._site import Root

__all__ = [
    "IPermission",
    "NotLoopback",
    "Noun",
    "Root",
    "Route",
    "Routes",
    "answer_to",
    "make_api",
    "prepare",
    "rights",
    "route",
]
