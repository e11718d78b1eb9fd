"""`provd login`, `provd logout`, `provd whoami`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from provd.cli._remote import Remote, print_object, remote, when
from provd.cli._token import keep_token


@click.command()
@click.option("--user", default="", help="Whose password is asked for.  [default: asked for too]")
@click.option("--once", is_flag=True, help="Ask for a token that is good once, instead.")
@click.option("--seconds", type=int, default=0, help="How long to stay logged in.")
@remote
def login(server: Remote, user: str, seconds: int, *, once: bool) -> None:
    """Get a token from the server and keep it for the next commands."""
    wish = {"seconds": seconds} if seconds else {}
    if once:
        # Asked for: what stands on a command line is seen by every program on the host.
        token = click.prompt("Token", hide_input=True, err=True)
        issued = server.api.log_in_with(token.strip(), wish)
    else:
        user = user or click.prompt("User", err=True)
        password = click.prompt("Password", hide_input=True, err=True)
        issued = server.api.log_in(user, password, wish)
    path = keep_token(server.api.url, issued.pop("token"))
    server.show(
        issued,
        lambda told: click.echo(
            f"Logged in as {told['subject']} until {when(told['expiry'])}; the token is in {path}."
        ),
    )


@click.command()
@remote
def logout(server: Remote) -> None:
    """Give the token back and forget it."""
    me = server.api.whoami()
    if me["token"]:
        server.api.tokens.give_back(me["token"])
    keep_token(server.api.url, "")
    server.show({"forgotten": me["token"]}, lambda _told: None)


@click.command()
@remote
def whoami(server: Remote) -> None:
    """Show who the server takes you for, and what you may do."""
    server.show(server.api.whoami(), _print_me)


def _print_me(me: Mapping[str, Any]) -> None:
    rights: dict[str, list[str]] = {}
    for right in me["rights"]:
        some = "" if right["specific"] == ["*"] else f" ({', '.join(right['specific'])})"
        rights.setdefault(right["scope"], []).append(right["action"] + some)
    proof = me["provider"] or "nothing had to be proved"
    print_object({"user": me["user"], "known by": proof, "token": me["token"] or None})
    print_object({scope: ", ".join(actions) for scope, actions in rights.items()})
