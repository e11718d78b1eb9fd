"""The use cases of secrets that are handed out, put together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from attrs import frozen

from provd.application.collection import Documents
from provd.application.device_secrets.credentials import Credentials
from provd.application.device_secrets.deeds import DeviceDeeds
from provd.application.device_secrets.keys import Keys
from provd.application.device_secrets.url_tokens import UrlTokens
from provd.application.grades import Grades
from provd.application.readiness import BaseRawConfig
from provd.application.slices import Slices
from provd.contracts import IDocumentStore


@frozen
class DeviceSecrets:
    """The collections, and what can be done with a device."""

    collections: tuple[Documents[Any], ...]
    deeds: DeviceDeeds


def make_device_secrets(
    store: IDocumentStore,
    *,
    slices: Slices,
    new_id: Callable[[], str],
    now: Callable[[], float],
    base: BaseRawConfig,
    grades: Grades,
) -> DeviceSecrets:
    """The use cases over a store; `base` knows under which URL devices reach the server."""

    def base_url() -> str:
        return str(base().get("http_base_url", ""))

    keys = Keys(store, slices, new_id, now, grades=grades)
    credentials = Credentials(store, slices, now)
    url_tokens = UrlTokens(store, slices, new_id, now, base_url)
    return DeviceSecrets((keys, credentials, url_tokens), DeviceDeeds(credentials, url_tokens))
