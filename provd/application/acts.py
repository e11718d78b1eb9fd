"""What is done to the server as a whole, written down in the audit trail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from twisted.logger import Logger

from provd.access import AuditedStore
from provd.values import ProvdError

log = Logger("provd.audit")


class Acts:
    """Writes lines about acts that change no document."""

    def __init__(self, store: AuditedStore) -> None:
        self._store = store

    async def write_down(self, action: str, cause: str, told: Mapping[str, Any]) -> None:
        """Write down that `cause` had the server do something, and what came of it; durable then.

        It has happened: where it cannot be kept, the log tells it, and nothing is raised.
        """
        draft = self._store.draft(cause)
        try:
            committed = await self._store.commit_as(draft, action, told)
            await self._store.durable(committed)
        except ProvdError as error:
            log.error(
                "{action} by {cause} is not in the audit trail: {error}",
                action=action,
                cause=cause,
                error=error,
            )
