"""Invariants: queries that return no row. A row is a violation, and says what is wrong."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from shared.db.driver import Connection


@dataclass(frozen=True, slots=True)
class Invariant:
    """One promise, as a query over one service's database that returns its violations."""

    id: str
    promise: str
    query: str


@dataclass(frozen=True, slots=True)
class Violation:
    """One row that breaks a promise."""

    invariant: str
    promise: str
    row: dict[str, Any] = field(default_factory=dict)


_SHOWN = 20


async def violations(conn: Connection, invariants: Iterable[Invariant]) -> list[Violation]:
    """Run the queries; return at most twenty violations of each."""
    found: list[Violation] = []
    for invariant in invariants:
        rows = (await conn.execute(sa.text(invariant.query))).mappings().fetchmany(_SHOWN)
        found += [Violation(invariant.id, invariant.promise, dict(row)) for row in rows]
    return found
