"""What is planned: the items of a plan, and how many contacts a day should have (S42, S45)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from uuid import UUID

from services.opportunity.plans.errors import InvalidPlan, UnplannedItem
from services.opportunity.plans.periods import Kind
from shared.domain.errors import FieldError


class Category(StrEnum):
    """What kind of work it is (S45)."""

    KEY = "key"  # 重点
    SALES = "sales"  # 销售
    PLACEMENT = "placement"  # 植入
    COLLECTION = "collection"  # 回款
    VIP = "vip"  # VIP


@dataclass(frozen=True, slots=True)
class Targets:
    """How many contacts are meant to be made; 5-20-30 a day unless it is said (S42)."""

    visits: int = 5
    calls: int = 20
    messages: int = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkItem:
    """One thing to do. In a weekly plan it is ``month_item_id`` of the monthly plan, or has a
    reason, a goal, a scheme and the support it needs (S45)."""

    id: UUID
    category: Category
    action: str
    customer_id: UUID | None = None
    due_on: date | None = None
    month_item_id: UUID | None = None
    reason: str | None = None
    goal: str | None = None
    scheme: str | None = None
    support: str | None = None
    result: str | None = None


_EXPLAINED = ("reason", "goal", "scheme", "support")


def check_items(kind: Kind, items: Sequence[WorkItem]) -> None:
    """Refuse items that do not fit the kind of plan.

    Raises:
        UnplannedItem: one is new in a weekly plan and does not say all that it must (S45).
        InvalidPlan: one of another kind of plan refers to a monthly plan.
    """
    if kind == Kind.WEEKLY:
        if missing := tuple(_unexplained(items)):
            message = "What is not in the monthly plan needs reason, goal, scheme and support."
            raise UnplannedItem(message, errors=missing)
        return
    for place, item in enumerate(items):
        if item.month_item_id is not None:
            message = "Only items of a weekly plan refer to a monthly one."
            raise InvalidPlan.field(f"/items/{place}/month_item_id", message)


def with_results(items: Sequence[WorkItem], results: Mapping[UUID, str]) -> tuple[WorkItem, ...]:
    """Return the items with what came of each.

    Raises:
        InvalidPlan: a result is missing, or is of no item.
    """
    known = {item.id for item in items}
    if any(each not in known for each in results):
        raise InvalidPlan.field("/results", "A result is of no item of this plan.")
    if len(results) < len(known):
        raise InvalidPlan.field("/results", "Every item needs its result.")
    return tuple(replace(item, result=results[item.id]) for item in items)


def _unexplained(items: Sequence[WorkItem]) -> Iterator[FieldError]:
    for place, item in enumerate(items):
        if item.month_item_id is None:
            for name in _EXPLAINED:
                if getattr(item, name) is None:
                    pointer = f"/items/{place}/{name}"
                    yield FieldError(pointer, UnplannedItem.code, "This item is new: say it.")
