"""Principal: somebody who is known, and everything they may do at this moment."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from provd.access.claims import Permits, Right, covers
from provd.documents import Claim


class Principal(Struct, frozen=True, kw_only=True):
    """A user, by whatever proof, with the claims of the user's roles and of the token that was shown.

    Something is permitted when every layer permits it: a token can only take away.
    """

    user: str
    provider: str
    layers: tuple[Permits, ...]
    rights: frozenset[Right]
    """Every right there is."""
    token: str = ""
    whole: frozenset[Right] = frozenset()
    """The rights that every layer grants on every document and for every field."""
    tenants: frozenset[str] | None = None
    """Whose documents they see and change; None: everybody's."""
    anonymous: bool = False
    """Nobody had to prove anything: a program on this host, while access is not required."""

    def permits(self, right: Right, document_id: str = "", fields: Iterable[str] = ()) -> bool:
        """See `Permits.permits`."""
        if right in self.whole:
            return True
        wanted = tuple(fields)
        return all(layer.permits(right, document_id, wanted) for layer in self.layers)

    def permits_everything(self, right: Right, document_id: str = "") -> bool:
        """See `Permits.permits_everything`."""
        if right in self.whole:
            return True
        return all(layer.permits_everything(right, document_id) for layer in self.layers)

    def only(self, right: Right) -> frozenset[str] | None:
        """The ids on which a right is granted; None: on every document."""
        if right in self.whole:
            return None
        limits = [ids for layer in self.layers if (ids := layer.only(right)) is not None]
        return frozenset.intersection(*limits) if limits else None

    def covers(self, wanted: Iterable[Claim], *, lasting: bool = False) -> bool:
        """Whether everything that `wanted` allows is allowed already: only that may be handed on.

        `lasting`: and not by rights on devices, which may be over before what is handed on is.
        """
        layers = [layer.lasting for layer in self.layers] if lasting else self.layers
        return covers(layers, wanted, self.rights)
