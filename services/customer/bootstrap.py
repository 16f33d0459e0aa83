"""What a first start needs: the company, the roles, the key that signs access tokens, an
administrator."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

import sqlalchemy as sa

from services.customer.keys.service import ensure_key
from services.customer.roles.service import ensure_predefined
from services.customer.settings import CustomerSettings
from services.customer.staff.model import Staff
from services.customer.staff.passwords import hash_password
from services.customer.staff.service import members
from services.customer.staff.table import staff
from services.customer.units.service import ensure_company
from shared.auth.roles import Role
from shared.db.connection import advisory_key
from shared.db.unit_of_work import Database, UnitOfWork
from shared.domain.actor import SYSTEM

ADMINISTRATOR_LOGIN = "admin"


async def prepare(db: Database, settings: CustomerSettings) -> Sequence[str]:
    """Make what is missing; return the first sign-in, which is shown this once (S214)."""
    async with db.transaction(SYSTEM) as uow:
        # Several processes may start at once.
        lock = sa.select(sa.func.pg_advisory_xact_lock(advisory_key("customer", "bootstrap")))
        await uow.conn.execute(lock)
        await ensure_company(uow)
        await ensure_predefined(uow)
        if not settings.sign_in:
            return ()  # an identity provider knows who administers
        await ensure_key(uow)
        if (await uow.conn.execute(sa.select(staff.c.id).limit(1))).first() is not None:
            return ()
        return await _first_administrator(uow, settings)


async def _first_administrator(uow: UnitOfWork, settings: CustomerSettings) -> Sequence[str]:
    given = settings.admin_password
    password = given.get_secret_value() if given else secrets.token_urlsafe(12)
    administrator, change = Staff.hire(
        login=ADMINISTRATOR_LOGIN,
        name="系统管理员",
        roles=[Role.ADMINISTRATOR],
        password_hash=await hash_password(password),
        at=uow.now,
    )
    await members.add(uow, administrator, change)
    shown = "(the password that the settings give)" if given else password
    return (f"First sign-in: {ADMINISTRATOR_LOGIN} / {shown}",)
