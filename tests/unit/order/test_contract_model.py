"""The contract: countersigned by departments, approved as submitted, by somebody else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from services.order.contracts.errors import (
    BoundToQuote,
    ContentChanged,
    ContractStateError,
    OwnContract,
)
from services.order.contracts.model import Contract
from services.order.contracts.opinions import Verdict
from services.order.contracts.status import TRANSITIONS, Status
from shared.domain.aggregate import Change
from shared.domain.clock import now
from shared.domain.errors import DomainError, Invalid
from shared.domain.ids import new_id
from tests.support.order_models import AUTHOR, a_contract, a_contract_line

BOSS, CLERK = new_id(), new_id()


def countersign(
    contract: Contract, department: str, verdict: Verdict = Verdict.AGREE, *, last: bool = False
) -> Change:
    contract.must_be_countersignable(BOSS)
    return contract.hear(department, verdict, "意见", last=last)


def up_for_approval() -> Contract:
    contract = a_contract()
    contract.submit(countersigned=True)
    countersign(contract, "sales")
    countersign(contract, "finance", last=True)
    return contract


def sign(contract: Contract) -> Change:
    return contract.sign(on=date(2026, 11, 21), signer="王总", customer_signer="李经理")


def test_the_last_agreement_completes_the_countersign() -> None:
    """S122."""
    contract = a_contract()
    contract.submit(countersigned=True)
    countersign(contract, "finance")
    before = contract.status
    countersign(contract, "sales", last=True)
    assert (before, contract.status) == (Status.COUNTERSIGNING, Status.COUNTERSIGNED)


def test_one_disagreement_rejects_and_a_change_starts_a_new_round() -> None:
    """S122."""
    contract = a_contract()
    contract.submit(countersigned=True)
    countersign(contract, "sales")
    countersign(contract, "finance", Verdict.DISAGREE)
    assert (contract.status, contract.reason) == (Status.REJECTED, "意见")
    contract.change(by=AUTHOR, payment_days=60)
    contract.submit(countersigned=True)
    assert (contract.status, contract.round) == (Status.COUNTERSIGNING, 2)


def test_who_wrote_on_it_neither_countersigns_nor_approves() -> None:
    """S121, S122: nor does the author, after somebody else edited."""
    contract = a_contract()
    contract.change(by=CLERK, payment_days=90)
    contract.submit(countersigned=True)
    for author in (AUTHOR, CLERK):
        with pytest.raises(OwnContract):
            contract.must_be_countersignable(author)
    countersign(contract, "sales", last=True)
    for author in (AUTHOR, CLERK):
        with pytest.raises(OwnContract):
            contract.approve(by=author, at=now())


@pytest.mark.parametrize(
    "tamper",
    [
        lambda contract: {"lines": (replace(contract.lines[0], unit_price=Decimal("99.99")),)},
        lambda contract: {"lines": (*contract.lines, a_contract_line())},
        lambda _: {"terms": "另行约定"},
        lambda _: {"payment_days": 90},
        lambda _: {"ends_on": date(2030, 1, 1)},
        lambda _: {"customer_id": new_id()},
    ],
)
@pytest.mark.parametrize("approved_before", [False, True])
def test_an_approval_is_for_exactly_the_submitted_content(
    tamper: Callable[[Contract], dict[str, object]], approved_before: bool
) -> None:
    """S121: whatever gets past the rules in between is found at the next step."""
    contract = up_for_approval()
    if approved_before:
        contract.approve(by=BOSS, at=now())
    for name, value in tamper(contract).items():
        setattr(contract, name, value)
    with pytest.raises(ContentChanged):
        _ = sign(contract) if approved_before else contract.approve(by=BOSS, at=now())


def test_without_departments_a_submitted_contract_goes_straight_to_approval() -> None:
    contract = a_contract()
    contract.submit(countersigned=False)
    assert contract.status == Status.COUNTERSIGNED


def test_the_lines_of_a_quote_are_not_changed() -> None:
    """S101."""
    contract = a_contract()
    contract.quote_id = new_id()
    with pytest.raises(BoundToQuote):
        contract.change(by=AUTHOR, lines=(a_contract_line(),))
    contract.change(by=AUTHOR, terms="预付三成")
    assert contract.terms == "预付三成"


def test_a_contract_does_not_end_before_it_starts() -> None:
    """S117."""
    with pytest.raises(Invalid) as refused:
        a_contract(starts_on=date(2026, 12, 1), ends_on=date(2026, 11, 30))
    assert refused.value.errors[0].pointer == "/ends_on"


STEPS: dict[str, tuple[Callable[[Contract], Change], set[Status]]] = {
    "change": (
        lambda each: each.change(by=AUTHOR, terms="新条款"),
        {Status.DRAFT, Status.REJECTED},
    ),
    "submit": (lambda each: each.submit(countersigned=True), {Status.DRAFT}),
    "countersign": (lambda each: countersign(each, "legal"), {Status.COUNTERSIGNING}),
    "approve": (lambda each: each.approve(by=BOSS, at=now()), {Status.COUNTERSIGNED}),
    "reject": (lambda each: each.reject("不同意"), {Status.COUNTERSIGNED}),
    "sign": (sign, {Status.APPROVED}),
    "complete": (lambda each: each.complete(), {Status.SIGNED}),
    "terminate": (lambda each: each.terminate("违约"), {Status.APPROVED, Status.SIGNED}),
}


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("status", Status)
def test_every_step_is_taken_only_from_the_states_it_belongs_to(status: Status, step: str) -> None:
    """S121, S122: all pairs of state and step."""
    take, allowed = STEPS[step]
    contract = a_contract()
    contract.content_hash = contract.approved_hash = contract.hash()
    contract.status = status
    if status in allowed:
        take(contract)
        assert contract.status in TRANSITIONS[status]
    else:
        with pytest.raises(DomainError) as refused:
            take(contract)
        assert isinstance(refused.value, ContractStateError)
        assert contract.status == status
