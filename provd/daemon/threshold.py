"""What devices must show, from settings."""

from __future__ import annotations

import os
import time

from provd.access import (
    FREE_FOR_DEVICE,
    FREE_FOR_SOURCE,
    Attempts,
    DeviceLogins,
    Keyring,
    Nonces,
    Threshold,
)
from provd.contracts import IDocumentStore
from provd.daemon.settings import Settings

KEY_BYTES = 32


def threshold_of(settings: Settings, store: IDocumentStore) -> Threshold:
    """What looks at keys, one-time URLs and passwords; nonces are signed with a key of this process."""
    nonces = Nonces(os.urandom(KEY_BYTES), settings.serving.nonce_seconds)
    attempts = Attempts(
        time.monotonic, free_for_user=FREE_FOR_DEVICE, free_for_source=FREE_FOR_SOURCE
    )
    keyring = Keyring(store, settings.service.tenant)
    logins = DeviceLogins(store, attempts, nonces)
    return Threshold(store, keyring, logins, nonces, settings.serving)
