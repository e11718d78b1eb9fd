"""What is left out of an answer over DHCP for whoever may not have the secrets in it."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from provd.application.dhcp.boot import Boot
from provd.application.serving import SecretsGate
from provd.documents.dhcp.secrets import names_password, shows_secret
from provd.values import Decision, Outcome, PluginOptions, Question
from provd.wire.dhcp import Packet

WANTED = 55
SUBJECT = "dhcp options"
"""What budgets call it: a device is told all of them at once."""


def mark(decision: Decision, told: PluginOptions) -> None:
    """Have the decision know which of a plugin's options are secret."""
    found = {code for code, content in told.items() if shows_secret(code, content)} | told.secret
    if found:
        decision.secret_options |= found


class Withheld:
    """Asks the gate, where an answer has secrets in it."""

    def __init__(self, gate: SecretsGate) -> None:
        self._gate = gate

    def options(
        self,
        decision: Decision,
        question: Question,
        options: Mapping[int, bytes],
        plain: Mapping[int, bytes],
        *,
        keep: bool,
    ) -> Mapping[int, bytes]:
        """The options that are sent; `plain` are what there is in the place of a plugin's secret ones."""
        packet: Packet = question.packet
        wanted = packet.options.get(WANTED)
        secret = [
            code
            for code in decision.secret_options
            if options.get(code) and (wanted is None or code in wanted)
        ]
        if not secret or self._may(decision, keep=keep):
            return options
        found = dict(options)
        for code in secret:
            other = plain.get(code, b"")
            # What stands for it may be another document's by now, which is as secret.
            found[code] = other if other != options[code] else b""
        return found

    def boot(self, decision: Decision, boot: Boot, url: str, plain_url: str, *, keep: bool) -> Boot:
        """The file to load, which may be a URL with a password or a provisioning key in it."""
        told = url if url != plain_url and url in boot.file else ""
        if not told and not names_password(boot.file):
            return boot
        if self._may(decision, keep=keep):
            return boot
        file = boot.file.replace(told, plain_url) if told else ""
        return replace(boot, file="" if names_password(file) else file)

    def _may(self, decision: Decision, *, keep: bool) -> bool:
        # Asked once for each answer, whatever has secrets in it.
        verdict = decision.verdict
        if verdict is None:
            verdict = self._gate.verdict(decision, SUBJECT, keep=keep)
        return verdict.outcome is Outcome.GIVEN
