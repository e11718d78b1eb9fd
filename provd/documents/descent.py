"""What a change to one document means for others: heirs of a config, configs left behind."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from provd.documents.config import Config
from provd.documents.device import Device
from provd.documents.flatten import GetConfig


def heirs(config_id: str, children: Callable[[str], Iterable[Config]]) -> tuple[str, ...]:
    """The ids of the config and of every config that inherits from it, each once.

    `children` answers the configs that name an id among their parents (an index of the store).
    Devices that refer to one of these must be configured again when the config changes.
    """
    found = {config_id: None}
    left = [config_id]
    while left:
        for child in children(left.pop()):
            if child.id not in found:
                found[child.id] = None
                left.append(child.id)
    return tuple(found)


def abandoned_config(
    before: Device | None,
    after: Device | None,
    get: GetConfig,
    users: Callable[[str], Collection[Device]],
) -> str | None:
    """The id of the transient config that goes because its last device has left it, or None.

    `before` and `after` are the device as it was and as it is (None: created, deleted); `users`
    answers the devices that refer to a config, before or after the change.
    """
    left = before.config if before else None
    if not left or (after and after.config == left):
        return None
    config = get(left)
    if config is None or not config.transient:
        return None
    moved = before.id if before else ""
    return None if any(device.id != moved for device in users(left)) else left
