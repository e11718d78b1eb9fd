"""Explain: a Decision in words and numbers, for people and for programs.

Made only when somebody asks; the hot path keeps references.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from hashlib import sha256
from typing import Any

from provd.documents import REDACTED, Device
from provd.documents.dhcp.secrets import secrets_in
from provd.values import (
    Answer,
    Certified,
    Content,
    Decision,
    FileContent,
    Inquiry,
    Judgement,
    Note,
    Proof,
    Protocol,
    Redirect,
    Refusal,
    Reply,
    Silence,
    Step,
    Testimony,
    Verdict,
)
from provd.wire.dhcp import Packet, format_address, format_packet, message_name

_KINDS: dict[type, str] = {
    Content: "content",
    FileContent: "file",
    Redirect: "redirect",
    Refusal: "refusal",
    Silence: "silence",
    Reply: "reply",
}
_SHOWN = ("mac", "ip", "sn", "uuid", "vendor", "model", "version", "plugin", "config")


def kind_of(answer: Answer | None) -> str:
    """`content`, `file`, `redirect`, `silence`, or what kind of refusal; `none` before there is one."""
    if isinstance(answer, Refusal):
        return str(answer.kind)
    return _KINDS.get(type(answer), "none")


def size_of(answer: Answer | None) -> int:
    """Bytes; -1 where that says nothing."""
    if isinstance(answer, Content):
        return len(answer.body)
    if isinstance(answer, FileContent):
        return answer.size
    return -1


def tell(decision: Decision) -> dict[str, Any]:
    """Everything about a decision, as a JSON object."""
    inquiry = decision.inquiry
    return {
        "id": inquiry.id,
        "at": inquiry.arrived,
        "took": round(decision.answered - inquiry.arrived, 6) if decision.answered else None,
        "protocol": str(inquiry.protocol),
        "method": inquiry.method,
        "path": inquiry.path,
        "peer": inquiry.peer,
        "local": inquiry.local,
        "interface": inquiry.interface,
        "evidence": [
            {"witness": testimony.witness, **dict(testimony.facts)}
            for testimony in _testimonies(decision)
        ],
        "info": dict(decision.info),
        "matched_by": decision.matched_by,
        "device": _device(decision.device),
        "plugin": decision.plugin_id or None,
        "certificate": _certificate(inquiry.certificate),
        "level": decision.level.word,
        "proofs": [_proof(each) for each in decision.proofs],
        "verdict": _verdict(decision.verdict),
        "answer": tell_answer(decision.answer, decision.secret_options),
        "tries": decision.tries,
        "steps": [{"step": str(step), "text": text} for step, text in _steps(decision)],
        "notes": [{"step": str(note.step), "text": str(note)} for note in decision.notes],
    }


def tell_answer(
    answer: Answer | None, secret_options: Collection[int] = frozenset()
) -> dict[str, Any]:
    """An answer's kind, size and digest, and the reason of a refusal; a packet without its secrets."""
    told: dict[str, Any] = {
        "kind": kind_of(answer),
        "size": size_of(answer),
        "sha256": None,
        "reason": getattr(answer, "reason", None),
    }
    if isinstance(answer, Content):
        told["sha256"] = sha256(answer.body).hexdigest()
        told["media_type"] = answer.media_type
        told["exact"] = answer.exact
    elif isinstance(answer, FileContent):
        told["media_type"] = answer.media_type
        told["file"] = answer.path
    elif isinstance(answer, Redirect):
        told["location"] = _location(answer)
    elif isinstance(answer, Reply):
        told["packet"] = format_packet(answer.packet, secrets_in(answer.packet, secret_options))
    return told


def _location(answer: Redirect) -> str:
    """Where a redirect leads, if that tells no secrets."""
    return answer.location if answer.without is None else REDACTED


def _verdict(verdict: Verdict | None) -> dict[str, str] | None:
    if verdict is None:
        return None
    return {"policy": verdict.policy, "outcome": str(verdict.outcome), "text": str(verdict)}


def _certificate(shown: Certified | None) -> dict[str, str] | None:
    if shown is None:
        return None
    return {name: getattr(shown, name) for name in Certified.__struct_fields__}


def _testimonies(decision: Decision) -> list[Testimony]:
    inquiry = decision.inquiry
    transport = [("ip", inquiry.peer)] if inquiry.peer else []
    if inquiry.mac:
        transport.append(("mac", inquiry.mac))
    told = list(decision.testimonies)
    if transport:
        told.append(Testimony("transport", tuple(transport)))
    if inquiry.neighbour:
        told.append(Testimony("neighbour", (("mac", inquiry.neighbour),)))
    return told


def _device(device: Device | None) -> dict[str, Any] | None:
    if device is None:
        return None
    shown = {key: getattr(device, key) for key in _SHOWN if getattr(device, key) is not None}
    return {"id": device.id, **shown}


