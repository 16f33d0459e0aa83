"""The follow-up in a generated company: activities, opportunities, quotes."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from shared.events import customer
from shared.events import opportunity as events
from tests.support.generating.journal import place_of, sum_of
from tests.support.generating.parties import Parties

STAGES = ("preparation", "contact", "discovery", "proposal", "closing")


class Pursuit(Parties):
    """What is done to sell."""

    def opened_opportunity(
        self, buyer: customer.CustomerState, on: date, at: datetime | None = None
    ) -> dict[str, Any]:
        """The state of an opportunity that was just opened."""
        at = at or self.moment(on)
        state: dict[str, Any] = {
            "opportunity_id": self.id(),
            "number": None,
            "name": "生成项目",
            "customer_id": buyer.customer_id,
            "status": "open",
            "stage": STAGES[0],
            "stage_position": 1,
            "stage_since": at,
            "likelihood": "B",
            "progress": "warm",
            "kind": "new",
            "source": None,
            "expected_amount": self.random.choice((None, self.money())),
            "expected_close": None,
            "opened_at": at,
            **place_of(buyer),
        }
        self.emit(events.OpportunityOpened, state, at)
        return state

    def opportunity(self, buyer: customer.CustomerState) -> None:
        """An opportunity that went some way through the stages, to its end or not."""
        on = self.day()
        state = self.opened_opportunity(buyer, on)
        reached = self.random.randint(0, len(STAGES) - 1)
        for previous, stage in pairwise(STAGES[: reached + 1]):
            on += timedelta(days=self.random.randint(1, 30))
            state |= {"stage": stage, "stage_since": self.moment(on), "previous_stage": previous}
            state["stage_position"] += 1
            self.emit(events.OpportunityStageChanged, state, self.moment(on))
        end = self.moment(on + timedelta(days=self.random.randint(1, 30)))
        fate = self.random.choice(("open", "won", "lost", "abandoned"))
        if fate == "won":
            self.emit(events.OpportunityWon, state | {"status": fate, "reason": None}, end)
        if fate in ("lost", "abandoned"):
            lost = state | {"status": fate, "reason": "价格"}
            self.emit(events.OpportunityLost, lost, end)

    def quote(self, buyer: customer.CustomerState) -> events.QuoteState:
        """A quote that was drafted and sent."""
        on, currency = self.day(), self.currency()
        items = [self.line(currency) for _ in range(self.random.randint(1, 3))]
        lines = [{**item, "list_price": item["unit_price"]} for item in items]
        state = {
            "quote_id": self.id(),
            "number": self.number("BJ"),
            "revision": 1,
            "opportunity_id": self.id(),
            "project_number": self.number("FQ"),
            "customer_id": buyer.customer_id,
            "author_id": buyer.owner_id,
            "status": "draft",
            "chain": "contract_first",
            "lines": lines,
            "list_total": sum_of(items),
            "total": sum_of(items),
            "discount": Decimal("0"),
            "payment_terms": None,
            "payment_days": 30,
            "valid_until": on + timedelta(days=30),
            "content_hash": "生成",
            **place_of(buyer),
        }
        self.emit(events.QuoteDrafted, state, self.moment(on))
        return self.emit(events.QuoteSent, state | {"status": "sent"}, self.moment(on, 1))

    def activity(self, buyer: customer.CustomerState) -> events.ActivityLogged:
        """A visit or call."""
        on = self.day()
        state = {
            "activity_id": self.id(),
            "customer_id": buyer.customer_id,
            "opportunity_id": None,
            "kind": self.random.choice(("visit", "call")),
            "result": "advanced",
            "happened_at": self.moment(on),
            "next_contact_on": on + timedelta(days=7),
            **place_of(buyer),
        }
        return self.emit(events.ActivityLogged, state, self.moment(on))
