"""The HTTP side of the order service: composition root."""

from __future__ import annotations

from fastapi import FastAPI

from services.order.permissions import PERMISSIONS
from services.order.policies import POLICIES
from services.order.settings import OrderSettings
from shared.auth.tokens import KeySource, TokenVerifier, keys_from_url
from shared.db.engine import create_engine
from shared.db.unit_of_work import Database
from shared.http.app import new_app
from shared.http.context import Context


def create_app(
    settings: OrderSettings, *, db: Database | None = None, keys: KeySource | None = None
) -> FastAPI:
    """Compose the application; a one-process host passes the parts it shares."""
    context = Context(
        service="order",
        db=db or create_database(settings),
        tokens=TokenVerifier(
            keys or keys_from_url(settings.jwks_url),
            issuer=settings.issuer,
            permissions=PERMISSIONS,
        ),
        page_secret=settings.page_secret.get_secret_value().encode(),
        settings=settings,
    )
    return new_app(
        context,
        title="Kehu order service",
        description="Contracts, orders, deliveries, invoices, receipts, prepayments, ledger.",
        routers=[],
    )


def create_database(settings: OrderSettings) -> Database:
    """Open the service's database."""
    engine = create_engine(settings.database_url.get_secret_value(), pool_size=settings.pool_size)
    return Database(engine, service="order", policies=POLICIES)
