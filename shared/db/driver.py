"""SQLAlchemy Core statements on asyncpg connections.

Core is the language, its PostgreSQL dialect the compiler, asyncpg the driver; this module is all
that stands between. It leaves out the engine's execution layer, which cost two thirds of a read
(docs/decisions/0003). Every statement is compiled once; a ``Prepared`` one is not even looked up.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, cast
from weakref import WeakKeyDictionary

import asyncpg
import sqlalchemy as sa
from pydantic_core import from_json, to_json
from sqlalchemy.dialects.postgresql.asyncpg import dialect as asyncpg_dialect
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.util import LRUCache

from shared.db.result import Result
from shared.db.types import JsonOf
from shared.domain.scope import EVERYTHING, Scope

Parameters = Mapping[str, Any] | Sequence[Mapping[str, Any]]

#: Statements that answer a count instead of rows.
_ONLY_TOUCHES = re.compile(r"\s*(INSERT|UPDATE|DELETE)\b(?!.*\bRETURNING\b)", re.I | re.S)
#: An INSERT of nothing but parameters, which COPY can do as well.
_PLAIN_INSERT = re.compile(
    r"INSERT INTO [^()]+ \([^()]+\) VALUES \((\$\d+(::[A-Z ]+(\([\d, ]+\))?)?(, )?)+\)"
)
#: From so many rows on COPY is cheaper: the server spends about a third less on each.
_COPIED_ROWS = 50
_DIALECT: Any = cast(Any, asyncpg_dialect)(json_serializer=lambda value: to_json(value).decode())
_COMPILED: LRUCache[Any, Any] = LRUCache(2000)
#: What was read out of a compiled statement, for as long as that is kept.
_PLANS: WeakKeyDictionary[SQLCompiler, Plan] = WeakKeyDictionary()


class Prepared:
    """A statement that never changes: compiled at its first use, with ``columns`` for an INSERT."""

    def __init__(self, statement: sa.Executable, *columns: str) -> None:
        self.statement = statement
        self.columns = columns
        self._plan: Plan | None = None

    @property
    def plan(self) -> Plan:
        """The compiled form."""
        if self._plan is None:
            clause = cast(Any, self.statement)
            keys = list(self.columns) or None
            compiled = clause.compile(dialect=_DIALECT, column_keys=keys)
            self._plan = Plan.of(compiled, compiled.construct_params(_check=False))
        return self._plan


@dataclass(frozen=True, slots=True)
class Plan:
    """SQL text with the order, defaults and conversions of its parameters and columns.

    ``written`` are parameters whose values stand in the text itself: each with what writes its
    value, and the text that follows.
    """

    sql: str
    names: tuple[str, ...]
    defaults: Mapping[str, Any]
    to_driver: Mapping[str, Callable[[Any], Any]]
    from_driver: tuple[tuple[str, Callable[[Any], Any]], ...]
    returns_rows: bool
    copies_into: sa.Table | None = None
    written: tuple[tuple[str, Callable[[Any], str], str], ...] = ()

    @classmethod
    def of(cls, compiled: SQLCompiler, defaults: Mapping[str, Any]) -> Plan:
        """Read all that is needed out of SQLAlchemy's compiled form."""
        sql, names = compiled.string, tuple(compiled.positiontup or ())
        processors: dict[str, Any] = dict(compiled._bind_processors)
        written: tuple[tuple[str, Callable[[Any], str], str], ...] = ()
        if compiled.post_compile_params:
            expanded = compiled._process_parameters_for_postcompile(dict(defaults))
            sql, names = expanded.statement, tuple(expanded.positiontup or ())
            defaults = expanded.parameters
            processors |= expanded.processors
        elif compiled.literal_execute_params:
            sql, written = _written(compiled)
            apart = {name for name, _, _ in written}
            names = tuple(name for name in names if name not in apart)
        rows = not _ONLY_TOUCHES.match(sql)
        into = compiled.statement.table if _PLAIN_INSERT.fullmatch(sql) else None  # type: ignore[union-attr]
        columns = _result_processors(compiled)
        return cls(sql, names, defaults, processors, columns, rows, into, written)

    def text(self, given: Mapping[str, Any]) -> str:
        """Return the SQL of one execution."""
        if not self.written:
            return self.sql
        parts = [self.sql]
        for name, write, following in self.written:
            parts += write(given[name] if name in given else self.defaults[name]), following
        return "".join(parts)

    def bind(self, given: Mapping[str, Any]) -> list[Any]:
        """Return the positional parameters of one execution."""
        defaults, to_driver = self.defaults, self.to_driver
        values = [given[name] if name in given else defaults[name] for name in self.names]
        if to_driver:
            for position, name in enumerate(self.names):
                if name in to_driver:
                    values[position] = to_driver[name](values[position])
        return values


