"""What devices show at the threshold: provisioning keys, one-time URLs, names and passwords.

All of it is looked at before anything is decided, and the same for every protocol and for a what-if.
What goes on from here names documents and holds no secret: neither plugins nor explanations nor logs can
tell one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from typing import Protocol as Typed

from msgspec.structs import replace
from twisted.logger import Logger
from twisted.python.failure import Failure

from provd.access.device_logins import DeviceLogins
from provd.access.keyring import Keyring
from provd.access.nonces import Nonces
from provd.access.serving import ServingSettings
from provd.contracts import IDocumentStore
from provd.documents import (
    ONCE_URL,
    Device,
    DeviceCredential,
    ProvisioningKey,
    UrlToken,
    digest_of_secret,
    is_key,
)
from provd.values import (
    Answer,
    Content,
    Credential,
    Decision,
    Inquiry,
    Level,
    Outcome,
    Protocol,
    ProvdError,
    Refusal,
    RefusalKind,
    RevisionConflict,
    StoreUnavailable,
)
from provd.wire.http import basic_challenge, digest_challenge

log = Logger("provd.access")

REALM = "provd"

NO_KEY = "it shows no provisioning key, and one is required (serving.url_key)"
NO_KEYS = "serving.url_key is required and no key is good: no device is served; `provd keys add` makes one"
NO_SUCH_URL = "it shows a one-time URL that there is not"
TWO_TENANTS = "the key and the one-time URL that it shows are of two tenants"
MASKED = "(no key)"
"""Stands in paths for what should have begun with a key: it may be one that is spelled a little wrong."""

SPENT = Refusal(RefusalKind.NOT_FOUND, "its one-time URL was used up meanwhile")
BUSY = Refusal(RefusalKind.UNAVAILABLE, "its one-time URL is used by others at the same time")
TRIES = 3
MOST_PARTS = 4
"""Parts of a path that are looked at: two can be good, and what is beside them is nobody's way to ask."""


class Passed(Typed):
    """The gate before secrets."""

    def __call__(self, decision: Decision, answer: Answer, *, keep: bool) -> Answer:
        """The answer that is given; `keep` False: nothing is used up by asking."""


_SAID_NO = frozenset({RefusalKind.NOT_FOUND, RefusalKind.FORBIDDEN})


