"""What is approved in this service, over HTTP: ``/v1/approvals/customer`` (S219)."""

from __future__ import annotations

from services.customer.approval_engine import ENGINE
from services.customer.customers.approval import REGISTRATIONS
from services.customer.levels.approval import LEVELS
from services.customer.staff.table import staff
from shared.approvals.desk import Desk
from shared.approvals.router import approval_router

DESK = Desk(ENGINE, {REGISTRATIONS.kind: REGISTRATIONS, LEVELS.kind: LEVELS})
router = approval_router(DESK, staff)