class Connection:
    """A connection that runs Core statements; inside ``transaction`` or each on its own."""

    def __init__(
        self,
        driver: asyncpg.Connection,
        schemas: Mapping[str, str] | None = None,
        scope: Scope = EVERYTHING,
    ) -> None:
        self.driver = driver
        #: Whose things are seen over this connection: the system's sees everything.
        self.scope = scope
        self._schemas = schemas or {}

    def seeing(self, owner: sa.ColumnElement[Any]) -> list[sa.ColumnElement[bool]]:
        """Return what a query that reads things of owners is narrowed by: nothing where everything
        may be seen, otherwise that the owner is one of those in scope (S215)."""
        if self.scope.owners is None:
            return []
        seen = sa.literal(list(self.scope.owners), sa.ARRAY(sa.Uuid))
        return [owner == sa.any_(seen)]

    @contextmanager
    def seeing_everything(self) -> Iterator[None]:
        """Let the system look: for what must be known whoever acts, and is not shown."""
        before, self.scope = self.scope, EVERYTHING
        try:
            yield
        finally:
            self.scope = before

    def in_schemas(self, schemas: Mapping[str, str]) -> Connection:
        """Return this connection with statements redirected from some schemas to others."""
        return Connection(self.driver, schemas, self.scope)

    async def exec_driver_sql(self, sql: str, parameters: Sequence[Any] = ()) -> Result:
        """Run plain SQL with positional parameters ``$1``, ``$2``."""
        if _ONLY_TOUCHES.match(sql):
            return Result.done(await self.driver.execute(sql, *parameters))
        return Result.of(await self.driver.fetch(sql, *parameters), ())

    async def execute(
        self, statement: sa.Executable | Prepared, parameters: Parameters | None = None
    ) -> Result:
        """Run a statement once, or once for each mapping of a sequence.

        Raises:
            asyncpg.PostgresError: what the server refuses, with its ``sqlstate``.
        """
        if isinstance(parameters, Sequence) and len(parameters) != 1:
            return await self._execute_many(statement, parameters)
        given = parameters[0] if isinstance(parameters, Sequence) else parameters or {}
        plan = statement.plan if isinstance(statement, Prepared) else _plan(statement, given)
        sql = self._redirected(plan.text(given))
        if plan.returns_rows:
            return Result.of(await self.driver.fetch(sql, *plan.bind(given)), plan.from_driver)
        return Result.done(await self.driver.execute(sql, *plan.bind(given)))

    async def fetch_many(self, statement: Prepared, rows: Sequence[Mapping[str, Any]]) -> Result:
        """Run a statement once for each mapping, in one round trip; return all rows answered."""
        plan = statement.plan
        bound = [plan.bind(row) for row in rows]
        return Result.of(
            await self.driver.fetchmany(self._redirected(plan.sql), bound), plan.from_driver
        )

    async def scalar(
        self, statement: sa.Executable | Prepared, parameters: Parameters | None = None
    ) -> Any:
        """Return the first column of the first row, or None."""
        return (await self.execute(statement, parameters)).scalar()

    @asynccontextmanager
    async def begin_nested(self) -> AsyncIterator[None]:
        """A savepoint: rolled back alone when its block raises."""
        async with self.driver.transaction():
            yield

    async def _execute_many(
        self, statement: sa.Executable | Prepared, rows: Sequence[Mapping[str, Any]]
    ) -> Result:
        if not rows:
            raise ValueError("nothing to execute: the sequence of parameters is empty")
        plan = statement.plan if isinstance(statement, Prepared) else _plan(statement, rows[0])
        bound = [plan.bind(row) for row in rows]
        if plan.copies_into is not None and len(rows) >= _COPIED_ROWS:
            await self._copy(plan.copies_into, plan.names, bound)
        else:
            await self.driver.executemany(self._redirected(plan.sql), bound)
        return Result.done(f"MANY {len(rows)}")

    async def _copy(
        self, table: sa.Table, columns: Sequence[str], rows: Sequence[Sequence[Any]]
    ) -> None:
        schema = table.schema and self._schemas.get(table.schema, table.schema)
        await self.driver.copy_records_to_table(
            table.name, schema_name=schema, columns=columns, records=rows
        )

    def _redirected(self, sql: str) -> str:
        # The text of these statements holds no values: a schema's name and a dot are just that.
        for name, other in self._schemas.items():
            sql = sql.replace(f"{name}.", f"{other}.")
        return sql


def _plan(statement: sa.Executable, given: Mapping[str, Any]) -> Plan:
    """Compile through the cache, and take the values that stand in the statement itself."""
    clause = cast(Any, statement)
    compiled, extracted, collected, _ = clause._compile_w_cache(
        dialect=_DIALECT, compiled_cache=_COMPILED, column_keys=sorted(given)
    )
    values = compiled.construct_params(
        given, extracted_parameters=extracted, escape_names=False, _collected_params=collected
    )
    if compiled.post_compile_params:  # a list takes as many places as it has elements
        return Plan.of(compiled, values)
    plan: Plan | None = _PLANS.get(compiled)
    if plan is None:
        plan = _PLANS[compiled] = Plan.of(compiled, {})
    return replace(plan, defaults=values)


def _written(compiled: SQLCompiler) -> tuple[str, Any]:
    """Cut SQL where values are to be written, as Core itself would at each execution."""
    mark = compiled._post_compile_pattern
    first, *others = mark.split(compiled.string)
    kinds = {name: bind.type for bind, name in compiled.bind_names.items()}
    return first, tuple(
        (name, partial(compiled.render_literal_value, type_=kinds[name]), following)
        for name, _, following in zip(*[iter(others)] * 3, strict=True)
    )


def _result_processors(compiled: SQLCompiler) -> tuple[tuple[str, Callable[[Any], Any]], ...]:
    """asyncpg gives JSON as text; everything else comes as the Python type we use."""
    return tuple(
        (entry.name, _from_text(entry.type.read))
        if isinstance(entry.type, JsonOf)
        else (entry.name, _from_text(from_json))
        for entry in compiled._result_columns
        if isinstance(entry.type, sa.JSON | JsonOf)
    )


def _from_text(read: Callable[[str], Any]) -> Callable[[str | None], Any]:
    return lambda text: None if text is None else read(text)
