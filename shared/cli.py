"""The command ``kehu``: its commands, and how they fail."""

from __future__ import annotations

import gc
import sys

import typer

from shared.embedded import EmbeddedPostgresError
from shared.host.commands import parked
from shared.host.commands.check import check
from shared.host.commands.demo import demo
from shared.host.commands.doctor import doctor
from shared.host.commands.ingress import ingress
from shared.host.commands.migrate import migrate
from shared.host.commands.replay import replay
from shared.host.commands.republish import republish
from shared.host.commands.serve import serve
from shared.host.commands.topics import topics
from shared.host.commands.up import up
from shared.host.commands.work import work
from shared.host.errors import HostError

app = typer.Typer(
    name="kehu",
    help="Kehu (客户): a CRM backend of four event-driven services.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for command in (up, demo, serve, work, migrate, doctor, check, replay, republish, topics, ingress):
    app.command()(command)
app.add_typer(parked.commands, name="parked")


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


def _leaves(group: BaseExceptionGroup[BaseException]) -> list[BaseException]:
    found: list[BaseException] = []
    for error in group.exceptions:
        found += _leaves(error) if isinstance(error, BaseExceptionGroup) else [error]
    return found


if __name__ == "__main__":
    main()
