"""The HTTP side of the customer service: composition root."""

from __future__ import annotations

from fastapi import FastAPI

from services.customer.contacts.router import router as contacts
from services.customer.credit.router import router as credit
from services.customer.customers.router import router as customers
from services.customer.handovers.router import router as handovers
from services.customer.imports.router import router as imports
from services.customer.permissions import PERMISSIONS
from services.customer.policies import POLICIES
from services.customer.registrations.router import router as registrations
from services.customer.sessions.keys import keys_from_database
from services.customer.sessions.revocation import Revocations
from services.customer.sessions.router import router as sessions
from services.customer.settings import CustomerSettings
from services.customer.staff.router import router as staff
from services.customer.timeline.router import router as timeline
from shared.auth.tokens import KeySource, TokenVerifier, keys_from_url
from shared.db.engine import create_engine
from shared.db.unit_of_work import Database
from shared.http.app import new_app
from shared.http.context import Context


def create_app(
    settings: CustomerSettings, *, db: Database | None = None, keys: KeySource | None = None
) -> FastAPI:
    """Compose the application; a one-process host passes the parts it shares."""
    db = db or create_database(settings)
    own_keys = keys_from_database(db) if settings.sign_in else keys_from_url(settings.jwks_url)
    context = Context(
        service="customer",
        db=db,
        tokens=TokenVerifier(
            keys or own_keys,
            issuer=settings.issuer,
            permissions=PERMISSIONS,
            revocations=Revocations(db, token_seconds=settings.token_seconds),
        ),
        page_secret=settings.page_key(),
        settings=settings,
    )
    return new_app(
        context,
        title="Kehu customer service",
        description="People of the company, customers and contacts, ownership, timeline.",
        routers=[
            customers,
            contacts,
            credit,
            timeline,
            imports,
            handovers,
            registrations,
            staff,
            *([sessions] if settings.sign_in else []),
        ],
    )


def create_database(settings: CustomerSettings) -> Database:
    """Open the service's database."""
    engine = create_engine(settings.database_url.get_secret_value(), pool_size=settings.pool_size)
    return Database(engine, service="customer", policies=POLICIES)
