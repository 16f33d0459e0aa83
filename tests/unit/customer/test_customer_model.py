"""The customer's life cycle: every step from every state."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from services.customer.customers.errors import CustomerStateError
from services.customer.customers.model import Customer, Profile, Status
from shared.domain.aggregate import Change
from shared.domain.clock import now
from shared.domain.ids import new_id
from shared.domain.owner import Owner

STEPS: dict[str, Callable[[Customer], Change]] = {
    "confirm": lambda customer: customer.confirm(),
    "reject": lambda customer: customer.reject("unknown"),
    "lose": lambda customer: customer.lose("moved away"),
    "regain": lambda customer: customer.regain(),
}
ALLOWED = {
    ("lead", "confirm"): "formal",
    ("prospect", "confirm"): "formal",
    ("registered", "confirm"): "formal",
    ("registered", "reject"): "rejected",
    ("lead", "lose"): "lost",
    ("prospect", "lose"): "lost",
    ("formal", "lose"): "lost",
    ("lost", "regain"): "formal",
}


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("status", Status)
def test_each_step_from_each_state(status: Status, step: str) -> None:
    """S24: what is not allowed is refused and changes nothing."""
    owner = Owner(new_id(), None, None)
    customer, _ = Customer.create(
        Profile(name="华为"), number="C1", owner=owner, at=now(), status=status
    )
    target = ALLOWED.get((status.value, step))
    if target is None:
        with pytest.raises(CustomerStateError):
            STEPS[step](customer)
        assert customer.status is status
    else:
        STEPS[step](customer)
        assert customer.status == target
