"""The credit of a customer: prepaid, up to a limit, or open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from services.customer.credit.errors import CreditRule
from shared.domain.aggregate import Aggregate, Change
from shared.domain.clock import business_date
from shared.events.customer import CreditAssessed
from shared.events.vocabulary import Settlement


@dataclass(frozen=True, slots=True)
class Terms:
    """What an assessment found: only ``credit`` has a limit, and it needs one."""

    settlement: Settlement
    limit: Decimal | None = None
    currency: str | None = None
    valid_until: date | None = None
    note: str | None = None


@dataclass(kw_only=True)
class Credit(Aggregate):
    """How a customer settles since the last assessment; its id is the customer's."""

    settlement: str
    limit: Decimal | None
    currency: str | None
    valid_until: date | None
    note: str | None
    assessed_by: UUID
    assessed_at: datetime

    @classmethod
    def first(
        cls, customer_id: UUID, terms: Terms, *, by: UUID, at: datetime
    ) -> tuple[Credit, Change]:
        """Assess a customer for the first time (S167)."""
        credit = cls(
            id=customer_id,
            settlement=Settlement.PREPAID,
            limit=None,
            currency=None,
            valid_until=None,
            note=None,
            assessed_by=by,
            assessed_at=at,
        )
        return credit, credit.assess(terms, by=by, at=at)

    def assess(self, terms: Terms, *, by: UUID, at: datetime) -> Change:
        """Assess a customer again (S167).

        Raises:
            CreditRule: the terms do not go together.
        """
        _check(terms, business_date(at))
        self.settlement = terms.settlement
        self.limit, self.currency = terms.limit, terms.currency
        self.valid_until, self.note = terms.valid_until, terms.note
        self.assessed_by, self.assessed_at = by, at
        return Change(CreditAssessed)


def _check(terms: Terms, today: date) -> None:
    with_limit = terms.settlement is Settlement.CREDIT
    if with_limit and terms.limit is None:
        raise CreditRule.field("/limit", "Credit needs a limit.", "limit_required")
    if not with_limit and terms.limit is not None:
        raise CreditRule.field("/limit", f"{terms.settlement} has no limit.", "limit_not_allowed")
    if terms.valid_until is not None and terms.valid_until < today:
        raise CreditRule.field("/valid_until", "This day is over.", "in_the_past")
