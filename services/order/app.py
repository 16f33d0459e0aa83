"""The HTTP side of the order service: composition root."""

from __future__ import annotations

from fastapi import FastAPI

from services.order.accounts.router import router as accounts
from services.order.amendments.router import router as amendments
from services.order.approvals import router as approvals
from services.order.catalogue.router import router as catalogue
from services.order.contracts.router import router as contracts
from services.order.deliveries.router import router as deliveries
from services.order.deputies.table import deputies
from services.order.documents import router as documents
from services.order.drafts.router import router as drafts
from services.order.expenses.router import router as expenses
from services.order.history.router import router as history
from services.order.invoices.router import router as invoices
from services.order.ledger.router import router as ledger
from services.order.numbering import NUMBERING
from services.order.orders.router import router as orders
from services.order.performance.router import router as performance
from services.order.permissions import PERMISSIONS
from services.order.personal_data import router as personal_data
from services.order.portal.router import router as portal
from services.order.prepayments.router import router as prepayments
from services.order.receipts.router import router as receipts
from services.order.roles.table import roles
from services.order.settings import OrderSettings
from services.order.staff.table import staff
from services.order.stock.router import router as stock
from services.order.tables import metadata
from services.order.units.table import units
from shared.auth.tokens import KeySource
from shared.db.unit_of_work import Database
from shared.http import frame
from shared.numbering.router import number_router
from shared.sessions.table import voided

#: In the order of how often they are called; routes are tried one after another.
ROUTERS = [
    receipts,
    orders,
    deliveries,
    invoices,
    contracts,
    amendments,
    approvals,
    expenses,
    stock,
    performance,
    history,
    prepayments,
    accounts,
    ledger,
    documents,
    number_router(NUMBERING),
    personal_data,
    portal,
    drafts,
    catalogue,
]


def create_app(settings: OrderSettings, db: Database, keys: KeySource | None = None) -> FastAPI:
    """Compose the application; a one-process host passes the parts it shares."""
    return frame.compose(
        settings,
        db,
        staff=staff,
        roles=roles,
        units=units,
        deputies=deputies,
        permissions=PERMISSIONS,
        routers=ROUTERS,
        title="Kehu order service",
        description="Contracts, orders, deliveries, invoices, receipts, expenses, ledger, portal.",
        voided=voided(metadata.tables["revocation"]),
        keys=keys,
    )
