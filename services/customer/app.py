"""The HTTP side of the customer service: composition root."""

from __future__ import annotations

import sqlalchemy as sa
from fastapi import FastAPI

from services.customer.approvals import router as approvals
from services.customer.clients.repository import VOIDED as CHANGED_CLIENTS
from services.customer.clients.router import router as clients
from services.customer.contacts.router import router as contacts
from services.customer.credit.router import router as credit
from services.customer.customers import pinyin
from services.customer.customers.router import router as customers
from services.customer.deputies.router import router as deputies
from services.customer.deputies.table import deputies as deputyships
from services.customer.documents import router as documents
from services.customer.erasure.router import router as erasure
from services.customer.handovers.router import router as handovers
from services.customer.imports.router import router as imports
from services.customer.keys.router import router as keys_router
from services.customer.keys.service import keys_from_database
from services.customer.levels.router import router as levels
from services.customer.permissions import PERMISSIONS
from services.customer.personal_data import router as personal_data
from services.customer.portal_users.router import router as portal_users
from services.customer.registrations.router import router as registrations
from services.customer.roles.router import router as roles
from services.customer.roles.table import roles as defined_roles
from services.customer.sessions.repository import VOIDED as ENDED_SESSIONS
from services.customer.sessions.router import router as sessions
from services.customer.settings import CustomerSettings
from services.customer.staff.router import router as staff
from services.customer.staff.table import staff as people
from services.customer.timeline.router import router as timeline
from services.customer.units.router import router as units
from services.customer.units.table import units as organisation
from shared.auth.tokens import KeySource
from shared.db.unit_of_work import Database
from shared.http import frame

ROUTERS = [
    customers,
    contacts,
    credit,
    levels,
    timeline,
    imports,
    handovers,
    registrations,
    staff,
    units,
    roles,
    deputies,
    documents,
    personal_data,
    approvals,
    erasure,
]


def create_app(settings: CustomerSettings, db: Database, keys: KeySource | None = None) -> FastAPI:
    """Compose the application; a one-process host passes the parts it shares."""
    pinyin.prepare()
    own = settings.sign_in
    return frame.compose(
        settings,
        db,
        staff=people,
        roles=defined_roles,
        units=organisation,
        deputies=deputyships,
        permissions=PERMISSIONS,
        routers=[*ROUTERS, sessions, portal_users, keys_router, clients] if own else ROUTERS,
        title="Kehu customer service",
        description="People of the company, customers and contacts, ownership, timeline.",
        voided=sa.union_all(ENDED_SESSIONS, CHANGED_CLIENTS),
        keys=keys or (keys_from_database(db) if own else None),
    )
