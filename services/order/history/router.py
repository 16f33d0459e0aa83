"""``/v1/sales-history/imports``."""

from __future__ import annotations

from services.order.history.importing import KIND
from shared.imports.router import import_router

_PATH = "/sales-history/imports"

router = import_router(KIND, start=_PATH, jobs=_PATH, permission="sales_history.import")
