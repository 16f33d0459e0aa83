"""Roles in PostgreSQL: by id, by code, lists, and which permissions were known before."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import asyncpg
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from services.customer.roles import events
from services.customer.roles.errors import NotForStaff, RoleCodeTaken, UnknownRole
from services.customer.roles.model import RoleDefinition, RoleStatus
from services.customer.roles.table import known_permissions, roles
from shared.auth.roles import Role
from shared.db.driver import Connection
from shared.db.paging import Page, PageRequest, Sort, fetch_page
from shared.db.repository import Repository
from shared.db.unit_of_work import UnitOfWork
from shared.domain.aggregate import Change
from shared.domain.errors import FieldError

SORTS = {"code": Sort(roles.c.code, str), "name": Sort(roles.c.name, str)}


@dataclass(frozen=True, slots=True)
class RoleFilter:
    """What a list of roles is narrowed by; None means any."""

    status: str | None = None
    permission: str | None = None
    predefined: bool | None = None


class Roles(Repository[RoleDefinition]):
    """The roles of the company."""

    kind = RoleDefinition
    table = roles
    noun = "role"
    payload = staticmethod(events.payload)

    async def add(self, uow: UnitOfWork, aggregate: RoleDefinition, change: Change) -> None:
        """Insert a role.

        Raises:
            RoleCodeTaken: another role has this code.
        """
        try:
            await super().add(uow, aggregate, change)
        except asyncpg.UniqueViolationError as error:
            raise RoleCodeTaken(f"Another role has the code {aggregate.code}.") from error

    async def predefined(self, uow: UnitOfWork) -> dict[str, RoleDefinition]:
        """Lock and return the predefined roles by their codes."""
        query = self.query().where(roles.c.predefined)
        return {each.code: each for each in await self.select(uow.conn, query, lock=True)}

    async def page(self, conn: Connection, wanted: RoleFilter, request: PageRequest) -> Page:
        """Return one page of roles."""
        equal = {"status": wanted.status, "predefined": wanted.predefined}
        found = [roles.c[name] == value for name, value in equal.items() if value is not None]
        if wanted.permission is not None:
            held = sa.literal([wanted.permission], ARRAY(sa.Text))
            found.append(roles.c.permissions.contains(held))
        query = sa.select(roles).where(*found)
        return await fetch_page(conn, query, request, sorts=SORTS, key=roles.c.id)


async def require_roles(conn: Connection, codes: Collection[str]) -> None:
    """See that people can hold these roles, and that none is retired before the commit.

    Raises:
        UnknownRole: there is no such role, or it is retired.
        NotForStaff: the role is that of portal users (S25).
    """
    if Role.CUSTOMER_PORTAL in codes:
        raise NotForStaff.field("/roles", "Customers have this role; invite them to the portal.")
    # A predefined role that was never stored is one that nobody can have retired.
    query = (
        sa.select(roles.c.code)
        .where(roles.c.code.in_(codes), roles.c.status == RoleStatus.ACTIVE)
        .order_by(roles.c.id)
        .with_for_update(read=True, key_share=True)
    )
    known = set((await conn.execute(query)).scalars()) | set(Role)
    errors = tuple(
        FieldError(f"/roles/{place}", UnknownRole.code, f"There is no role {code}.")
        for place, code in enumerate(codes)
        if code not in known
    )
    if errors:
        raise UnknownRole("; ".join(each.message for each in errors), errors=errors)


async def known_before(uow: UnitOfWork) -> set[str]:
    """Return the permissions that were there at a start before."""
    return set((await uow.conn.execute(sa.select(known_permissions.c.code))).scalars())


async def note_known(uow: UnitOfWork, codes: Collection[str]) -> None:
    """Note permissions as known from now on."""
    rows = [{"code": each, "known_from": uow.now} for each in sorted(codes)]
    await uow.conn.execute(sa.insert(known_permissions), rows)
