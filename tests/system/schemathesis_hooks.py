"""How the API is called at random: YAML as a careful client writes it, and a server that is drained is filled again.

Loaded by schemathesis itself, which knows nothing of trial or pytest here.
"""

from __future__ import annotations

from typing import Any

import requests
import schemathesis
import yaml


class Careful(yaml.SafeDumper):
    """Quotes every text and names nothing twice: what readers of YAML 1.1 and 1.2 differ about is never written."""

    def ignore_aliases(self, data: Any) -> bool:
        """No anchors."""
        return True


def _quoted(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"')


Careful.add_representer(str, _quoted)


YAML = (
    "text/yaml",
    "text/x-yaml",
    "text/vnd.yaml",
    "text/yml",
    "application/yaml",
    "application/x-yaml",
)
"""Every name that schemathesis has for it: it takes the first of the family for all."""


@schemathesis.serializer(*YAML)
def careful_yaml(_context: Any, value: Any) -> bytes:
    """A body in YAML; bytes are sent as they are."""
    if isinstance(value, bytes):
        return value
    text = yaml.dump(value, Dumper=Careful, allow_unicode=True, width=1_000_000, sort_keys=False)
    return text.encode("utf-8", "surrogatepass")


@schemathesis.hook
def after_call(_context: Any, case: Any, response: Any) -> None:
    """Ready again: `/readyz` has to say that a drained server is not, and would be told off for it."""
    if case.operation.label == "POST /api/v1/system/drain" and response.status_code == 204:
        undone = requests.delete(
            f"{case.operation.base_url}/api/v1/system/drain",
            headers={
                name: value
                for name, value in response.request.headers.items()
                if name.lower() in {"authorization", "user-agent"}
            },
            timeout=10,
        )
        undone.raise_for_status()
