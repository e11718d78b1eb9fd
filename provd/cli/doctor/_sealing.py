"""Are documents with secrets sealed at rest, and can the keys be used?"""

from __future__ import annotations

from pathlib import Path

from provd.cli.doctor._finding import Finding, fail, ok, warn

SEALING = "sealing"


def check_sealing(path: str) -> Finding:
    """The file of keys that the settings name; empty for none."""
    if not path:
        step = "make a file with a key, and name it as seal_keys of [store]"
        return warn(SEALING, "secrets are kept in clear on the disk", step)
    from provd.access import SealingKeys, UnusableSealKeys  # noqa: PLC0415 - `--help` does without

    try:
        keys = SealingKeys.read(Path(path))
    except UnusableSealKeys as error:
        step = "run doctor as the user that provd runs as, or correct the file (mode 0600)"
        return fail(SEALING, str(error), step)
    others = len(keys.marks) - 1
    text = f"{path}: key {keys.current!r} seals"
    return ok(SEALING, f"{text}, {others} more only open" if others else text)
