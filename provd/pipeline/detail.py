"""What the stages concluded, stage by stage, for somebody who asked what would be and wants to read all of it."""

from __future__ import annotations

from collections.abc import Iterable

from twisted.logger import Logger

from provd.values import Decision

log = Logger("provd.pipeline")


def tell(decision: Decision) -> None:
    """Write down how an inquiry was decided."""
    inquiry = decision.inquiry.id
    for each in decision.testimonies:
        log.debug("{who} says {facts}", who=each.witness, facts=_facts(each.facts), inquiry=inquiry)
    log.debug("concluded {facts}", facts=_facts(decision.info.items()), inquiry=inquiry)
    for note in decision.notes:
        log.debug("{step}: {note}", step=note.step, note=note, inquiry=inquiry)
    device = decision.device
    if device is None:
        log.debug("no device", inquiry=inquiry)
    else:
        log.debug(
            "device {device} by {key}, its plugin is {plugin}",
            device=device.id,
            key=decision.matched_by or "nothing",
            plugin=decision.plugin_id or "none",
            inquiry=inquiry,
        )


def _facts(facts: Iterable[tuple[str, str]]) -> str:
    return ", ".join(f"{key} {value}" for key, value in facts) or "nothing"
