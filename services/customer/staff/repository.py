"""Staff in PostgreSQL: by id, by login, lists, and as owners of customers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

import asyncpg
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from services.customer.staff import events
from services.customer.staff.errors import LoginTaken, StaffStateError
from services.customer.staff.model import Staff, StaffStatus
from services.customer.staff.table import staff
from shared.auth.roles import Role
from shared.auth.trust import login_digest
from shared.db.driver import Connection, Prepared
from shared.db.paging import Page, PageRequest, Sort, fetch_page
from shared.db.repository import Repository
from shared.db.unit_of_work import UnitOfWork
from shared.domain.aggregate import Change
from shared.domain.errors import Invalid
from shared.domain.owner import Owner

SORTS = {
    "name": Sort(staff.c.name, str),
    "created": Sort(staff.c.id, UUID),
    "-created": Sort(staff.c.id, UUID, descending=True),
}
_STATUS = Prepared(
    sa.select(staff.c.status)
    .where(staff.c.id == sa.bindparam("id"))
    .with_for_update(read=True, key_share=True)
)
_SECRET = {"password_hash", "one_time_until", "sessions_from", "login_digest"}
_SHOWN = [column for column in staff.c if column.name not in _SECRET]


@dataclass(frozen=True, slots=True)
class StaffFilter:
    """What a list of staff is narrowed by; None means any."""

    status: str | None = None
    role: str | None = None
    department: str | None = None
    branch: str | None = None
    unit_id: UUID | None = None
    q: str | None = None


class StaffMembers(Repository[Staff]):
    """The people of the company."""

    kind = Staff
    table = staff
    noun = "member of staff"
    payload = staticmethod(events.payload)
    derived: ClassVar[Mapping[str, Callable[[Any], Any]]] = {
        "login_digest": lambda staff: login_digest(staff.login)
    }

    async def add(self, uow: UnitOfWork, aggregate: Staff, change: Change) -> None:
        """Insert somebody.

        Raises:
            LoginTaken: somebody else signs in by this name.
        """
        try:
            await super().add(uow, aggregate, change)
        except asyncpg.UniqueViolationError as error:
            raise LoginTaken(f"Somebody else signs in as {aggregate.login}.") from error

    async def by_login(self, conn: Connection, login: str) -> Staff | None:
        """Return the person who signs in by this name, or None."""
        return await self.find(conn, staff.c.login == login)

    async def administrators(self, uow: UnitOfWork) -> list[Staff]:
        """Lock and return the active administrators."""
        query = self.query().where(
            staff.c.status == StaffStatus.ACTIVE, staff.c.roles.contains(_roles(Role.ADMINISTRATOR))
        )
        return await self.select(uow.conn, query, lock=True)

    async def count_of_role(self, conn: Connection, role: str) -> int:
        """Return how many people who work here hold a role."""
        query = sa.select(sa.func.count()).where(
            staff.c.status == StaffStatus.ACTIVE, staff.c.roles.contains(_roles(role))
        )
        return int(await conn.scalar(query))

    async def page(self, conn: Connection, wanted: StaffFilter, request: PageRequest) -> Page:
        """Return one page of staff."""
        query = sa.select(*_SHOWN).where(*_conditions(wanted))
        return await fetch_page(conn, query, request, sorts=SORTS, key=staff.c.id)


async def owner_of(conn: Connection, staff_id: UUID, pointer: str = "/owner_id") -> Owner:
    """Return a member of staff as an owner of customers, who cannot leave before the commit.

    Raises:
        Invalid: nobody with this id works here.
    """
    query = (
        sa.select(staff.c.id, staff.c.department, staff.c.branch)
        .where(staff.c.id == staff_id, staff.c.status != StaffStatus.LEFT)
        .with_for_update(read=True, key_share=True)
    )
    row = (await conn.execute(query)).one_or_none()
    if row is None:
        raise Invalid.field(pointer, "Nobody with this id works here.", "unknown_staff")
    return Owner(*row)


async def owners_by_login(conn: Connection, logins: Iterable[str]) -> dict[str, Owner]:
    """Return those who work here and sign in by one of ``logins``, as owners of customers; none
    of them can leave before the commit."""
    wanted = sa.any_(sa.literal(sorted(logins), ARRAY(sa.Text)))
    query = (
        sa.select(staff.c.login, staff.c.id, staff.c.department, staff.c.branch)
        .where(staff.c.login == wanted, staff.c.status != StaffStatus.LEFT)
        .order_by(staff.c.id)
        .with_for_update(read=True, key_share=True)
    )
    return {login: Owner(*place) for login, *place in (await conn.execute(query)).all()}


async def stays(conn: Connection, staff_id: UUID) -> None:
    """See that somebody has not left and cannot before the commit.

    Somebody whom only an identity provider knows is taken to work here.

    Raises:
        StaffStateError: the person has left.
    """
    left = (await conn.execute(_STATUS, {"id": staff_id})).scalar()
    if left == StaffStatus.LEFT:
        raise StaffStateError("You do not work here any more.")


async def works_here(conn: Connection, staff_id: UUID) -> bool:
    """Say whether somebody works here."""
    active = (staff.c.id == staff_id) & (staff.c.status == StaffStatus.ACTIVE)
    return await conn.scalar(sa.select(staff.c.id).where(active)) is not None


async def first_with_role(conn: Connection, *roles: Role) -> UUID | None:
    """Return the longest-serving active person who has one of ``roles``, or None."""
    query = (
        sa.select(staff.c.id)
        .where(staff.c.status == StaffStatus.ACTIVE, staff.c.roles.overlap(_roles(*roles)))
        .order_by(staff.c.id)
        .limit(1)
    )
    found: UUID | None = await conn.scalar(query)
    return found


def _roles(*roles: str) -> sa.ColumnElement[list[str]]:
    return sa.literal([str(role) for role in roles], ARRAY(sa.Text))


def _conditions(wanted: StaffFilter) -> list[sa.ColumnElement[bool]]:
    equal = {
        "status": wanted.status,
        "department": wanted.department,
        "branch": wanted.branch,
        "unit_id": wanted.unit_id,
    }
    found = [staff.c[name] == value for name, value in equal.items() if value is not None]
    if wanted.role is not None:
        found.append(staff.c.roles.contains(_roles(wanted.role)))
    if wanted.q is not None:
        found.append(
            sa.or_(
                staff.c.name.contains(wanted.q, autoescape=True),
                staff.c.login.startswith(wanted.q.lower(), autoescape=True),
            )
        )
    return found
