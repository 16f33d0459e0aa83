"""What the HTTP side of every service is composed of, around its own routers and permissions: the
verification of tokens, and the application."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from fastapi import APIRouter, FastAPI

from shared.auth.delegation import Delegations, Standing
from shared.auth.grants import Granted, Grants
from shared.auth.permissions import OPERATIONS
from shared.auth.revocations import Ending, Revocations
from shared.auth.roles import PermissionTable
from shared.auth.scope import Known, Scopes
from shared.auth.tokens import KeySource, TokenVerifier, keys_from_url
from shared.auth.trust import People, Person
from shared.db.driver import Prepared
from shared.db.unit_of_work import Database
from shared.domain.clock import business_date, now
from shared.http.admission import Admission
from shared.http.app import new_app
from shared.http.context import Context
from shared.http.rates import Rates
from shared.settings import ServiceSettings


def compose(
    settings: ServiceSettings,
    db: Database,
    *,
    staff: sa.Table,
    roles: sa.Table,
    units: sa.Table,
    deputies: sa.Table,
    permissions: PermissionTable,
    routers: Sequence[APIRouter],
    title: str,
    description: str,
    voided: sa.SelectBase,
    keys: KeySource | None = None,
) -> FastAPI:
    """Return the application of the service ``db`` belongs to.

    ``staff`` is its table of staff or its replica of it, with ``status`` and ``sessions_from``:
    by them it refuses the tokens of people who left, and those issued before a change. ``voided``
    selects in the same way what else voids tokens: sessions that ended. ``roles`` is
    its table or replica of the roles, with ``code``, ``permissions`` and ``status``: they permit
    what ``permissions`` lists, which also says what predefined roles hold as long as nothing else
    is known of them. By ``deputies`` it knows who may act in whose name today. By who is in which
    of the ``units``, with ``path`` and ``kind``, it knows whose things somebody sees.
    """
    tokens = TokenVerifier(
        keys or keys_from_url(settings.jwks_url, settings.issuer),
        trust=settings.trust(),
        people=_people(db, staff),
        grants=_grants(db, roles, {**OPERATIONS, **permissions}),
        revocations=_revocations(db, staff, voided),
    )
    context = Context(
        service=db.service,
        db=db,
        tokens=tokens,
        delegations=_delegations(db, staff, deputies),
        scopes=_scopes(db, staff, units, deputies),
        rates=Rates(settings),
        admission=Admission(settings.max_requests),
        page_secret=settings.page_key(),
        settings=settings,
    )
    return new_app(context, title=title, description=description, routers=routers)


def _people(db: Database, staff: sa.Table) -> People:
    shown = [staff.c[name] for name in ("id", "name", "roles", "department", "branch")]
    here = sa.select(*shown).where(staff.c.status != "left")
    by_id = Prepared(here.where(staff.c.id == sa.bindparam("known")))
    by_login = Prepared(here.where(staff.c.login_digest == sa.bindparam("known")))

    async def find(known: UUID | str) -> Person | None:
        query = by_id if isinstance(known, UUID) else by_login
        async with db.reading() as conn:
            row = (await conn.execute(query, {"known": known})).one_or_none()
        return None if row is None else Person(*row)

    return find


def _revocations(db: Database, staff: sa.Table, voided: sa.SelectBase) -> Revocations:
    left = staff.c.status == "left"
    ended = staff.c.sessions_from.is_not(None)
    people = sa.select(staff.c.id, left, staff.c.sessions_from).where(sa.or_(left, ended))
    query = Prepared(sa.union_all(people, voided))

    async def read() -> Iterable[Ending]:
        async with db.reading() as conn:
            return [(row[0], row[1], row[2]) for row in await conn.execute(query)]

    return Revocations(read)


def _scopes(db: Database, staff: sa.Table, units: sa.Table, deputies: sa.Table) -> Scopes:
    place = (staff.c[name] for name in ("id", "unit_path", "branch", "department"))
    people = Prepared(sa.select(*place))
    kinds = Prepared(sa.select(units.c.path, units.c.kind).where(units.c.status == "open"))
    shown = (deputies.c[name] for name in ("deputy_id", "principal_id", "starts_on", "ends_on"))
    stand_ins = Prepared(
        sa.select(*shown).where(
            deputies.c.status == "appointed",
            deputies.c.ends_on >= sa.bindparam("today", type_=sa.Date),
        )
    )

    async def read() -> Known:
        today = {"today": business_date(now())}
        async with db.reading() as conn:
            return (
                [(row[0], row[1], row[2], row[3]) for row in await conn.execute(people)],
                [(row[0], row[1]) for row in await conn.execute(kinds)],
                [(row[0], row[1], row[2], row[3]) for row in await conn.execute(stand_ins, today)],
            )

    return Scopes(read)


def _grants(db: Database, roles: sa.Table, permissions: PermissionTable) -> Grants:
    retired = roles.c.status == "retired"
    query = Prepared(sa.select(roles.c.code, roles.c.permissions, retired, roles.c.reach))

    async def read() -> Iterable[Granted]:
        async with db.reading() as conn:
            return [(row[0], row[1], row[2], row[3]) for row in await conn.execute(query)]

    return Grants(permissions, read)


def _delegations(db: Database, staff: sa.Table, deputies: sa.Table) -> Delegations:
    today = sa.bindparam("today", type_=sa.Date)
    stands_in = sa.select(deputies.c.id).where(
        deputies.c.principal_id == staff.c.id,
        deputies.c.deputy_id == sa.bindparam("deputy_id", type_=sa.Uuid),
        deputies.c.status == "appointed",
        today.between(deputies.c.starts_on, deputies.c.ends_on),
    )
    query = Prepared(
        sa.select(staff.c.name, staff.c.roles, staff.c.department, staff.c.branch).where(
            staff.c.id == sa.bindparam("principal_id", type_=sa.Uuid),
            staff.c.status != "left",
            stands_in.exists(),
        )
    )

    async def find(principal_id: UUID, deputy_id: UUID, on: date) -> Standing | None:
        given = {"principal_id": principal_id, "deputy_id": deputy_id, "today": on}
        async with db.reading() as conn:
            row = (await conn.execute(query, given)).one_or_none()
        return row and Standing(row[0], frozenset(row[1]), row[2], row[3])

    return Delegations(find)
