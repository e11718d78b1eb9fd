"""What a device is told of how it proves that it is the one: the URL, the name and the password for it."""

from __future__ import annotations

from typing import Any

from provd.contracts import IReadable
from provd.documents import DeviceCredential, Document

URL, USERNAME, PASSWORD = (
    "XX_provisioning_url",
    "XX_provisioning_username",
    "XX_provisioning_password",
)
"""Keys of raw configs, as plugins and templates find them; see the guide of the sdk."""


def with_provisioning(raw_config: dict[str, Any], device: Document, view: IReadable) -> None:
    """Complete a raw config with where its device fetches, and as whom if it has a credential."""
    if url := raw_config.get("http_base_url"):
        raw_config[URL] = url
    credential = credential_of(device, view)
    if credential is not None:
        raw_config[USERNAME] = credential.username
        raw_config[PASSWORD] = credential.password


def credential_of(device: Document, view: IReadable) -> DeviceCredential | None:
    """The credential of a device, if it has one."""
    credential: DeviceCredential | None = view.get("credentials", device.id)
    return credential


def revision_with_credential(device: Document, view: IReadable) -> int:
    """A number that changes whenever the device or its credential does: positions in the feed only grow."""
    credential = credential_of(device, view)
    return device.revision if credential is None else max(device.revision, credential.revision)
