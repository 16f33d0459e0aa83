"""The HTTP side of the analytics service: composition root."""

from __future__ import annotations

from fastapi import FastAPI

from services.analytics.cube.router import router as cube
from services.analytics.customers.router import router as customers
from services.analytics.dashboard import routes as dashboard
from services.analytics.funnel.router import router as funnel
from services.analytics.overview.router import router as overview
from services.analytics.permissions import PERMISSIONS
from services.analytics.receivables.router import router as receivables
from services.analytics.reconciliation.router import router as reconciliation
from services.analytics.settings import AnalyticsSettings
from shared.auth.tokens import KeySource, TokenVerifier, keys_from_url
from shared.db.engine import create_engine
from shared.db.unit_of_work import Database
from shared.http.app import new_app
from shared.http.context import Context


def create_app(
    settings: AnalyticsSettings, *, db: Database | None = None, keys: KeySource | None = None
) -> FastAPI:
    """Compose the application; a one-process host passes the parts it shares."""
    context = Context(
        service="analytics",
        db=db or create_database(settings),
        tokens=TokenVerifier(
            keys or keys_from_url(settings.jwks_url),
            issuer=settings.issuer,
            permissions=PERMISSIONS,
        ),
        page_secret=settings.page_key(),
        settings=settings,
    )
    app = new_app(
        context,
        title="Kehu analytics service",
        description="Reports over all stages of the pipeline, from facts fed by events alone.",
        routers=[cube, overview, customers, funnel, receivables, reconciliation],
    )
    dashboard.install(app)
    return app


def create_database(settings: AnalyticsSettings) -> Database:
    """Open the service's database."""
    engine = create_engine(settings.database_url.get_secret_value(), pool_size=settings.pool_size)
    return Database(engine, service="analytics")
