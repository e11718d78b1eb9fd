"""`provd users`."""

from __future__ import annotations

import click

from provd.cli._collection import add_commands
from provd.cli._remote import Remote, remote


@click.group()
def users() -> None:
    """Users: who may call the API."""


add_commands(
    users,
    "users",
    {
        "ID": "id",
        "ROLES": lambda user: ", ".join(user.get("roles") or []) or "-",
        "PASSWORD": "has_password",
        "DISABLED": lambda user: "yes" if user.get("disabled") else "no",
        "DESCRIPTION": "description",
    },
)


@users.command()
@click.argument("user_id", metavar="ID")
@remote
def password(server: Remote, user_id: str) -> None:
    """Give a user another password; it is asked for, and the user's tokens are void then."""
    new = click.prompt("New password", hide_input=True, confirmation_prompt=True, err=True)
    server.api.users.set_password(user_id, new)
    server.show({"changed": user_id}, lambda _told: None)
