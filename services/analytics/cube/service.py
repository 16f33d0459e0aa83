"""Use cases of the cube."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.analytics.cube.query import answer
from services.analytics.cube.question import Question
from services.analytics.snapshot import AsOf, as_of, snapshot
from shared.db.unit_of_work import Database


async def ask(db: Database, question: Question) -> tuple[Sequence[Any], AsOf]:
    """Answer a question (S190), with the events it is true for; one row more than the limit
    shows that there are more."""
    used = [each.refers_to for each in question.by if each.refers_to is not None]
    async with snapshot(db) as conn:
        known = await as_of(conn, [question.measure.document, *used])
        rows = (await conn.execute(answer(question))).all()
    return rows, known
