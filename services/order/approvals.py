"""What is approved in this service, over HTTP: ``/v1/approvals/order`` (S219)."""

from __future__ import annotations

from services.order.amendments.approval import AMENDMENTS, TERMINATIONS
from services.order.approval_engine import ENGINE
from services.order.contracts.approval import CONTRACTS
from services.order.expenses.approval import EXPENSES
from services.order.staff.table import staff
from shared.approvals.desk import Desk
from shared.approvals.router import approval_router

SUBJECTS = (CONTRACTS, AMENDMENTS, TERMINATIONS, EXPENSES)
DESK = Desk(ENGINE, {each.kind: each for each in SUBJECTS})
router = approval_router(DESK, staff)
