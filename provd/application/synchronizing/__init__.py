"""Devices are made to fetch their files again, and seen to."""

from provd.application.synchronizing.choosing import BY, EVENT, Choosing
from provd.application.synchronizing.engine import Synchronizing
from provd.application.synchronizing.remote_state import RemoteState
from provd.application.synchronizing.settings import SynchronizationSettings
from provd.application.synchronizing.wish import ACTION, Wish, problems_of, read_wish

__all__ = [
    "ACTION",
    "BY",
    "EVENT",
    "Choosing",
    "RemoteState",
    "SynchronizationSettings",
    "Synchronizing",
    "Wish",
    "problems_of",
    "read_wish",
]
