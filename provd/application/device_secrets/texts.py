"""Texts that nobody can guess, of characters that every phone, URL and file format takes."""

from __future__ import annotations

import secrets
import string

from provd.documents import ONCE_URL

# Neither l nor I, 0 nor O: some day somebody will read one over the telephone.
ALPHABET = "".join(sorted({*string.ascii_letters, *string.digits} - {*"lI0O"}))

PASSWORD = 20
"""Characters of a password: 117 bits. Aastra and Snom phones take no more."""
KEY = 32
URL = 32
NAME = 10


def random_text(length: int) -> str:
    """So many characters, each drawn by itself."""
    return "".join(secrets.choice(ALPHABET) for _each in range(length))


def new_username() -> str:
    """A name that tells nothing of its device."""
    return f"d-{random_text(NAME)}"


def new_password() -> str:
    """A password."""
    return random_text(PASSWORD)


def new_key() -> str:
    """A provisioning key."""
    return random_text(KEY)


def new_url_text() -> str:
    """The first part of a one-time URL's path."""
    return ONCE_URL + random_text(URL)
