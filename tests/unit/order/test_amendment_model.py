"""Amendments: the whole content that a contract would have, bound to its approval."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from services.order.amendments.errors import AmendmentEnded, NothingAmended
from services.order.amendments.model import TRANSITIONS, Amendment, Kind, Status
from services.order.contracts.errors import OwnContract
from services.order.contracts.model import Contract
from services.order.contracts.status import AMENDABLE
from services.order.contracts.status import Status as ContractStatus
from shared.domain.clock import now
from shared.domain.errors import Invalid
from shared.domain.ids import new_id
from tests.support.order_models import a_contract, a_contract_line

PROPOSER, BOSS = new_id(), new_id()


def agreed(**content: Any) -> Contract:
    """A signed contract."""
    contract = a_contract(**content)
    contract.status = ContractStatus.SIGNED
    contract.content_hash = contract.approved_hash = contract.hash()
    return contract


def proposed(contract: Contract, kind: Kind = Kind.CHANGE, **changes: Any) -> Amendment:
    """An amendment that somebody else than the author proposed."""
    authors = (PROPOSER,)
    return Amendment.propose(contract, kind, "客户要求", authors=authors, at=now(), **changes)[0]


def test_what_is_proposed_becomes_what_is_agreed() -> None:
    """S129: with the hash that was approved, and all who wrote on either as authors."""
    contract = agreed(terms="货到付款")
    author = contract.authors[0]
    amendment = proposed(contract, lines=(*contract.lines, a_contract_line("2", "50.00")))
    change = contract.amend(
        amendment.agreed, amendment, authors=amendment.authors, by=BOSS, at=now(), kind="change"
    )
    assert contract.hash() == contract.approved_hash == amendment.agreed_hash
    assert (contract.total, contract.revision) == (Decimal("1100.00"), 2)
    assert (contract.terms, contract.authors) == ("货到付款", (author, PROPOSER))
    assert change.detail == {"approved_by": BOSS, "revision": 2, "kind": "change"}


def test_the_hash_is_of_all_that_is_proposed() -> None:
    """S129: an approval is for this contract, this revision, this kind, reason and content."""
    contract = agreed()
    amendment = proposed(contract, payment_days=60)
    assert amendment.content_hash == amendment.proposal_hash()
    for field, value in (
        ("contract_id", new_id()),
        ("revision", 3),
        ("kind", Kind.RETURN),
        ("reason", "其他"),
        ("payment_days", 61),
        ("title", "其他合同"),
        ("lines", (replace(contract.lines[0], quantity=Decimal(9)),)),
    ):
        other = proposed(contract, payment_days=60)
        setattr(other, field, value)
        assert other.proposal_hash() != amendment.content_hash, field


def test_the_way_is_chosen_by_the_larger_amount() -> None:
    """S129: whether more or less is agreed."""
    contract = agreed()
    assert proposed(contract, lines=(a_contract_line("5"),)).greatest_total == Decimal("1000.00")
    assert proposed(contract, lines=(a_contract_line("50"),)).greatest_total == Decimal("5000.00")


@pytest.mark.parametrize("from_quote", [True, False])
@pytest.mark.parametrize("changes", [{"payment_days": 60}, {"lines": (a_contract_line(),)}])
def test_prices_are_judged_unless_a_quote_was_approved_for_all(
    from_quote: bool, changes: dict[str, Any]
) -> None:
    """S108, S129."""
    contract = agreed()
    contract.quote_id = new_id() if from_quote else None
    amendment = proposed(contract, **changes)
    assert amendment.is_judged is ("lines" in changes or not from_quote)
    assert not proposed(contract, Kind.TERMINATION).is_judged


def test_an_amendment_changes_something_possible() -> None:
    """S129."""
    contract = agreed()
    with pytest.raises(NothingAmended):
        proposed(contract)
    with pytest.raises(NothingAmended):
        proposed(contract, lines=tuple(replace(line) for line in contract.lines))
    with pytest.raises(Invalid):
        proposed(contract, lines=(a_contract_line("99999999", "9999999.00"),))


def test_an_author_does_not_approve_the_amendment() -> None:
    """S129: neither of the contract nor of the amendment."""
    contract = agreed()
    amendment = proposed(contract, payment_days=60)
    for author in (*contract.authors, PROPOSER):
        with pytest.raises(OwnContract):
            contract.amend(
                amendment.agreed, amendment, authors=amendment.authors, by=author, at=now()
            )


@pytest.mark.parametrize("status", ContractStatus)
def test_only_what_is_agreed_is_amended(status: ContractStatus) -> None:
    """S129."""
    contract = agreed()
    contract.status = status
    if status in AMENDABLE:
        contract.must_be_amendable()
    else:
        with pytest.raises(Exception, match="is not amended"):
            contract.must_be_amendable()


@pytest.mark.parametrize("status", Status)
def test_an_amendment_is_decided_once(status: Status) -> None:
    """S129."""
    amendment = proposed(agreed(), payment_days=60)
    amendment.status = status
    if Status.APPROVED in TRANSITIONS[status]:
        amendment.approve(by=BOSS, at=now(), role=None)
        assert amendment.status == Status.APPROVED
    else:
        with pytest.raises(AmendmentEnded):
            amendment.approve(by=BOSS, at=now(), role=None)
        with pytest.raises(AmendmentEnded):
            amendment.end(Status.WITHDRAWN)
