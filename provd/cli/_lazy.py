"""A group whose commands are imported when they are called: `provd --help` imports none of them."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click

from provd.cli._errors import exit_code_of, tell_error
from provd.values import ProvdError


class LazyGroup(click.Group):
    """Commands by name and place, `module:attribute`."""

    def __init__(self, *args: Any, commands_at: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._commands_at = commands_at

    def list_commands(self, ctx: click.Context) -> list[str]:
        """What was added, then the others as they were given: the order of a first day with provd."""
        return [*super().list_commands(ctx), *self._commands_at]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command."""
        place = self._commands_at.get(cmd_name)
        if place is None:
            return super().get_command(ctx, cmd_name)
        module, _colon, attribute = place.partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; what provd can name becomes a sentence and an exit code."""
        try:
            return super().invoke(ctx)
        except ProvdError as error:
            tell_error(error)
            ctx.exit(exit_code_of(error))
