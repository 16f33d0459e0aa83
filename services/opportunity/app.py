"""The HTTP side of the opportunity service: composition root."""

from __future__ import annotations

from fastapi import FastAPI

from services.opportunity.activities.router import router as activities
from services.opportunity.approvals import router as approvals
from services.opportunity.deputies.table import deputies
from services.opportunity.documents import router as documents
from services.opportunity.numbering import numbers_of
from services.opportunity.opportunities.router import router as opportunities
from services.opportunity.permissions import PERMISSIONS
from services.opportunity.personal_data import router as personal_data
from services.opportunity.plans.router import router as plans
from services.opportunity.prices.router import router as prices
from services.opportunity.products.router import router as products
from services.opportunity.quotes.router import router as quotes
from services.opportunity.roles.table import roles
from services.opportunity.settings import OpportunitySettings
from services.opportunity.staff.table import staff
from services.opportunity.tables import metadata
from services.opportunity.units.table import units
from shared.auth.tokens import KeySource
from shared.db.unit_of_work import Database
from shared.http import frame
from shared.numbering.router import number_router
from shared.sessions.table import voided


def create_app(
    settings: OpportunitySettings, db: Database, keys: KeySource | None = None
) -> FastAPI:
    """Compose the application; a one-process host passes the parts it shares."""
    return frame.compose(
        settings,
        db,
        staff=staff,
        roles=roles,
        units=units,
        deputies=deputies,
        permissions=PERMISSIONS,
        routers=[
            opportunities,
            quotes,
            activities,
            plans,
            products,
            prices,
            approvals,
            documents,
            number_router(numbers_of(settings)),
            personal_data,
        ],
        title="Kehu opportunity service",
        description="Products and prices, opportunities, activities, plans, quotes, approvals.",
        voided=voided(metadata.tables["revocation"]),
        keys=keys,
    )
