"""The three-way match names every line that differs."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from services.order.invoices.errors import InvoiceMismatch
from services.order.invoices.matching import Claim, require_match
from services.order.invoices.model import InvoiceLine
from shared.domain.ids import new_id
from tests.support.fulfilment_models import invoice, invoice_line


def claims(line: InvoiceLine, **changes: Any) -> Claim:
    """What a document says that agrees with the line but for ``changes``."""
    agreed = Claim(
        line.product_id, line.product_code, line.unit_price, line.discount, line.quantity
    )
    return replace(agreed, **changes)


def of_order(line: InvoiceLine, claim: Claim) -> dict[UUID, Claim]:
    """What the order says about a line."""
    assert line.order_line_id is not None
    return {line.order_line_id: claim}


def of_delivery(line: InvoiceLine, claim: Claim) -> dict[UUID, Claim]:
    """What the delivery says about a line."""
    assert line.delivery_line_id is not None
    return {line.delivery_line_id: claim}


def match(*lines: InvoiceLine, order: dict[str, Any], delivery: dict[str, Any]) -> None:
    """Match an invoice of these lines with documents that differ as said."""
    orders = {line.order_line_id: claims(line, **order) for line in lines if line.order_line_id}
    deliveries = {
        line.delivery_line_id: claims(line, **delivery) for line in lines if line.delivery_line_id
    }
    require_match(invoice(*lines), orders, deliveries)


def test_an_invoice_that_agrees_passes() -> None:
    """S153."""
    match(invoice_line(), invoice_line(), order={}, delivery={})


@pytest.mark.parametrize("side", ["order", "delivery"])
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("unit_price", Decimal("9.99")),
        ("discount", Decimal("0.01")),
        ("quantity", Decimal("1.9999")),
        ("product_id", new_id()),
    ],
)
def test_each_difference_from_each_side_is_refused(side: str, field: str, value: Any) -> None:
    """S153: product, price and quantity."""
    given: dict[str, dict[str, Any]] = {"order": {}, "delivery": {}, side: {field: value}}
    with pytest.raises(InvoiceMismatch) as refused:
        match(invoice_line(), **given)
    named = "product_code" if field == "product_id" else field
    assert [error.pointer for error in refused.value.errors] == [f"/lines/0/{named}"]


def test_the_differing_lines_are_named_with_all_three_sides() -> None:
    """S153."""
    line, dear = invoice_line(), invoice_line(unit_price=Decimal("10.50"))
    orders = of_order(line, claims(line)) | of_order(dear, claims(dear, unit_price=Decimal(10)))
    deliveries = of_delivery(line, claims(line)) | of_delivery(dear, claims(dear))
    with pytest.raises(InvoiceMismatch) as refused:
        require_match(invoice(line, dear), orders, deliveries)
    (difference,) = refused.value.errors
    assert difference.pointer == "/lines/1/unit_price"
    assert difference.message == "The order says 10, the delivery 10.5, the invoice 10.5."


def test_two_lines_of_one_delivery_line_share_its_quantity() -> None:
    """S153: 2 were delivered, so 2 and 1 on two invoice lines are one too many."""
    first = invoice_line()
    second = replace(first, id=new_id(), quantity=Decimal(1))
    said = claims(first)
    with pytest.raises(InvoiceMismatch) as refused:
        require_match(invoice(first, second), of_order(first, said), of_delivery(first, said))
    assert [error.pointer for error in refused.value.errors] == ["/lines/1/quantity"]


def test_a_direct_delivery_has_no_order_to_match() -> None:
    """S145."""
    line = replace(invoice_line(), order_id=None, order_line_id=None)
    match(line, order={}, delivery={})
