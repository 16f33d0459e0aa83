"""The command ``kehu``: its commands, and how they fail."""

from __future__ import annotations

import gc
import sys
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

from shared.embedded.errors import EmbeddedPostgresError
from shared.host.errors import HostError

#: In the order in which the help shows them; each is in a module of that name, with _ for -.
COMMANDS = (
    "up",
    "demo",
    "serve",
    "work",
    "migrate",
    "doctor",
    "check",
    "replay",
    "republish",
    "topics",
    "ingress",
    "parked",
    "personal-data",
    "keys",
)


class Commands(TyperGroup):
    """Imports a command when it is called: none waits for what only another needs."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names of all commands."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a command, None when there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"shared.host.commands.{cmd_name.replace('-', '_')}")
        commands = getattr(module, "commands", None) or _alone(getattr(module, cmd_name))
        return typer.main.get_command(commands)


app = typer.Typer(
    name="kehu",
    help="Kehu (客户): a CRM backend of four event-driven services.",
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def _commands() -> None:
    pass


def main() -> None:
    """Run the command line; what stops a command is one line, without a traceback."""
    # Rarer collections: starting makes many objects that stay, and pauses lengthen the tail.
    gc.set_threshold(25_000, 20, 50)
    try:
        app()
    except* (HostError, EmbeddedPostgresError) as group:
        for error in _leaves(group):
            print(f"kehu: {error}", file=sys.stderr)
        raise SystemExit(1) from None


def _alone(command: Any) -> typer.Typer:
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command()(command)
    return app


def _leaves(group: BaseExceptionGroup[BaseException]) -> list[BaseException]:
    found: list[BaseException] = []
    for error in group.exceptions:
        found += _leaves(error) if isinstance(error, BaseExceptionGroup) else [error]
    return found


if __name__ == "__main__":
    main()
