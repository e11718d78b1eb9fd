"""The Identification Protocol (RFC 1413): one line asked, one line answered."""

from provd.wire.ident.lines import LONGEST, IdentError, parse_reply, spell_query

__all__ = ["LONGEST", "IdentError", "parse_reply", "spell_query"]
