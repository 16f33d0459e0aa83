"""The oracle as one book: the rule of every operation of every service."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tests.matrix.oracle import analytics, customer, opportunity, order
from tests.matrix.oracle.words import Rule

Book = Mapping[str, Rule]


def bound(rules: Iterable[Rule]) -> Book:
    """The rules by operation, each of which has one."""
    found: dict[str, Rule] = {}
    for rule in rules:
        for operation in rule.operations:
            assert operation not in found, f"two rules about {operation}"
            found[operation] = rule
    return found


BOOK: Mapping[str, Book] = {
    "customer": bound(customer.RULES),
    "opportunity": bound(opportunity.RULES),
    "order": bound(order.RULES),
    "analytics": bound(analytics.RULES),
}
