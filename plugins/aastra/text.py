"""Text in the configuration files of these phones: `#` begins a comment unless the value is quoted."""

from __future__ import annotations

from provd.sdk import RawConfigError


def written(value: object) -> str:
    """A value as it is written; one with `#` is quoted, and its own double quotes become single ones."""
    text = "" if value is None else str(value)
    return '"' + text.replace('"', "'") + '"' if "#" in text else text


def written_secret(what: str, value: object) -> str:
    """The same for a value in which nothing may change.

    @raise RawConfigError: it holds `#` and a double quote, which the format cannot carry together.
    """
    text = "" if value is None else str(value)
    if "#" in text and '"' in text:
        raise RawConfigError(
            f'{what} holds both # and ", which the phone cannot be told; choose another'
        )
    return written(text)
