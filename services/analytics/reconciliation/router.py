"""``/v1/reports/reconciliation``."""

from __future__ import annotations

from typing import Annotated

from starlette.responses import Response

from services.analytics.consumers import PROJECTIONS
from services.analytics.invariants import INVARIANTS
from services.analytics.reconciliation.schemas import ReconciliationOut
from services.analytics.snapshot import as_of, snapshot
from shared.db.invariants import violations
from shared.http.gates import Read, reading
from shared.http.routing import new_router

router = new_router("reports")


@router.get("/reports/reconciliation", response_model=ReconciliationOut)
async def reconcile(read: Annotated[Read, reading("report.reconcile")]) -> Response:
    """Check the figures against each other: facts against events, totals against lines, open
    amounts against allocations, receivables against the ledger."""
    async with snapshot(read.context.db) as conn:
        known = await as_of(conn, [each.table for each in PROJECTIONS])
        found = await violations(conn, INVARIANTS)
    return read.respond(ReconciliationOut.of(INVARIANTS, found, known))
