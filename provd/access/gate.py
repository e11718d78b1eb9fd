"""The gate: from what a caller presents to a principal, or to a refusal."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence

from twisted.internet.defer import Deferred

from provd.access.bearer import VOID
from provd.access.builtin import BUILT_IN, OWN
from provd.access.claims import Permits, Right
from provd.access.errors import NotAuthenticated
from provd.access.held import SCOPE, HeldRights, UserPermits
from provd.access.principal import Principal
from provd.contracts import IDocumentStore, IIdentityProvider
from provd.documents import (
    EVERY,
    NOT_ON_ONE,
    Claim,
    Device,
    DeviceRight,
    Role,
    Token,
    User,
)
from provd.values import Identity, Presented

REMEMBERED = 1024
"""Principals whose compiled claims are kept."""

NOBODY = "nothing was presented that proves who you are"

_Key = tuple[str, int, str, int, int]


class Gate:
    """Asks each provider in order; what somebody may do is read from the documents of the moment."""

    def __init__(
        self,
        store: IDocumentStore,
        providers: Sequence[IIdentityProvider],
        rights: Iterable[Right],
        now: Callable[[], float],
        *,
        required: bool = False,
    ) -> None:
        """`rights` are all there are; `now` tells the time since the epoch."""
        self.rights = frozenset(rights)
        self._now = now
        self.required = required
        """Whether everybody must prove who they are."""
        self._store = store
        self._providers = tuple(providers)
        self._known: dict[_Key, Principal] = {}

    def adopt(self, providers: Sequence[IIdentityProvider], *, required: bool) -> None:
        """Judge by these from now on; who is being judged is judged by those who began with it."""
        self._providers = tuple(providers)
        self.required = required

    def authenticate(self, presented: Presented) -> Principal | Deferred[Principal]:
        """Who that is; at once where no password has to be checked.

        @raise NotAuthenticated, TooManyAttempts: (or the Deferred fails with it) nobody.
        """
        providers = self._providers
        for at, provider in enumerate(providers):
            found = provider.identify(presented)
            if isinstance(found, Deferred):
                return Deferred.fromCoroutine(self._go_on(found, providers[at + 1 :], presented))
            if found is not None:
                return self.principal(found)
        raise NotAuthenticated(NOBODY)

    async def _go_on(
        self,
        asked: Deferred[Identity | None],
        others: Sequence[IIdentityProvider],
        presented: Presented,
    ) -> Principal:
        found = await asked
        for provider in others:
            if found is not None:
                break
            answer = provider.identify(presented)
            found = await answer if isinstance(answer, Deferred) else answer
        if found is None:
            raise NotAuthenticated(NOBODY)
        return self.principal(found)

    def principal(self, identity: Identity) -> Principal:
        """What an identity may do now. @raise NotAuthenticated: there is no such user any more."""
        user: User | None = self._store.get("users", identity.user)
        if user is None or user.disabled:
            raise NotAuthenticated(NOBODY)
        token: Token | None = None
        if identity.token:
            token = self._store.get("tokens", identity.token)
            if token is None:
                raise NotAuthenticated(NOBODY)
        revision = token.revision if token is not None else 0
        roles = self._store.position("roles")
        key = (user.id, user.revision, identity.token or identity.provider, revision, roles)
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            known = self._known[key] = self._compile(identity, user, token)
        return known

    def renewed(self, principal: Principal) -> Principal:
        """What somebody who was let in a while ago may do now; no password and no host is asked again.

        @raise NotAuthenticated: nothing any more.
        """
        if principal.anonymous:
            if self.required:
                raise NotAuthenticated(NOBODY)
            return principal
        token: Token | None = (
            self._store.get("tokens", principal.token) if principal.token else None
        )
        if token is not None and not token.good(self._now()):
            raise NotAuthenticated(VOID)
        return self.principal(
            Identity(user=principal.user, provider=principal.provider, token=principal.token)
        )

    def may(self, user: str, right: Right, device_id: str) -> bool:
        """Whether a user, by roles or by rights held, may do something with a device that is there now."""
        device: Device | None = self._store.get("devices", device_id)
        if device is None:
            return False
        try:
            principal = self.principal(Identity(user=user, provider=""))
        except NotAuthenticated:
            return False
        if principal.tenants is not None and device.tenant not in principal.tenants:
            return False
        return principal.permits(right, device_id)

    def everybody(self) -> Principal:
        """Whoever asks, while nobody has to prove anything."""
        claims = BUILT_IN["superuser"].claims
        return Principal(
            user="anybody",
            provider="",
            layers=(Permits(claims, self.rights),),
            rights=self.rights,
            anonymous=True,
        )

    def claims_of(self, roles: Iterable[str]) -> tuple[Claim, ...]:
        """What roles allow together; those that do not exist allow nothing."""
        return tuple(claim for role_id in roles for claim in self._claims(role_id))

    def claims_held(self, user: str) -> tuple[Claim, ...]:
        """What the rights that a user holds on devices allow, beside what roles do."""
        now = self._now()
        on: dict[tuple[str, ...], set[str]] = {}
        held: tuple[DeviceRight, ...] = self._store.by("rights", "user", user)
        for right in held:
            if right.lasts(now):
                on.setdefault(right.actions, set()).add(right.device)
        return tuple(self.claim_on(sorted(devices), actions) for actions, devices in on.items())

    def lends_until(self, user: str, devices: Iterable[str], actions: Iterable[str]) -> float:
        """Until when a user may let others do that with all of these devices, in seconds since the epoch.

        What roles allow may be lent without an end (`inf`), what a right held allows until that is over.
        """
        present: User | None = self._store.get("users", user)
        roles = Permits(self.claims_of(present.roles if present else ()), self.rights)
        held = HeldRights(self._store, user, self._now)
        claim = self.claim_on(devices, actions)
        ends = (
            held.until(action, device)
            for action in claim.actions
            if (SCOPE, action) not in roles.whole
            for device in claim.specific
            if not roles.permits_everything((SCOPE, action), device)
        )
        return min(ends, default=math.inf)

    def claim_on(self, devices: Iterable[str], actions: Iterable[str]) -> Claim:
        """The claim that allows what a right to these actions does on these devices, `*` spelled out."""
        named = set(actions)
        if EVERY in named:
            named = {action for scope, action in self.rights if scope == SCOPE} - NOT_ON_ONE
        return Claim(scope=SCOPE, actions=tuple(sorted(named)), specific=tuple(devices))

    def _claims(self, role_id: str) -> tuple[Claim, ...]:
        role: Role | None = BUILT_IN.get(role_id) or self._store.get("roles", role_id)
        return role.claims if role is not None else ()

    def _compile(self, identity: Identity, user: User, token: Token | None) -> Principal:
        held = HeldRights(self._store, user.id, self._now)
        layers: list[Permits] = [
            UserPermits((*OWN, *self.claims_of(user.roles)), self.rights, held)
        ]
        if token is not None and token.claims is not None:
            layers.append(Permits((*OWN, *token.claims), self.rights))
        return Principal(
            user=user.id,
            provider=identity.provider,
            layers=tuple(layers),
            rights=self.rights,
            whole=frozenset.intersection(*(layer.whole for layer in layers)),
            token=identity.token,
            tenants=frozenset(user.tenants) or None,
        )
