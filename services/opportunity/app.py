"""The HTTP side of the opportunity service: composition root."""

from __future__ import annotations

from fastapi import FastAPI

from services.opportunity.activities.router import router as activities
from services.opportunity.opportunities.router import router as opportunities
from services.opportunity.permissions import PERMISSIONS
from services.opportunity.policies import POLICIES
from services.opportunity.prices.router import router as prices
from services.opportunity.products.router import router as products
from services.opportunity.quotes.router import router as quotes
from services.opportunity.settings import OpportunitySettings
from shared.auth.tokens import KeySource, TokenVerifier, keys_from_url
from shared.db.engine import create_engine
from shared.db.unit_of_work import Database
from shared.http.app import new_app
from shared.http.context import Context


def create_app(
    settings: OpportunitySettings, *, db: Database | None = None, keys: KeySource | None = None
) -> FastAPI:
    """Compose the application; a one-process host passes the parts it shares."""
    context = Context(
        service="opportunity",
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
        title="Kehu opportunity service",
        description="Products and prices, opportunities, activities, quotes and their approval.",
        routers=[opportunities, quotes, activities, products, prices],
    )


def create_database(settings: OpportunitySettings) -> Database:
    """Open the service's database."""
    engine = create_engine(settings.database_url.get_secret_value(), pool_size=settings.pool_size)
    return Database(engine, service="opportunity", policies=POLICIES)
