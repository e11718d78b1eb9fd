"""Users, roles and tokens: everything that says who may do what, put together."""

from __future__ import annotations

from collections.abc import Callable

from attrs import frozen
from twisted.internet.interfaces import IReactorTime

from provd.access import AccessSettings, AuditedStore, FailedLogins, Gate, Passwords, SigningKeys
from provd.application.auditing import Auditing
from provd.application.grades import Grades
from provd.application.roles import Roles
from provd.application.slices import Slices
from provd.application.tokens import Tokens
from provd.application.users import Users
from provd.contracts import IPlugins


@frozen(kw_only=True)
class Administration:
    """The use cases of access, and the gate that calls come in by."""

    store: AuditedStore
    """What every use case of operators writes to, so that it leaves lines."""
    gate: Gate
    users: Users
    roles: Roles
    tokens: Tokens
    auditing: Auditing
    failed_logins: FailedLogins

    def adopt(self, settings: AccessSettings) -> None:
        """Issue tokens, and keep the trail, as these settings have it from now on."""
        self.tokens.adopt(settings)
        self.store.trail.keep(settings.audit_kept)


def make_administration(  # noqa: PLR0913 - what it is made of, each part named
    *,
    store: AuditedStore,
    plugins: IPlugins,
    gate: Gate,
    keys: SigningKeys,
    passwords: Passwords,
    slices: Slices,
    clock: IReactorTime,
    new_id: Callable[[], str],
    settings: AccessSettings,
) -> Administration:
    """The use cases over these parts; `store` is the audited one, so that what they do leaves lines."""
    grades = Grades(store, plugins)
    return Administration(
        store=store,
        gate=gate,
        users=Users(store, slices, gate, passwords, grades),
        roles=Roles(store, slices, gate, grades),
        tokens=Tokens(store, slices, keys, new_id, clock.seconds, settings),
        auditing=Auditing(store, slices, store.trail),
        failed_logins=FailedLogins(store, store.trail, clock),
    )
