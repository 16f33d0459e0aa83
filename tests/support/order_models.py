"""Orders, contracts and prepayment accounts made by hand for unit tests."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from services.order.contracts.content import Content
from services.order.contracts.model import Contract
from services.order.orders.line import OrderLine
from services.order.orders.model import Order
from services.order.orders.origin import Origin
from services.order.place import Place
from services.order.products.line import ProductLine, priced
from services.order.products.model import Product
from shared.domain.clock import business_date, now
from shared.domain.ids import new_id
from shared.events.vocabulary import Chain

AUTHOR = new_id()
PLACE = Place(AUTHOR, "销售一部", "上海", "华东")


def a_product() -> Product:
    return Product(new_id(), "P-1", "闸阀", "台")


def an_order_line(
    quantity: str = "10", price: str = "100.00", discount: str = "0", **fields: Any
) -> OrderLine:
    """Ten pieces at 100.00."""
    numbers = (Decimal(quantity), Decimal(price), Decimal(discount))
    return OrderLine(**priced(a_product(), *numbers, currency="CNY"), **fields)


def an_order(
    *lines: OrderLine, chain: Chain = Chain.ORDINARY, origin: Origin | None = None
) -> Order:
    """A placed order."""
    made, _ = Order.place(
        origin or Origin(chain=chain),
        lines or (an_order_line(),),
        number="SO00000001",
        customer_id=new_id(),
        currency="CNY",
        ordered_on=business_date(now()),
        payment_days=30,
        authors=(AUTHOR,),
        place=PLACE,
        at=now(),
    )
    return made


def a_contract_line(quantity: str = "10", price: str = "100.00") -> ProductLine:
    """Ten pieces at 100.00."""
    return ProductLine(
        **priced(a_product(), Decimal(quantity), Decimal(price), Decimal(0), currency="CNY")
    )


def a_contract(**content: Any) -> Contract:
    """A draft."""
    agreed: dict[str, Any] = {
        "title": "年度供货合同",
        "customer_id": new_id(),
        "currency": "CNY",
        "lines": (a_contract_line(),),
    }
    made, _ = Contract.draft(
        Content(**agreed | content),
        number="HT26000001",
        authors=(AUTHOR,),
        place=PLACE,
        at=now(),
    )
    return made
