"""The three-way match: an invoice against its orders and deliveries, line by line (S153)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from services.order.invoices.errors import InvoiceMismatch
from services.order.invoices.model import Invoice, InvoiceLine
from shared.domain.errors import FieldError


@dataclass(frozen=True, slots=True)
class Claim:
    """What an order or a delivery says about one of its lines.

    ``quantity`` is what may still be charged; a line that cannot be charged at all has none.
    """

    product_id: UUID
    product_code: str
    unit_price: Decimal
    discount: Decimal
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of one invoice line, as order, delivery and invoice have it."""

    line: int
    field: str
    order: Any
    delivery: Any
    invoice: Any


Claims = Mapping[UUID, Claim]


def require_match(invoice: Invoice, orders: Claims, deliveries: Claims) -> None:
    """Refuse an invoice that differs, naming every line that does.

    Raises:
        InvoiceMismatch: product, price, discount or quantity differ.
    """
    errors = tuple(map(_error, differences(invoice, orders, deliveries)))
    if errors:
        told = "; ".join(f"{each.pointer}: {each.message}" for each in errors)
        raise InvoiceMismatch(told, errors=errors)


def _error(found: Difference) -> FieldError:
    order, delivery, invoice = map(_plain, (found.order, found.delivery, found.invoice))
    told = f"The order says {order}, the delivery {delivery}, the invoice {invoice}."
    return FieldError(f"/lines/{found.line}/{found.field}", "mismatch", told)


def differences(invoice: Invoice, orders: Claims, deliveries: Claims) -> Iterator[Difference]:
    """Compare every line with what order and delivery claim; lines of one source share it."""
    left = {key: claim.quantity for claims in (orders, deliveries) for key, claim in claims.items()}
    for place, line in enumerate(invoice.lines):
        sources = [key for key in (line.order_line_id, line.delivery_line_id) if key is not None]
        order = _claim(orders, line.order_line_id)
        delivery = _claim(deliveries, line.delivery_line_id)
        yield from _same(place, line, order, delivery)
        if any(line.quantity > left[key] for key in sources):
            yield _difference(place, "quantity", line, order, delivery)
        for key in sources:
            left[key] -= line.quantity


def _same(
    place: int, line: InvoiceLine, order: Claim | None, delivery: Claim | None
) -> Iterator[Difference]:
    claims = [claim for claim in (order, delivery) if claim is not None]
    if any(claim.product_id != line.product_id for claim in claims):
        yield _difference(place, "product_code", line, order, delivery)
    for name in ("unit_price", "discount"):
        if any(getattr(claim, name) != getattr(line, name) for claim in claims):
            yield _difference(place, name, line, order, delivery)


def _difference(
    place: int, name: str, line: InvoiceLine, order: Claim | None, delivery: Claim | None
) -> Difference:
    said = [None if claim is None else getattr(claim, name) for claim in (order, delivery)]
    return Difference(place, name, said[0], said[1], getattr(line, name))


def _claim(claims: Claims, key: UUID | None) -> Claim | None:
    return None if key is None else claims[key]


def _plain(value: Any) -> str:
    if value is None:
        return "–"
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)
