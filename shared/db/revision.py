"""Write a migration: compare the declared tables with a scratch database and note the difference.

python -m shared.db.revision order "credit limits"
python -m shared.db.revision order --anew     one initial migration instead of all there are
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import asyncpg
import sqlalchemy as sa
import typer
from alembic import command
from alembic.operations import ops
from alembic.script import ScriptDirectory

from shared.db.migrations import alembic_config, check, upgrade
from shared.embedded import EmbeddedPostgres, default_data_dir
from shared.service import Service, load


def main(
    service: str, message: str = "initial", anew: Annotated[bool, typer.Option()] = False
) -> None:
    """Autogenerate a revision of SERVICE, and see that nothing is left to generate."""
    found = load(service)
    postgres = EmbeddedPostgres(default_data_dir() / "revisions")
    server = postgres.start()
    database = f"revision_{service}_{secrets.token_hex(4)}"
    asyncio.run(_execute(server.dsn("postgres"), f'CREATE DATABASE "{database}"'))
    try:
        _write(found, server.dsn(database), "initial" if anew else message, anew)
    finally:
        statement = f'DROP DATABASE "{database}" WITH (FORCE)'
        asyncio.run(_execute(server.dsn("postgres"), statement))
        postgres.stop()


def _write(service: Service, dsn: str, message: str, anew: bool) -> None:
    if anew:
        for version in (service.migrations / "versions").glob("*.py"):
            version.unlink()
    config = alembic_config(service.migrations, dsn)
    Path(service.migrations / "versions").mkdir(exist_ok=True)
    first = ScriptDirectory.from_config(config).get_current_head() is None
    upgrade(service.migrations, dsn)

    def complete(context: Any, revision: Any, directives: list[Any]) -> None:
        for statement in reversed(list(_before_tables(service.metadata)) if first else []):
            directives[0].upgrade_ops.ops.insert(0, ops.ExecuteSQLOp(statement))

    command.revision(config, message, autogenerate=True, process_revision_directives=complete)
    upgrade(service.migrations, dsn)
    check(service.migrations, dsn)


def _before_tables(metadata: sa.MetaData) -> Iterable[str]:
    """What Alembic does not generate: schemas and sequences."""
    for schema in sorted({table.schema for table in metadata.tables.values() if table.schema}):
        yield f"CREATE SCHEMA {schema}"
    for name in sorted(metadata._sequences):
        yield f"CREATE SEQUENCE {name}"


async def _execute(dsn: str, statement: str) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute(statement)
    await connection.close()


if __name__ == "__main__":
    typer.run(main)
