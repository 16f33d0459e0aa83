"""Use cases of the handovers slice: in batches, the first at once, the rest by the worker.

Each batch is a transaction that also notes how far it came, so a hand-over survives any kill.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.customer.customers.service import customers
from services.customer.handovers.errors import SuccessorRequired
from services.customer.handovers.table import handovers
from services.customer.staff.repository import owner_of
from shared.db.driver import Connection
from shared.db.paging import Page, PageRequest, Sort, fetch_page
from shared.db.unit_of_work import UnitOfWork
from shared.deadlines.runner import Deadline
from shared.deadlines.schedule import schedule
from shared.domain.errors import Invalid, NotFound
from shared.domain.ids import new_id
from shared.events.staff import StaffLeft

DEADLINE = "handover"
BATCH = 500
#: Batches in the transaction of the request; what is left is the worker's.
AT_ONCE = 2

SORTS = {"-time": Sort(handovers.c.id, UUID, descending=True)}


class HandoverStatus(StrEnum):
    """How far a hand-over is."""

    RUNNING = "running"
    DONE = "done"


@dataclass(kw_only=True)
class Handover:
    """All customers of one owner on their way to another."""

    id: UUID
    from_owner_id: UUID
    to_owner_id: UUID
    reason: str | None
    status: str
    total: int
    done: int
    requested_by: UUID
    requested_at: datetime
    finished_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class HandOverAll:
    """Give all customers of one owner to another."""

    from_owner_id: UUID
    to_owner_id: UUID
    reason: str | None = None


async def hand_over_all(uow: UnitOfWork, command: HandOverAll) -> Handover:
    """Give all customers of one owner to another, as far as they are seen (S04)."""
    if command.from_owner_id == command.to_owner_id:
        raise Invalid.field("/to_owner_id", "Name somebody else.", "same_person")
    await owner_of(uow.conn, command.to_owner_id, "/to_owner_id")
    handover = Handover(
        id=new_id(),
        from_owner_id=command.from_owner_id,
        to_owner_id=command.to_owner_id,
        reason=command.reason,
        status=HandoverStatus.RUNNING,
        total=await customers.count_of_owner(uow.conn, command.from_owner_id),
        done=0,
        requested_by=uow.actor.id,
        requested_at=uow.now,
    )
    await uow.conn.execute(sa.insert(handovers), vars(handover))
    await _proceed(uow, handover, AT_ONCE)
    return handover


async def go_on(uow: UnitOfWork, deadline: Deadline) -> None:
    """Hand over the next batch; the worker calls this until nothing is left (S04)."""
    mine = handovers.c.id == deadline.subject_id
    row = (await uow.conn.execute(sa.select(handovers).where(mine).with_for_update())).one()
    handover = Handover(**row)
    uow.actor = replace(uow.actor, id=handover.requested_by)
    await _proceed(uow, handover, 1)


async def when_staff_left(uow: UnitOfWork, event: StaffLeft) -> None:
    """Hand over what somebody who left has, or was about to get (S04).

    Raises:
        SuccessorRequired: there is something, and nobody to take it.
    """
    coming = (handovers.c.to_owner_id == event.staff_id) & (
        handovers.c.status == HandoverStatus.RUNNING
    )
    query = sa.select(handovers.c.id).where(coming).with_for_update()
    awaited = (await uow.conn.execute(query)).all()
    customers_left = await customers.count_of_owner(uow.conn, event.staff_id)
    if not customers_left and not awaited:
        return
    if event.successor_id is None:
        raise SuccessorRequired(
            f"{event.name} has {customers_left} customers. Say who takes them over.",
            customers=customers_left,
        )
    redirect = sa.update(handovers).where(coming).values(to_owner_id=event.successor_id)
    await uow.conn.execute(redirect)
    await hand_over_all(uow, HandOverAll(event.staff_id, event.successor_id, "left"))


async def get_handover(conn: Connection, handover_id: UUID) -> Mapping[str, Any]:
    """Return a hand-over that concerns somebody in scope, or raise NotFound."""
    query = sa.select(handovers).where(handovers.c.id == handover_id, *_seen(conn))
    row: Mapping[str, Any] | None = (await conn.execute(query)).one_or_none()
    if row is None:
        raise NotFound.of("hand-over", handover_id)
    return row


async def page_of_handovers(
    conn: Connection, status: HandoverStatus | None, request: PageRequest
) -> Page:
    """Return one page of the hand-overs that concern somebody in scope."""
    query = sa.select(handovers).where(*_seen(conn))
    if status is not None:
        query = query.where(handovers.c.status == status)
    return await fetch_page(conn, query, request, sorts=SORTS, key=handovers.c.id)


def _seen(conn: Connection) -> list[sa.ColumnElement[bool]]:
    people = ("from_owner_id", "to_owner_id", "requested_by")
    concerned = [seen for name in people for seen in conn.seeing(handovers.c[name])]
    return [sa.or_(*concerned)] if concerned else []


async def _proceed(uow: UnitOfWork, handover: Handover, batches: int) -> None:
    owner = await owner_of(uow.conn, handover.to_owner_id, "/to_owner_id")
    for _ in range(batches):
        found = await customers.of_owner(uow, handover.from_owner_id, BATCH)
        if not found:
            handover.status, handover.finished_at = HandoverStatus.DONE, uow.now
            break
        await customers.hand_over(uow, found, owner, handover.id)
        handover.done += len(found)
    else:
        await schedule(uow, DEADLINE, handover.id, uow.now)
    values = {name: getattr(handover, name) for name in ("status", "done", "finished_at")}
    mine = handovers.c.id == handover.id
    await uow.conn.execute(sa.update(handovers).where(mine).values(values))
