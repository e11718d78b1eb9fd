"""Strategies: by what a DHCP client is known, and the token that is its name by one of them.

The token of `mac` is the hardware address in its normal spelling; that of the others is the
option's content as lower-case hex digits: all of 61, the sub-options 1 and 2 of 82, and the sixteen
bytes of 97 after its type, in the order of the wire.  A composite's token is its parts' in that
order, joined by `+` as its name is.
"""

from __future__ import annotations

import re

from provd.values import parse_mac

STRATEGIES = ("mac", "client-id", "circuit-id", "remote-id", "uuid")
"""The hardware address, options 61, 82.1, 82.2 and 97; several are joined by `+`."""

JOINT = "+"

_BYTES = re.compile(r"(?:[0-9a-f]{2}){1,255}")
_HARDWARE = re.compile(r"(?:[0-9a-f]{2}:){0,15}[0-9a-f]{2}")


def client_key(strategy: str, token: str) -> str:
    """What indexes know a client by: `mac=00:00:5e:00:53:01`."""
    return f"{strategy}={token}"


def strategy_and_token(key: str) -> tuple[str, str]:
    """The two halves of what `client_key` made."""
    strategy, _, token = key.partition("=")
    return strategy, token


def check_strategy(strategy: str) -> str:
    """The strategy, when it is one or a composite. @raise ValueError: with what would be right."""
    parts = strategy.split(JOINT)
    if set(parts) <= set(STRATEGIES) and len(set(parts)) == len(parts):
        return strategy
    raise ValueError(f"{', '.join(STRATEGIES)}, or several of them joined by {JOINT}")


def normal_token(strategy: str, given: str) -> str:
    """The token in its normal spelling; hex digits may stand in groups between `:` or `-`.

    @raise ValueError: it is none by that strategy, with what would be right.
    """
    kinds, parts = strategy.split(JOINT), given.split(JOINT)
    if len(kinds) != len(parts):
        raise ValueError(f"{len(kinds)} parts joined by {JOINT}, one for each of {strategy}")
    return JOINT.join(_normal(kind, part) for kind, part in zip(kinds, parts, strict=True))


def _normal(kind: str, given: str) -> str:
    if kind == "mac":
        return _hardware_address(given)
    digits = re.sub("[:-]", "", given.strip("{}")).lower()
    if not _BYTES.fullmatch(digits) or (kind == "uuid" and len(digits) != 32):
        raise ValueError("32 hex digits" if kind == "uuid" else "hex digits, two for each byte")
    return digits


def _hardware_address(given: str) -> str:
    """A MAC address, or one of another length as other hardware has."""
    try:
        return parse_mac(given)
    except ValueError:
        spelled = given.lower().replace("-", ":")
        if _HARDWARE.fullmatch(spelled):
            return spelled
        raise ValueError("a hardware address, like 00:00:5e:00:53:01") from None
