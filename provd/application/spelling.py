"""How lines of the log are spelled: whatever comes from the network is printable on its line or escaped.

So no request can forge a line, or disguise what stands behind it on its own.
"""

from __future__ import annotations

import re

from provd.application.explain import kind_of
from provd.values import Answer, Content, Decision, FileContent

_PLAIN = re.compile(r"[!-~]+").fullmatch
"""A path as nearly all are: nothing in it needs escaping."""


def printable(text: str) -> str:
    """`text`, with everything that could end or disguise a line escaped."""
    return text if text.isprintable() else text.encode("unicode_escape").decode("ascii")


def word(text: str) -> str:
    """`text` as one printable word, so that what follows it on its line is not disguised either."""
    return printable(text).replace(" ", "\\x20")


def line_of(decision: Decision) -> str:
    """The line of one inquiry: it runs for every packet, so it is spelled by hand.

    Who has no address yet is told by its hardware address.
    """
    inquiry, device, answer = decision.inquiry, decision.device, decision.answer
    path = inquiry.path
    if not _PLAIN(path):
        path = word(path)
    kind = type(answer)
    if kind is Content:
        given = f"content {len(answer.body)}"
    elif kind is FileContent:
        given = f"file {answer.size}"
    else:
        given = _not_given(answer)
    return (
        f"{inquiry.id} {inquiry.protocol} {inquiry.peer or inquiry.mac or '-'} {path}"
        f" {device.id if device is not None else '-'} {decision.plugin_id or '-'} {given}"
    )


def _not_given(answer: Answer) -> str:
    reason = getattr(answer, "reason", "")
    return kind_of(answer) + (f" ({printable(reason)})" if reason else "")
