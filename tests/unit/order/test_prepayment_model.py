"""The prepayment account, driven at random beside a model that is too simple to be wrong."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.order.prepayments.errors import HoldTooSmall, PrepaymentShort
from services.order.prepayments.model import Prepayment
from shared.domain.clock import now
from shared.domain.ids import new_id

AMOUNTS = st.decimals("0.01", "1000.00", places=2)


class PrepaymentAccount(RuleBasedStateMachine):
    """The model keeps the free money and what is held for each order; the account only sums."""

    @initialize()
    def open(self) -> None:
        self.account = Prepayment.open(new_id(), "CNY", now())
        self.free = Decimal(0)
        self.holds: dict[UUID, Decimal] = {}

    @rule(amount=AMOUNTS)
    def credit(self, amount: Decimal) -> None:
        change = self.account.credit(amount)
        self.free += amount
        assert change.detail["amount"] == amount

    @rule(amount=AMOUNTS)
    def hold(self, amount: Decimal) -> None:
        order_id = new_id()
        if amount > self.free:
            with pytest.raises(PrepaymentShort):
                self.account.hold(amount, order_id)
            return
        self.account.hold(amount, order_id)
        self.free -= amount
        self.holds[order_id] = amount

    @precondition(lambda self: self.holds)
    @rule(data=st.data())
    def release(self, data: st.DataObject) -> None:
        order_id = data.draw(st.sampled_from(sorted(self.holds)))
        amount = self.holds.pop(order_id)
        self.account.release(amount, order_id)
        self.free += amount

    @precondition(lambda self: self.holds)
    @rule(data=st.data(), share=st.decimals("0.01", "1", places=2))
    def consume_a_hold(self, data: st.DataObject, share: Decimal) -> None:
        order_id = data.draw(st.sampled_from(sorted(self.holds)))
        part = max((self.holds[order_id] * share).quantize(Decimal("0.01")), Decimal("0.01"))
        self.account.consume(part, invoice_id=new_id(), allocation_id=new_id(), order_id=order_id)
        self.holds[order_id] -= part
        if not self.holds[order_id]:
            del self.holds[order_id]

    @rule(amount=AMOUNTS)
    def consume_free_money(self, amount: Decimal) -> None:
        invoice = {"invoice_id": new_id(), "allocation_id": new_id()}
        if amount > self.free:
            with pytest.raises(PrepaymentShort):
                self.account.consume(amount, **invoice, order_id=None)
            return
        self.account.consume(amount, **invoice, order_id=None)
        self.free -= amount

    @rule(amount=AMOUNTS)
    def refund(self, amount: Decimal) -> None:
        if amount > self.free:
            with pytest.raises(PrepaymentShort):
                self.account.refund(amount)
            return
        self.account.refund(amount)
        self.free -= amount

    @rule(amount=AMOUNTS)
    def restore(self, amount: Decimal) -> None:
        self.account.restore(amount, invoice_id=new_id(), allocation_id=new_id())
        self.free += amount

    @rule()
    def release_more_than_is_held_at_all(self) -> None:
        with pytest.raises(HoldTooSmall):
            self.account.release(sum(self.holds.values()) + Decimal("0.01"), new_id())

    @invariant()
    def agree(self) -> None:
        held = sum(self.holds.values(), Decimal(0))
        assert (self.account.available, self.account.held) == (self.free, held)
        assert 0 <= self.account.held <= self.account.balance


TestPrepaymentAccount = PrepaymentAccount.TestCase
TestPrepaymentAccount.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
