"""Where a directory key asks."""

from __future__ import annotations

from provd.sdk import phonebook_url

KNOWN = {"X_xivo_phonebook_ip": "192.0.2.1", "X_xivo_user_uuid": "u"}


def test_a_vendor_has_its_own_form() -> None:
    """Scheme and port are the common ones unless the config says otherwise."""
    url = "http://192.0.2.1:9498/0.1/directories/input/default/acme?xivo_user_uuid=u"
    assert phonebook_url(KNOWN, "acme") == url
    more = {"X_xivo_phonebook_scheme": "https", "X_xivo_phonebook_port": 443}
    url = "https://192.0.2.1:443/0.1/directories/menu/default/acme?xivo_user_uuid=u"
    assert phonebook_url({**KNOWN, **more}, "acme", "menu") == url


def test_there_is_none_without_a_book_or_a_user() -> None:
    """An empty URL leaves the key out."""
    for missing in KNOWN:
        assert phonebook_url({key: KNOWN[key] for key in KNOWN if key != missing}, "acme") == ""