def _steps(decision: Decision) -> list[tuple[Step, str]]:
    """The story, in order: what each step found, then what was out of the ordinary in it."""
    story = [
        (Step.GATHER, _gathered(decision.inquiry)),
        (Step.EXTRACT, _extracted(decision)),
        (Step.LOOK_UP, _looked_up(decision)),
        (Step.UPDATE, _updated(decision)),
        (Step.PROVE, _proved(decision)),
        (Step.ROUTE, _routed(decision)),
        (Step.COMMIT, "decided again after a conflict" if decision.tries > 1 else ""),
        *((Step.ANSWER, text) for text in _judged(decision)),
        (Step.ANSWER, _ruled(decision.verdict)),
        (Step.ANSWER, _answered(decision.answer)),
    ]
    return [
        (step, text)
        for step, ordinary in story
        for text in (ordinary, *_told(decision.notes, step))
        if text
    ]


def _told(notes: tuple[Note, ...], step: Step) -> list[str]:
    return [str(note) for note in notes if note.step is step]


def _gathered(inquiry: Inquiry) -> str:
    asked = f"{str(inquiry.protocol).upper()} {inquiry.path or 'request'} from {_whence(inquiry)}"
    if inquiry.neighbour:
        asked += f", whose hardware address on this network is {inquiry.neighbour}"
    if inquiry.key:
        asked += f", with provisioning key {inquiry.key}{_of(inquiry.tenant)}"
    if inquiry.url_token:
        asked += f", through one-time URL {inquiry.url_token} of device {inquiry.holder}"
    return asked


def _of(tenant: str) -> str:
    return f" of tenant {tenant}" if tenant else ""


def _whence(inquiry: Inquiry) -> str:
    if inquiry.protocol is not Protocol.DHCP:
        return inquiry.peer or "an address that is not told"
    by = f" through relay {inquiry.relay}" if inquiry.relay else ""
    on = f" on {inquiry.interface}" if inquiry.interface else ""
    return f"{inquiry.peer or 'a client without an address'}{by}{on}"


def _extracted(decision: Decision) -> str:
    if not decision.testimonies:
        return "no plugin recognised the request"
    witnesses = ", ".join(testimony.witness for testimony in decision.testimonies)
    facts = ", ".join(f"{key} {value}" for key, value in decision.info.items())
    return f"{witnesses} recognised it: {facts}"


def _looked_up(decision: Decision) -> str:
    device = decision.device
    if device is None:
        return ""
    if decision.matched_by == "added":
        return f"nobody knew it: device {device.id} was created"
    return f"device {device.id} was found by its {decision.matched_by}"


def _updated(decision: Decision) -> str:
    before, after = decision.before, decision.device
    if after is None:
        return ""
    changed = [
        f"{key} {getattr(before, key, None) or 'unset'} → {getattr(after, key) or 'unset'}"
        for key in _SHOWN
        if getattr(before, key, None) != getattr(after, key)
    ]
    return "learnt: " + ", ".join(changed) if changed else "nothing new was learnt"


def _proof(proof: Proof) -> dict[str, Any]:
    return {
        "by": proof.by,
        "level": proof.level.word,
        "refutes": proof.refutes,
        "text": str(proof),
    }


def _proved(decision: Decision) -> str:
    if decision.device is None:
        return ""
    told = "".join(f"; {each}" for each in decision.proofs)
    return f"identity level {decision.level.value} ({decision.level.word}){told}"


def _routed(decision: Decision) -> str:
    if decision.device is None:
        return ""
    if not decision.plugin_id:
        return "the device has no plugin"
    return f"routed to plugin {decision.plugin_id}"


def _judged(decision: Decision) -> Iterator[str]:
    """What policy said over DHCP: what was considered, what came of it, and the file to load."""
    if decision.judgement is not None:
        yield from _by_policy(decision.judgement)
    if decision.boot:
        yield f"the file to load is {_by_whom(decision.boot)}"


def _by_policy(judgement: Judgement) -> Iterator[str]:
    for loss in judgement.losses:
        yield f"{format_address(loss.address)} was considered: {loss}"
    subnet = f" in subnet {judgement.subnet.id}" if judgement.subnet is not None else ""
    by = f" ({judgement.by})" if judgement.by else ""
    yield f"{judgement.exchange}{subnet}: {judgement}{by}"


def _by_whom(boot: str) -> str:
    return "its reservation's" if boot == "reservation" else f"that of boot rule {boot}"


def _summed_up(packet: Packet) -> str:
    """A packet in a few words; `provd explain --json` has all of it."""
    kind = message_name(packet).upper()
    address = f" of {format_address(packet.yiaddr)}" if packet.yiaddr else ""
    named = "(not shown)" if "file" in secrets_in(packet) else packet.file.decode("latin-1")
    file = f", file {named}" if packet.file else ""
    return f"{kind}{address}{file}"


def _ruled(verdict: Verdict | None) -> str:
    """What policy said of the secrets in the answer, and what became of them."""
    return f"policy {verdict.policy}, secrets {verdict.outcome}: {verdict}" if verdict else ""


def _answered(answer: Answer | None) -> str:
    if isinstance(answer, Refusal):
        return f"refused ({answer.kind}): {answer.reason}"
    if isinstance(answer, Content | FileContent):
        return f"answered with {size_of(answer)} bytes of {answer.media_type}"
    if isinstance(answer, Redirect):
        return f"sent to {_location(answer)}"
    if isinstance(answer, Reply):
        return f"answered with {_summed_up(answer.packet)}"
    return "not answered" if answer is None else f"kept silent: {answer.reason}"
