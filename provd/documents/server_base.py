"""The base raw config: what the server itself contributes, below every config."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from provd.documents.flatten import merge
from provd.documents.raw_config import check_raw_config
from provd.values import Invalid, Problem

DEFAULT_HTTP_PORT = "8667"
"""A text, as plugins written for other servers have always found it."""


def server_raw_config(
    base: Mapping[str, Any], http_base_url: str, tftp_port: int
) -> dict[str, Any]:
    """What administrators wrote (`base`), completed with what this server knows of itself.

    `http_base_url` is the URL that devices are told; `ip` and `http_port` are read off it for
    plugins that know no URLs.  What is in `base` stays.

    @raise Invalid: `base` is no raw config, or the URL names no host.
    """
    flat: dict[str, Any] = {}
    merge(flat, base)
    flat.setdefault("http_base_url", http_base_url)
    flat.setdefault("tftp_port", tftp_port)
    problems: list[Problem] = []
    try:
        address = urlsplit(http_base_url)
        host, port = address.hostname, address.port
    except ValueError as error:
        problems.append(Problem("http_base_url", str(error), "http://host:port"))
    else:
        if host is not None:
            flat.setdefault("ip", host)
        flat.setdefault("http_port", DEFAULT_HTTP_PORT if port is None else port)
    problems += check_raw_config(flat, complete=True, at="")
    if problems:
        raise Invalid("base raw config", tuple(problems))
    return flat
