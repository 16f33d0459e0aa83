"""What is approved in this service, over HTTP: ``/v1/approvals/opportunity`` (S219)."""

from __future__ import annotations

from services.opportunity.approval_engine import ENGINE
from services.opportunity.plans.approval import PLANS
from services.opportunity.prices.approval import PRICE_LISTS
from services.opportunity.quotes.approval import QUOTES
from services.opportunity.staff.table import staff
from shared.approvals.desk import Desk
from shared.approvals.router import approval_router

DESK = Desk(ENGINE, {each.kind: each for each in (QUOTES, PRICE_LISTS, PLANS)})
router = approval_router(DESK, staff)
