"""Which options of a request are taken, and at which values (RFC 2347, 2348, 2349, 7440).

An option that is unknown, ill-formed or out of range is left out of the OACK, which tells the
client that it was ignored; the transfer goes on without it.  A value above our limits is taken
at the limit where the RFC lets the server choose a smaller one (blksize, windowsize) and left
out where it does not (timeout).  Nothing a client can write here leads to silence.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

__all__ = [
    "DEFAULT_BLOCK_SIZE",
    "GREATEST_BLOCK_SIZE",
    "GREATEST_WINDOW",
    "LEAST_BLOCK_SIZE",
    "PLAIN",
    "Bounds",
    "Offer",
    "Terms",
    "negotiate",
    "offer",
]

DEFAULT_BLOCK_SIZE = 512
LEAST_BLOCK_SIZE = 8
GREATEST_BLOCK_SIZE = 65464
"""RFC 2348: what an IPv4 datagram holds after its headers."""
GREATEST_WINDOW = 65535
"""RFC 7440."""
GREATEST_TIMEOUT = 255
"""RFC 2349."""


class Bounds(Struct, frozen=True, gc=False):
    """How far a server goes along with its clients."""

    block_size: int = GREATEST_BLOCK_SIZE
    window: int = 64
    """Blocks sent without waiting for an acknowledgement."""
    window_bytes: int = 1 << 20
    """The same in bytes: a window is at most so many blocks that they fit, and at least one."""
    timeout: int = 60
    """The longest retransmission interval, in seconds, that a client may ask for."""


class Terms(Struct, frozen=True, gc=False):
    """What a transfer is carried out with."""

    block_size: int = DEFAULT_BLOCK_SIZE
    window: int = 1
    timeout: int = 0
    """Seconds between retransmissions as the client wants it; 0 leaves it to the server."""
    oack: bytes = b""
    """The OACK packet; empty where no option was taken, and DATA 1 is the first answer."""


PLAIN = Terms()


class Offer(Struct, frozen=True, gc=False):
    """What is granted for one set of options, whatever the file; only its size is left to be told."""

    terms: Terms
    """For a size that is not known, or was not asked for."""
    tells_size: bool
    before: bytes
    after: bytes
    """What stands before and after tsize in the OACK."""

    def for_size(self, size: int | None) -> Terms:
        """The terms for a file; `size` is its length on the wire, None where it is not known."""
        if size is None or not self.tells_size:
            return self.terms
        plain = self.terms
        oack = b"\0\6%btsize\0%d\0%b" % (self.before, size, self.after)
        return Terms(plain.block_size, plain.window, plain.timeout, oack)


def offer(options: Mapping[bytes, bytes], bounds: Bounds) -> Offer:
    """What is granted for these options."""
    block_size = _block_size(_decimal(options, b"blksize"), bounds)
    window = _window(_decimal(options, b"windowsize"), block_size, bounds)
    timeout = _timeout(_decimal(options, b"timeout"), bounds)
    before = b"blksize\0%d\0" % block_size if block_size else b""
    after = b"timeout\0%d\0" % timeout if timeout else b""
    if window:
        after += b"windowsize\0%d\0" % window
    terms = Terms(
        block_size or DEFAULT_BLOCK_SIZE,
        window or 1,
        timeout,
        b"\0\6" + before + after if before or after else b"",
    )
    return Offer(terms, _decimal(options, b"tsize") >= 0, before, after)


def negotiate(options: Mapping[bytes, bytes], size: int | None, bounds: Bounds) -> Terms:
    """The terms for one request."""
    return offer(options, bounds).for_size(size) if options else PLAIN


def _block_size(wanted: int, bounds: Bounds) -> int:
    """RFC 2348: at most what was asked for; 0 where the option is ignored."""
    return min(wanted, bounds.block_size) if wanted >= LEAST_BLOCK_SIZE else 0


def _window(wanted: int, block_size: int, bounds: Bounds) -> int:
    """RFC 7440 section 3: at most what was asked for; 0 where the option is ignored."""
    if not 1 <= wanted <= GREATEST_WINDOW:
        return 0
    fitting = bounds.window_bytes // (block_size or DEFAULT_BLOCK_SIZE)
    return min(wanted, bounds.window, max(1, fitting))


def _timeout(wanted: int, bounds: Bounds) -> int:
    """RFC 2349: taken as it is, or not at all; 0 where the option is ignored."""
    return wanted if 1 <= wanted <= min(bounds.timeout, GREATEST_TIMEOUT) else 0


def _decimal(options: Mapping[bytes, bytes], name: bytes) -> int:
    """RFC 2347 wants decimal digits: -1 for anything else. Ten digits hold every size in use, and no bomb."""
    text = options.get(name, b"")
    return int(text) if text.isdigit() and len(text) <= 10 else -1
