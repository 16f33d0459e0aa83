"""The people, the customers and the products of a generated company."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from shared.domain.money import line_amount
from shared.events import customer, opportunity, staff
from tests.support.generating.journal import Journal

_BRANCHES = {"销售一部": "上海", "销售二部": "上海", "大客户部": "天津"}
_REGIONS = ("华东", "华北", None)
_INDUSTRIES = ("制造", "零售", "金融", None)
_LINES = ("变频器", "服务", None)


class Parties(Journal):
    """Hires six people and lists nine products; customers come as they are asked for."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.staff = [self._hire(place) for place in _BRANCHES for _ in range(2)]
        self.products = [self._product(line) for line in _LINES for _ in range(3)]

    def customer(self) -> customer.CustomerState:
        """A formal customer of somebody."""
        owner = self.random.choice(self.staff)
        at = self.moment(self.day())
        state = {
            "customer_id": self.id(),
            "number": self.number("C"),
            "name": f"生成客户{self._numbers['C']:05d}有限公司",
            "status": "prospect",
            "level": self.random.choice(("A", "B", "C", None)),
            "industry": self.random.choice(_INDUSTRIES),
            "source": self.random.choice(("展会", "转介绍")),
            "external_id": None,
            "created_at": at,
            "region": self.random.choice(_REGIONS),
            **_owner(owner),
        }
        self.emit(customer.CustomerCreated, state, at)
        state["status"] = "formal"
        return self.emit(customer.CustomerConfirmed, state, at + timedelta(minutes=1))

    def _hire(self, department: str) -> staff.StaffState:
        state = {
            "staff_id": self.id(),
            "name": f"生成员工{self.number('E')}",
            "roles": ("account_manager",),
            "department": department,
            "branch": _BRANCHES[department],
            "status": "active",
        }
        return self.emit(staff.StaffHired, state, self.moment(self.first_day))

    def _product(self, line: str | None) -> opportunity.ProductChanged:
        state = {
            "product_id": self.id(),
            "code": self.number("P"),
            "name": f"生成产品{self._numbers['P']}",
            "line": line,
            "category": None,
            "unit": "台",
            "status": "active",
        }
        return self.emit(opportunity.ProductChanged, state, self.moment(self.first_day))

    def line(self, currency: str) -> dict[str, Any]:
        product = self.random.choice(self.products)
        quantity = Decimal(self.random.randint(1, 50)) / 2
        price = Decimal(self.random.randint(100, 100_000)) / 100
        discount = self.random.choice((Decimal(0), Decimal("0.05")))
        return {
            "line_id": self.id(),
            "product_id": product.product_id,
            "product_code": product.code,
            "product_name": product.name,
            "unit": product.unit,
            "quantity": quantity,
            "unit_price": {"amount": price, "currency": currency},
            "discount": discount,
            "amount": {
                "amount": line_amount(quantity, price, discount, currency=currency),
                "currency": currency,
            },
        }


def _owner(person: staff.StaffState) -> dict[str, Any]:
    return {
        "owner_id": person.staff_id,
        "department": person.department,
        "branch": person.branch,
    }