class Threshold:
    """Opens inquiries before they are decided, and closes what they have used once they are answered."""

    def __init__(
        self,
        store: IDocumentStore,
        keyring: Keyring,
        logins: DeviceLogins,
        nonces: Nonces,
        settings: ServingSettings,
    ) -> None:
        self._store = store
        self._keyring = keyring
        self._logins = logins
        self._nonces = nonces
        self.adopt(settings)

    def adopt(self, settings: ServingSettings) -> None:
        """Ask for other things from now on."""
        self._settings = settings
        self._keys = settings.url_key != "off"
        self._required = settings.url_key == "required"
        self._nonces.lifetime = settings.nonce_seconds

    def key_of(self, tenant: str, at: float) -> str | None:
        """The provisioning key in the URLs that a tenant's devices are told at a time.

        Empty where they are told none; None where one is required and the tenant has none.
        """
        if not self._keys:
            return ""
        return self._keyring.current(tenant, at) or (None if self._required else "")

    def warnings(self, now: float) -> Sequence[str]:
        """What an operator should look at, each with the next step."""
        return (NO_KEYS,) if self._required and not self._keyring.any_good(now) else ()

    # Before it is decided.

    def open(self, inquiry: Inquiry, *, keep: bool) -> Inquiry:
        """The inquiry with what it showed in the place of the secrets that it showed.

        `keep` False (what-if): the very same, and nothing is counted or used up.
        """
        if inquiry.protocol is Protocol.DHCP:
            return inquiry
        if "authorization" in inquiry.headers:
            inquiry = self._judged(inquiry, keep=keep)
        return self._unlocked(inquiry) if self._keys or ONCE_URL in inquiry.path else inquiry

    def _judged(self, inquiry: Inquiry, *, keep: bool) -> Inquiry:
        shown = self._logins.judge(inquiry.headers["authorization"], inquiry, keep=keep)
        headers = {name: text for name, text in inquiry.headers.items() if name != "authorization"}
        return replace(inquiry, credential=shown, headers=headers)

    def _unlocked(self, inquiry: Inquiry) -> Inquiry:
        """Without what its path begins with: a key, a one-time URL, or both in any order.

        What is good for nothing is taken off as well, so that it is told nowhere.
        """
        for _part in range(MOST_PARTS):
            opened = self._with_next(inquiry)
            if opened is None:
                break
            inquiry = opened
        if not self._required or inquiry.bound or inquiry.barred:
            return inquiry
        masked = f"/{MASKED}/{inquiry.filename}" if "/" in inquiry.path.strip("/") else inquiry.path
        return replace(inquiry, path=masked, barred=NO_KEY)

    def _with_next(self, inquiry: Inquiry) -> Inquiry | None:
        """What the first part of its path opens; None where that is just a part of a path."""
        first, rest = split_path(inquiry.path)
        if first.startswith(ONCE_URL):
            return self._with_url(replace(inquiry, path=rest), first)
        key = self._keyring.find(first) if self._keys and is_key(first) else None
        return None if key is None else self._with_key(replace(inquiry, path=rest), key)

    def _with_key(self, inquiry: Inquiry, key: ProvisioningKey) -> Inquiry:
        why = ""
        if not key.good(inquiry.arrived):
            when = "is over" if key.begins <= inquiry.arrived else "has not begun"
            why = f"the provisioning key {key.id} {when}"
        return replace(_bound(inquiry, self._keyring.tenant_of(key), why), key=key.id)

    def _with_url(self, inquiry: Inquiry, text: str) -> Inquiry:
        token = self._url_token(text)
        if token is None:
            return replace(inquiry, barred=inquiry.barred or NO_SUCH_URL)
        device: Device | None = self._store.get("devices", token.device)
        why = ""
        if device is None:
            why = f"the device of the one-time URL {token.id} has gone"
        elif not token.good(inquiry.arrived):
            why = f"the one-time URL {token.id} {'is over' if token.uses else 'was used up'}"
        tenant = self._keyring.or_own(device.tenant if device is not None else "")
        opened = _bound(inquiry, tenant, why)
        return replace(opened, url_token=token.id, holder=token.device)

    def _url_token(self, text: str) -> UrlToken | None:
        found: tuple[UrlToken, ...] = self._store.by("url-tokens", "digest", digest_of_secret(text))
        return found[0] if found else None

    # Once it is answered.

    def crossed(self, decision: Decision, answer: Answer, *, keep: bool) -> Answer:
        """The answer as it leaves: over HTTP, who is refused is asked for a password, all of them alike.

        A device that has proved who it is hears the plain truth: asking it again would be no end.  A
        credential that was proved is noted as seen, unless `keep` is False (what-if).
        """
        inquiry = decision.inquiry
        if keep and inquiry.credential is not None:
            self._confirm(decision, inquiry.credential)
        if (
            self._settings.challenge == "off"
            or inquiry.protocol is not Protocol.HTTP
            or decision.level >= Level.CREDENTIAL
        ):
            return answer
        why = _why_not(decision, answer)
        return Refusal(RefusalKind.UNAUTHENTICATED, why, self._ways(inquiry)) if why else answer

    def _ways(self, inquiry: Inquiry) -> tuple[str, ...]:
        if self._settings.challenge == "basic":
            return (basic_challenge(REALM),)
        nonce = self._nonces.make(inquiry.id, inquiry.arrived)
        stale = inquiry.credential is not None and inquiry.credential.stale
        return tuple(
            digest_challenge(REALM, nonce, algorithm, stale=stale)
            for algorithm in self._settings.digest_algorithms
        )

    async def spent(self, decision: Decision, answer: Answer, passed: Passed) -> Answer:
        """The answer to whoever showed a one-time URL, once it is durable that a use of it is gone.

        Only secrets of the device that are given use it up (`passed` tells what is): a phone fetches much on
        the way to the one file that counts, and its tenant's key is in most of it.
        """
        inquiry = decision.inquiry
        if inquiry.method == "HEAD" or not self._tells(
            decision, passed(decision, answer, keep=False)
        ):
            return answer
        for _try in range(TRIES):
            draft = self._store.draft(inquiry.id)
            token: UrlToken | None = draft.read("url-tokens", inquiry.url_token)
            if token is None or not token.good(inquiry.arrived):
                return SPENT
            draft.put("url-tokens", replace(token, uses=token.uses - 1, used=inquiry.arrived))
            try:
                await self._store.durable(await self._store.commit(draft))
            except RevisionConflict:
                continue
            except StoreUnavailable as error:
                return Refusal(RefusalKind.UNAVAILABLE, str(error))
            return answer
        return BUSY

    def _tells(self, decision: Decision, given: Answer) -> bool:
        """Whether an answer tells secrets, and more than the key in the URLs of its tenant's devices."""
        without = getattr(given, "without", None)
        if without is None:
            return False
        key = self.key_of(decision.inquiry.tenant, decision.inquiry.arrived)
        if not key or not isinstance(given, Content) or not isinstance(without, Content):
            return True
        return given.body.replace(f"/{key}".encode(), b"") != without.body

    def _confirm(self, decision: Decision, shown: Credential) -> None:
        """A device that was seen with its present password needs the one before no more."""
        if shown.previous or decision.level < Level.CREDENTIAL:
            return
        known: DeviceCredential | None = self._store.get("credentials", shown.device)
        if known is None or (known.confirmed and known.previous_password is None):
            return
        draft = self._store.draft(decision.inquiry.id)
        draft.read("credentials", known.id)
        confirmed = replace(
            known,
            confirmed=known.confirmed or decision.inquiry.arrived,
            previous_password=None,
            previous_until=0.0,
        )
        draft.put("credentials", confirmed)
        self._store.commit(draft).addErrback(_next_time)


def _why_not(decision: Decision, answer: Answer) -> str:
    """Why the device is not given what it asked for; empty where it is, or where that is no matter of who asks."""
    if isinstance(answer, Refusal):
        return answer.reason if answer.kind in _SAID_NO else ""
    verdict = decision.verdict
    return "" if verdict is None or verdict.outcome is Outcome.GIVEN else str(verdict)


def _bound(inquiry: Inquiry, tenant: str, why_not: str) -> Inquiry:
    """The inquiry of a tenant; of two things that it shows the weaker one counts."""
    if inquiry.bound and inquiry.tenant != tenant:
        why_not = why_not or TWO_TENANTS
    return replace(inquiry, tenant=tenant, barred=inquiry.barred or why_not)


def split_path(path: str) -> tuple[str, str]:
    """The first part of a path, and the rest as if it had not been there: with its slash, or without."""
    relative = path.lstrip("/")
    first, slash, rest = relative.partition("/")
    if relative == path:
        return first, rest
    return first, f"/{rest}" if slash else "/"


def _next_time(failure: Failure) -> Any:
    """What could not be kept is tried again at the device's next request."""
    failure.trap(ProvdError)
    log.warn("that a device has its new password is not kept: {error}", error=failure.value)
