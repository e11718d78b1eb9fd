"""`/api/v1/keys`, `/api/v1/credentials` and `/api/v1/url-tokens`: what devices show of whose they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from provd.api._about import ABOUT_CREDENTIALS, ABOUT_KEYS, ABOUT_URL_TOKENS, About
from provd.api._call import Call
from provd.api._collection import Collection, routes
from provd.api._deeds import Where, action_routes
from provd.application.deeds import Deed
from provd.application.device_secrets import deeds_of_keys


class KeyRoutes(Collection):
    """Provisioning keys: what a tenant's devices show as the first part of every path."""

    about: ClassVar[About] = ABOUT_KEYS
    app = routes(about)
    action_routes(app, "keys", "/<document_id>")

    async def deeds(self, call: Call, where: Where) -> Sequence[tuple[str, Deed]]:
        """What can be done with one of them."""
        call.no_parameters()
        return [*(await deeds_of_keys(self.documents)(where["document_id"])).items()]


class CredentialRoutes(Collection):
    """Credentials of devices: made, replaced and taken back by actions of the device."""

    about: ClassVar[About] = ABOUT_CREDENTIALS
    app = routes(about)


class UrlTokenRoutes(Collection):
    """One-time URLs: made and withdrawn by actions of their device."""

    about: ClassVar[About] = ABOUT_URL_TOKENS
    app = routes(about)
