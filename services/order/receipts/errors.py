"""Refusals of the receipts slice."""

from __future__ import annotations

from shared.domain.errors import Conflict


class ReceiptStateError(Conflict):
    """The receipt's state does not allow the step."""

    code = "receipt_state"
    title = "The receipt's state does not allow this"


class ReceiptExceeded(Conflict):
    """More would be allocated than is left of the receipt."""

    code = "receipt_exceeded"
    title = "The receipt does not cover this"


class AllocationStateError(Conflict):
    """The allocation was reversed already."""

    code = "allocation_state"
    title = "The allocation's state does not allow this"


class NotTogether(Conflict):
    """A receipt pays invoices of its own customer and currency only."""

    code = "not_together"
    title = "Receipt and invoice do not go together"


class ReceiptInUse(Conflict):
    """Part of the receipt is allocated or credited; take that back first."""

    code = "receipt_in_use"
    title = "The receipt is in use"
