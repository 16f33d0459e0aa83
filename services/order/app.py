"""The HTTP side of the order service: composition root."""

from __future__ import annotations

from fastapi import FastAPI

from services.order.accounts.router import router as accounts
from services.order.contracts.router import router as contracts
from services.order.deliveries.router import router as deliveries
from services.order.history.router import router as history
from services.order.invoices.router import router as invoices
from services.order.ledger.router import router as ledger
from services.order.orders.router import router as orders
from services.order.performance.router import router as performance
from services.order.permissions import PERMISSIONS
from services.order.policies import POLICIES
from services.order.prepayments.router import router as prepayments
from services.order.receipts.router import router as receipts
from services.order.settings import OrderSettings
from shared.auth.tokens import KeySource, TokenVerifier, keys_from_url
from shared.db.engine import create_engine
from shared.db.unit_of_work import Database
from shared.http.app import new_app
from shared.http.context import Context

#: In the order of how often they are called; routes are tried one after another.
ROUTERS = [
    receipts,
    orders,
    deliveries,
    invoices,
    contracts,
    performance,
    history,
    prepayments,
    accounts,
    ledger,
]


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
        page_secret=settings.page_key(),
        settings=settings,
    )
    return new_app(
        context,
        title="Kehu order service",
        description="Contracts, orders, deliveries, invoices, receipts, prepayments, ledger.",
        routers=ROUTERS,
    )


def create_database(settings: OrderSettings) -> Database:
    """Open the service's database."""
    engine = create_engine(settings.database_url.get_secret_value(), pool_size=settings.pool_size)
    return Database(engine, service="order", policies=POLICIES)
