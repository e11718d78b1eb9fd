"""The `provd` command.

Exit codes, the same for every command: see `ExitCode`.
"""

from provd.cli._main import main

__all__ = ["main"]
