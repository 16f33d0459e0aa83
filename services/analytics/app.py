"""The HTTP side of the analytics service: composition root."""

from __future__ import annotations

from fastapi import FastAPI

from services.analytics.cube.router import router as cube
from services.analytics.customers.router import router as customers
from services.analytics.dashboard import routes as dashboard
from services.analytics.facts.identity import VOIDED
from services.analytics.facts.organisation import deputies, roles, units
from services.analytics.facts.parties import staff
from services.analytics.funnel.router import router as funnel
from services.analytics.overview.router import router as overview
from services.analytics.permissions import PERMISSIONS
from services.analytics.personal_data import router as personal_data
from services.analytics.receivables.router import router as receivables
from services.analytics.reconciliation.router import router as reconciliation
from services.analytics.settings import AnalyticsSettings
from shared.auth.tokens import KeySource
from shared.db.unit_of_work import Database
from shared.http import frame


def create_app(settings: AnalyticsSettings, db: Database, keys: KeySource | None = None) -> FastAPI:
    """Compose the application; a one-process host passes the parts it shares."""
    app = frame.compose(
        settings,
        db,
        staff=staff,
        roles=roles,
        units=units,
        deputies=deputies,
        permissions=PERMISSIONS,
        routers=[cube, overview, customers, funnel, receivables, reconciliation, personal_data],
        title="Kehu analytics service",
        description="Reports over all stages of the pipeline, from facts fed by events alone.",
        voided=VOIDED,
        keys=keys,
    )
    dashboard.install(app)
    return app
