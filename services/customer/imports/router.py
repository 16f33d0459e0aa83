"""``/v1/customers/imports`` takes files in, ``/v1/imports`` says what became of them."""

from __future__ import annotations

from services.customer.imports.service import CUSTOMERS
from shared.imports.router import import_router

router = import_router(
    CUSTOMERS, start="/customers/imports", jobs="/imports", permission="customer.import"
)
