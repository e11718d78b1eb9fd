"""`provd reload`: take up what the settings say now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from provd.cli._remote import Remote, print_object, remote


@click.command("reload")
@click.option("--last", is_flag=True, help="Do nothing; tell what became of the last attempt.")
@remote
def reload(server: Remote, *, last: bool) -> None:
    """Have the server read its settings again, all of them or none.

    What needs a restart is named, and nothing is changed then.
    """
    told = server.api.last_reload() if last else server.api.reload()
    server.show(told, _print)


def _print(told: Mapping[str, Any]) -> None:
    if told["outcome"] == "done":
        click.echo("\n".join(told["changed"]) or "Nothing has changed.")
    else:
        print_object(told)
