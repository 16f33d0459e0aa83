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
    NotAsked,
    OwnContract,
    SpokenAlready,
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
#: Who speaks for a department, each somebody else.
SPEAKERS = {name: new_id() for name in ("sales", "technical", "finance", "legal")}


def countersign(contract: Contract, department: str, verdict: Verdict = Verdict.AGREE) -> Change:
    speaker = SPEAKERS[department]
    return contract.countersign(department, verdict, "意见", by=speaker, at=now())


def up_for_approval() -> Contract:
    contract = a_contract()
    contract.submit(["sales", "finance"])
    countersign(contract, "sales")
    countersign(contract, "finance")
    return contract


def sign(contract: Contract) -> Change:
    return contract.sign(on=date(2026, 11, 21), signer="王总", customer_signer="李经理")


def test_the_last_agreement_completes_the_countersign() -> None:
    """S122: in any order, side by side."""
    contract = a_contract()
    contract.submit(["sales", "finance"])
    countersign(contract, "finance")
    assert (contract.status, contract.waiting_for) == (Status.COUNTERSIGNING, ("sales",))
    countersign(contract, "sales")
    assert (contract.status, contract.waiting_for) == (Status.COUNTERSIGNED, ())


def test_a_department_speaks_once_and_only_when_asked() -> None:
    """S122."""
    contract = a_contract()
    contract.submit(["sales", "finance"])
    countersign(contract, "finance")
    for department in ("finance", "legal"):
        with pytest.raises(NotAsked):
            countersign(contract, department)


def test_one_disagreement_rejects_and_a_change_starts_a_new_round() -> None:
    """S122: every opinion stays recorded."""
    contract = a_contract()
    contract.submit(["sales", "finance"])
    countersign(contract, "sales")
    countersign(contract, "finance", Verdict.DISAGREE)
    assert (contract.status, contract.reason) == (Status.REJECTED, "意见")
    contract.change(by=AUTHOR, payment_days=60)
    contract.submit(["sales", "finance"])
    assert contract.waiting_for == ("sales", "finance")
    assert [(each.round, each.department) for each in contract.opinions] == [
        (1, "sales"),
        (1, "finance"),
    ]


def test_the_author_neither_countersigns_nor_approves() -> None:
    """S121, S122."""
    contract = a_contract()
    contract.submit(["sales"])
    with pytest.raises(OwnContract):
        contract.countersign("sales", Verdict.AGREE, None, by=AUTHOR, at=now())
    countersign(contract, "sales")
    with pytest.raises(OwnContract):
        contract.approve(by=AUTHOR, at=now())


def test_an_editor_neither_countersigns_nor_approves() -> None:
    """S121, S122: nor does the author, after somebody else edited."""
    contract = a_contract()
    contract.change(by=CLERK, payment_days=90)
    contract.submit(["sales"])
    with pytest.raises(OwnContract):
        contract.countersign("sales", Verdict.AGREE, None, by=CLERK, at=now())
    countersign(contract, "sales")
    for author in (AUTHOR, CLERK):
        with pytest.raises(OwnContract):
            contract.approve(by=author, at=now())


def test_one_person_has_one_voice_in_a_round() -> None:
    """S122: neither for two departments, nor for one and the approval; a new round is new."""
    contract = a_contract()
    contract.submit(["sales", "legal"])
    contract.countersign("legal", Verdict.AGREE, None, by=BOSS, at=now())
    with pytest.raises(SpokenAlready):
        contract.countersign("sales", Verdict.AGREE, None, by=BOSS, at=now())
    countersign(contract, "sales")
    with pytest.raises(SpokenAlready):
        contract.approve(by=BOSS, at=now())
    contract.reject("条款不清")
    contract.change(by=AUTHOR, terms="新条款")
    contract.submit(["sales"])
    countersign(contract, "sales")
    contract.approve(by=BOSS, at=now())
    assert contract.status == Status.APPROVED


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
    contract.submit([])
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
    "submit": (lambda each: each.submit(["sales"]), {Status.DRAFT}),
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
    contract.asked = ("legal",)
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
