"""Activities in PostgreSQL, and the next contacts that follow from them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from services.opportunity.activities import events
from services.opportunity.activities.model import Activity
from services.opportunity.activities.table import activities, next_contacts
from shared.db.driver import Connection
from shared.db.paging import Page, PageRequest, Sort, fetch_page
from shared.db.repository import Repository
from shared.db.unit_of_work import UnitOfWork
from shared.domain.ids import new_id

SORTS = {
    "-happened": Sort(activities.c.happened_at, datetime, descending=True),
    "happened": Sort(activities.c.happened_at, datetime),
}
DUE_SORTS = {"due": Sort(next_contacts.c.due_on, date)}
_correction = activities.alias("correction")


@dataclass(frozen=True, slots=True)
class ActivityFilter:
    """What a list of activities is narrowed by; None means any."""

    customer_id: UUID | None = None
    owner_id: UUID | None = None
    opportunity_id: UUID | None = None
    contact_id: UUID | None = None
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class DueFilter:
    """Which next contacts: of one owner or customer, due until a day."""

    owner_id: UUID | None = None
    customer_id: UUID | None = None
    until: date | None = None


class Activities(Repository[Activity]):
    """All contacts with customers."""

    kind = Activity
    table = activities
    noun = "activity"
    owner = activities.c.owner_id
    payload = staticmethod(events.payload)

    async def is_corrected(self, conn: Connection, activity_id: UUID) -> bool:
        """Say whether a later activity corrects this one."""
        query = sa.select(sa.exists().where(activities.c.corrects_id == activity_id))
        return bool(await conn.scalar(query))

    async def page(self, conn: Connection, wanted: ActivityFilter, request: PageRequest) -> Page:
        """Return one page of activities."""
        given = {name: value for name, value in asdict(wanted).items() if value is not None}
        conditions = [activities.c[name] == value for name, value in given.items()]
        corrected = sa.exists().where(_correction.c.corrects_id == activities.c.id)
        query = self.query().add_columns(corrected.label("corrected")).where(*conditions)
        query = query.where(*conn.seeing(activities.c.owner_id))
        return await fetch_page(conn, query, request, sorts=SORTS, key=activities.c.id)


async def due_page(conn: Connection, wanted: DueFilter, request: PageRequest) -> Page:
    """Return one page of the contacts that are due, the longest due first."""
    equal = {"owner_id": wanted.owner_id, "customer_id": wanted.customer_id}
    conditions = [next_contacts.c[name] == value for name, value in equal.items() if value]
    if wanted.until is not None:
        conditions.append(next_contacts.c.due_on <= wanted.until)
    conditions += conn.seeing(next_contacts.c.owner_id)
    query = sa.select(next_contacts).where(next_contacts.c.due_on.is_not(None), *conditions)
    return await fetch_page(conn, query, request, sorts=DUE_SORTS, key=next_contacts.c.id)


async def update_next_contact(uow: UnitOfWork, logged: Activity) -> None:
    """Let the latest activity of its customer and opportunity say when the next contact is due.

    The row is locked before the activities are read, so that of two logged at once the later
    one counts whoever commits first.
    """
    place = {"customer_id": logged.customer_id, "opportunity_id": logged.opportunity_id}
    entered = insert(next_contacts).values(
        id=new_id(), owner_id=logged.owner_id, activity_id=logged.id, **place
    )
    locked = entered.on_conflict_do_update(
        index_elements=[next_contacts.c.customer_id, next_contacts.c.opportunity_id],
        set_={"customer_id": entered.excluded.customer_id},
    )
    row_id = await uow.conn.scalar(locked.returning(next_contacts.c.id))
    latest = await _latest(uow.conn, place)
    values = {"owner_id": latest.owner_id, "activity_id": latest.id} | {
        "contact_id": latest.contact_id,
        "due_on": latest.next_contact_on,
    }
    mine = next_contacts.c.id == row_id
    await uow.conn.execute(sa.update(next_contacts).where(mine).values(values))


async def hand_over_contacts(
    uow: UnitOfWork, customer_id: UUID | None, previous_owner: UUID, owner_id: UUID
) -> None:
    """Let the new owner of a customer, or (None) of all, make the contacts the previous one had to
    make (S04)."""
    theirs = next_contacts.c.owner_id == previous_owner
    if customer_id is not None:
        theirs &= next_contacts.c.customer_id == customer_id
    await uow.conn.execute(sa.update(next_contacts).where(theirs).values(owner_id=owner_id))


async def _latest(conn: Connection, place: dict[str, UUID | None]) -> Any:
    query = (
        sa.select(activities)
        .where(
            *(activities.c[name].is_not_distinct_from(value) for name, value in place.items()),
            ~sa.exists().where(_correction.c.corrects_id == activities.c.id),
        )
        .order_by(activities.c.happened_at.desc(), activities.c.id.desc())
        .limit(1)
    )
    return (await conn.execute(query)).one()
