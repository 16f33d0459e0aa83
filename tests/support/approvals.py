"""Documents, people and processes for the tests of the engine."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from shared.approvals.definition import Case, Known, Mode, Process, Route, Step, Voice
from shared.approvals.model import Approval, Happening, Verdict
from shared.domain.actor import Actor
from shared.domain.ids import new_id
from shared.events.approvals import (
    OpportunityApprovalCommented,
    OpportunityApprovalDecided,
    OpportunityApprovalEscalated,
    OpportunityApprovalReminded,
    OpportunityApprovalStarted,
    OpportunityApprovalWithdrawn,
)
from shared.events.payload import Payload

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
EVENTS: Mapping[Happening, type[Payload]] = {
    Happening.STARTED: OpportunityApprovalStarted,
    Happening.COMMENTED: OpportunityApprovalCommented,
    Happening.DECIDED: OpportunityApprovalDecided,
    Happening.ESCALATED: OpportunityApprovalEscalated,
    Happening.REMINDED: OpportunityApprovalReminded,
    Happening.WITHDRAWN: OpportunityApprovalWithdrawn,
}
LADDER = ("sales_manager", "deputy_general_manager", "general_manager")
KNOWN = Known(
    roles={*LADDER, "finance", "warehouse"},
    permissions={"quote.approve"},
    attributes={"branch"},
    has_amount=True,
    needs_authority=False,
)


def person(*roles: str, permissions: frozenset[str] = frozenset()) -> Actor:
    """Somebody with these roles."""
    return Actor(new_id(), "/".join(roles), frozenset(roles), permissions)


AUTHOR = person("account_manager")


def asks(*roles: str, mode: Mode | None = None, **fields: Any) -> Step:
    """A step with a voice for each role."""
    mode = mode or (Mode.SINGLE if len(roles) == 1 else Mode.ALL)
    name = fields.pop("name", "/".join(roles))
    return Step(name, mode, tuple(Voice(each, roles=(each,)) for each in roles), **fields)


def process(*steps: Step, **fields: Any) -> Process:
    """One route for everything."""
    return Process((Route(tuple(steps)),), **fields)


def case(**fields: Any) -> Case:
    """A document of the author."""
    state: dict[str, Any] = {
        "document_type": "quote",
        "document_id": new_id(),
        "label": "QT26000001-1",
        "content_hash": "0" * 64,
        "authors": (AUTHOR.id,),
        "owner_id": AUTHOR.id,
        "amount": Decimal("100.00"),
        "currency": "CNY",
    }
    return Case(**(state | fields))


def started(by: Process, document: Case) -> Approval:
    """The approval of a document that its author submitted."""
    return Approval.start(document, by, 1, AUTHOR, NOON, EVENTS)[0]


def say(
    approval: Approval,
    document: Case,
    actor: Actor,
    verdict: Verdict = Verdict.APPROVE,
    **more: Any,
) -> Any:
    """Speak in an approval."""
    return approval.decide(verdict, None, document, actor, NOON, EVENTS, **more)
