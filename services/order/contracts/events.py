"""Contract to event payload."""

from __future__ import annotations

from services.order.contracts.model import Contract
from shared.domain.aggregate import Change
from shared.events.order_lines import Line
from shared.events.payload import Payload
from shared.events.values import Money


def payload(contract: Contract, change: Change) -> Payload:
    """Return the event of ``change`` with the contract's state after it."""
    return change.event(
        contract_id=contract.id,
        number=contract.number,
        title=contract.title,
        customer_id=contract.customer_id,
        quote_id=contract.quote_id,
        opportunity_id=contract.opportunity_id,
        status=contract.status,
        lines=tuple(Line(**line.facts(contract.currency)) for line in contract.lines),
        total=Money(amount=contract.total, currency=contract.currency),
        terms=contract.terms,
        payment_days=contract.payment_days,
        starts_on=contract.starts_on,
        ends_on=contract.ends_on,
        signed_on=contract.signed_on,
        owner_id=contract.owner_id,
        department=contract.department,
        branch=contract.branch,
        region=contract.region,
        **change.detail,
    )
