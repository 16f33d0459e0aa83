"""Sets and cancels deadlines, in the transaction of the change that asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pydantic_core import to_json
from sqlalchemy.dialects.postgresql import insert

from shared.db.unit_of_work import UnitOfWork
from shared.deadlines.table import deadline_table
from shared.domain.ids import new_id

_deadline = deadline_table(sa.MetaData())
_open = _deadline.c.done_at.is_(None)


async def schedule(
    uow: UnitOfWork,
    kind: str,
    subject_id: UUID,
    due_at: datetime,
    payload: Mapping[str, Any] | None = None,
) -> None:
    """Have ``kind`` happen to the subject at ``due_at``; moves a deadline that is open already."""
    values = {
        "due_at": due_at,
        "payload": to_json(payload or {}).decode(),
        "next_try_at": due_at,
        "attempts": 0,
        "error": None,
    }
    statement = insert(_deadline).values(
        id=new_id(), kind=kind, subject_id=subject_id, done_at=None, **values
    )
    await uow.conn.execute(
        statement.on_conflict_do_update(
            index_elements=[_deadline.c.kind, _deadline.c.subject_id],
            index_where=sa.text("done_at IS NULL"),
            set_=values,
        )
    )


async def cancel(uow: UnitOfWork, kind: str, subject_id: UUID) -> bool:
    """Remove the open deadline; say whether there was one."""
    mine = (_deadline.c.kind == kind) & (_deadline.c.subject_id == subject_id) & _open
    result = await uow.conn.execute(sa.delete(_deadline).where(mine))
    return result.rowcount > 0
