"""`provd tokens`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from provd.cli._remote import Remote, print_table, readable, remote, when

DAY = 86400


@click.group()
def tokens() -> None:
    """Tokens: what programs show to the API."""


@tokens.command("list")
@click.option("--user", default="", help="Those of this user; else your own.")
@click.option("--all", "everybody", is_flag=True, help="Those of everybody.")
@remote
def list_them(server: Remote, user: str, *, everybody: bool) -> None:
    """List tokens, without their texts."""
    api = server.api.tokens
    found = api.list(user) if user or everybody else api.own()
    server.show(found, lambda listing: _print(listing["items"]))


@tokens.command()
@click.option("--user", default="", help="Log in as this user first; the password is asked for.")
@click.option("--days", type=click.FloatRange(min=0, min_open=True), help="How long it lives.")
@click.option("--device", "devices", multiple=True, metavar="ID", help="It may see this device.")
@click.option("--plugin", "plugins", multiple=True, metavar="ID", help="It may see this plugin.")
@click.option(
    "--claim", "claims", multiple=True, metavar="SCOPE:ACTION[:ID]", help="It may do this."
)
@click.option("--description", default="", help="For whoever finds it in a list.")
@remote
def issue(server: Remote, user: str, days: float | None, description: str, **given: Any) -> None:
    """Make a token that may do no more than it must; its text is printed, once.

    Without --device, --plugin and --claim it may do what its user may.  It lives no longer than the
    token you are logged in with, unless --user has you show your password.
    """
    wish: dict[str, Any] = {"description": description} if description else {}
    if days:
        wish["seconds"] = int(days * DAY)
    if claims := _claims(**given):
        wish["claims"] = claims
    if user:
        password = click.prompt("Password", hide_input=True, err=True)
        issued = server.api.log_in(user, password, wish)
    else:
        issued = server.api.tokens.issue(wish)
    server.show(issued, lambda told: click.echo(told["token"]))


@tokens.command()
@click.argument("token_ids", nargs=-1, metavar="[ID]...")
@click.option("--user", default="", help="Every token of this user.")
@click.option(
    "--all", "everybody", is_flag=True, help="Every token of everybody, yours among them."
)
@remote
def revoke(server: Remote, token_ids: tuple[str, ...], user: str, *, everybody: bool) -> None:
    """Have tokens refused from now on; your own need no right."""
    if bool(token_ids) + bool(user) + everybody != 1:
        raise click.UsageError("name tokens, or a --user, or --all")
    api = server.api.tokens
    if not token_ids:
        server.show(api.revoke_all(user), lambda told: click.echo(f"{told['revoked']} revoked"))
        return
    own = {token["id"] for token in api.own()["items"]}
    for token_id in token_ids:
        if token_id in own:
            api.give_back(token_id)
        else:
            api.revoke(token_id)
    server.show({"revoked": list(token_ids)}, lambda _told: None)


def _claims(
    devices: tuple[str, ...], plugins: tuple[str, ...], claims: tuple[str, ...]
) -> list[Mapping[str, Any]]:
    """What the options spell."""
    found: list[Mapping[str, Any]] = [
        {"scope": scope, "actions": ["read"], "specific": list(ids)}
        for scope, ids in (("devices", devices), ("plugins", plugins))
        if ids
    ]
    for claim in claims:
        scope, action, document_id = (*claim.split(":", 2), "", "")[:3]
        if not scope or not action:
            raise click.UsageError(f"{claim!r} is not SCOPE:ACTION or SCOPE:ACTION:ID")
        found.append({"scope": scope, "actions": [action], "specific": [document_id or "*"]})
    return found


def _print(items: list[Mapping[str, Any]]) -> None:
    if not items:
        click.echo("There are no such tokens.", err=True)
        return
    print_table(
        items,
        {
            "ID": "id",
            "USER": "subject",
            "UNTIL": lambda token: when(token.get("expiry")),
            "REVOKED": lambda token: "yes" if token.get("revoked") else "no",
            "MAY": _may,
            "DESCRIPTION": "description",
        },
    )


def _may(token: Mapping[str, Any]) -> str:
    claims = token.get("claims")
    if claims is None:
        return "what its user may"
    return "; ".join(
        f"{claim['scope']}: {', '.join(claim['actions'])} {_of(claim)}".strip() for claim in claims
    ) or readable(None)


def _of(claim: Mapping[str, Any]) -> str:
    return "" if claim["specific"] == ["*"] else f"({', '.join(claim['specific'])})"
