"""Bugs of price lists and work plans that the tests must catch: what is adjusted, what is late, who
is asked after the limit.

As in `tests.faults.bugs`, each takes away one step that keeps a promise.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any
from uuid import UUID

from services.opportunity.plans import model as plans
from shared.approvals import model as approvals
from shared.approvals.asking import superiors_asked
from shared.approvals.definition import AtLimit, Case
from shared.approvals.model import Approval, Verdict
from shared.domain.aggregate import Change


def agreement_ignored() -> None:
    """What somebody has agreed to is adjusted after all."""

    def adjust(
        self: Approval, comment: str | None, before: Case, after: Case, *who_when: Any
    ) -> Change:
        change = self.decide(Verdict.ADJUST, comment, before, *who_when)
        self.content_hash = after.content_hash
        return change

    Approval.adjust = adjust  # type: ignore[method-assign,assignment]


def authority_stays() -> None:
    """However long it takes, the same manager is asked."""

    def asked_at_first(
        chain: Sequence[UUID], wanted: int | None, at_limit: AtLimit, level: int
    ) -> Sequence[UUID]:
        return superiors_asked(chain, wanted, at_limit, 0)

    _replace(approvals, superiors_asked=asked_at_first)


def nothing_is_late() -> None:
    """Whenever a plan is handed in, it is in time."""
    submit = plans.Plan.submit

    def submit_in_time(self: plans.Plan, *args: Any) -> Change:
        change = submit(self, *args)
        self.late = False
        return change

    plans.Plan.submit = submit_in_time  # type: ignore[method-assign,assignment]


def anything_in_a_week() -> None:
    """A week need not carry out its month, nor say why not."""
    _replace(plans, check_items=lambda kind, items: None)


def _replace(module: ModuleType, **functions: Callable[..., Any]) -> None:
    for name, function in functions.items():
        setattr(module, name, function)


BUGS: tuple[Callable[[], None], ...] = (
    agreement_ignored,
    authority_stays,
    nothing_is_late,
    anything_in_a_week,
)
