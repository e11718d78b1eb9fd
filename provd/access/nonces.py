"""Nonces of digest authentication (RFC 7616 section 3.3): signed, so that giving one costs nothing; and
counted once one is used, so that no answer is good twice.

A nonce says when it was made and is signed with a key of this process: after a restart all are stale, and
clients ask for another by themselves.  Only those that a right password came with are remembered.  Where
they are too many the oldest are forgotten, and everything that was made before them is stale from then on.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import OrderedDict
from hashlib import blake2b
from hmac import compare_digest

from msgspec import Struct

MOST = 65_536
"""Nonces in use that are remembered."""

WINDOW = 64
"""How far the counts of requests may be out of order: clients ask for several files at once."""

_STAMP, _SIGNATURE = 16, 16
_TEXT = 44
"""Characters of a nonce."""


class _Used(Struct, gc=False):
    highest: int
    seen: int
    """Bit n: the count `highest - n` was used."""


class Nonces:
    """Makes nonces, and says of one that comes back whether it is still good."""

    def __init__(self, key: bytes, lifetime: float, most: int = MOST) -> None:
        """`key` signs, 16 bytes at least that nobody knows; a nonce lives for `lifetime` seconds."""
        self._key = key
        self._most = most
        self._used: OrderedDict[str, _Used] = OrderedDict()
        self._forgotten = 0.0
        """Up to when those that are not remembered may have been used."""
        self.lifetime = lifetime

    def __len__(self) -> int:
        return len(self._used)

    def make(self, inquiry_id: str, now: float) -> str:
        """The nonce that is given in answer to one inquiry; the same to the same."""
        named = blake2b(inquiry_id.encode("utf-8", "replace"), digest_size=8).digest()
        stamp = int(now * 1000).to_bytes(8, "big") + named
        return urlsafe_b64encode(stamp + self._sign(stamp)).decode("ascii")

    def judge(self, nonce: str, count: int, now: float, *, keep: bool) -> str:
        """Why it is not good, a sentence; empty when it is, and then this count of it is used up.

        `keep` False (what-if): the very same, and nothing is used up.
        """
        made = self._made(nonce)
        if made is None:
            return "its nonce is not one of this server, or from before its last start"
        if not made - 1 <= now <= made + self.lifetime:
            return "its nonce has had its time"
        used = self._used.get(nonce)
        if used is None:
            if made <= self._forgotten:
                return "its nonce has had its time"
            used = _Used(0, 0)
        if not _is_fresh(used, count):
            return "this answer was used before"
        if keep:
            self._use(nonce, used, count)
        return ""

    def _made(self, nonce: str) -> float | None:
        """When it was made; None where it is none of ours."""
        if len(nonce) != _TEXT or not nonce.isascii():
            return None
        try:
            raw = urlsafe_b64decode(nonce)
        except ValueError:
            return None
        stamp, signature = raw[:_STAMP], raw[_STAMP:]
        if not compare_digest(self._sign(stamp), signature):
            return None
        return int.from_bytes(stamp[:8], "big") / 1000

    def _sign(self, stamp: bytes) -> bytes:
        return blake2b(stamp, key=self._key, digest_size=_SIGNATURE).digest()

    def _use(self, nonce: str, used: _Used, count: int) -> None:
        ahead = count - used.highest
        if ahead > 0:
            used.seen = ((used.seen << min(ahead, WINDOW)) | 1) & ((1 << WINDOW) - 1)
            used.highest = count
        else:
            used.seen |= 1 << -ahead
        self._used[nonce] = used
        self._used.move_to_end(nonce)
        if len(self._used) > self._most:
            oldest, _gone = self._used.popitem(last=False)
            self._forgotten = max(self._forgotten, self._made(oldest) or 0.0)


def _is_fresh(used: _Used, count: int) -> bool:
    """Whether a count was not used yet, as far back as is remembered."""
    behind = used.highest - count
    if count < 1:
        return False
    return behind < 0 or (behind < WINDOW and not used.seen >> behind & 1)
