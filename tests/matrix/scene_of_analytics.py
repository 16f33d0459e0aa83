"""The analytics service with facts of every owner; and, for each distance that people see, the same
service with the facts of only those owners in it: what it answers there to somebody who sees
everything is what it has to answer here to somebody who sees that far."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from services.analytics.consumers import CONSUMER
from shared.events.customer import CustomerOwnerChanged, CustomerState
from shared.events.envelope import Envelope
from shared.events.staff import StaffHired
from shared.inbox.inbox import Inbox
from tests.conftest import Launch
from tests.matrix.oracle.relations import SEEN, Relation
from tests.matrix.oracle.words import NARROW
from tests.matrix.people import name_of, settle_in
from tests.matrix.scene import Scene, Thing
from tests.support.feeding import Feed
from tests.support.generated import trading_company
from tests.support.services import ServiceUnderTest

_CHAINS = 6
#: What the reports are asked, besides what each answers of itself.
_BY = ("customer", "owner", "department,month", "")
_MEASURES = ("sales", "orders", "deliveries", "receipts", "receivables", "contracts")
_KINDS = ("industry", "region", "level", "source", "status", "department", "branch", "owner")
QUERIES = {
    "cube": [{"measure": each, "by": by} for each in _MEASURES for by in _BY],
    "cube.csv": [{"measure": each, "by": "customer"} for each in _MEASURES],
    "composition": [{"by": each} for each in _KINDS],
    "ageing": [{"by": "customer"}, {"by": "owner", "on": "2025-12-31"}, {}],
    "inactive-customers": [{"traded": "true"}, {"traded": "false"}],
}


class Company:
    """What happened with the customers of each owner, as events."""

    def __init__(self, owners: dict[Relation, UUID]) -> None:
        self.owners = owners
        self.world = trading_company(customers=0, chains=0)
        self.common = self.world.envelopes()
        self.of: dict[Relation, list[Envelope]] = {}
        self.customers: dict[Relation, CustomerState] = {}
        for relation in Relation:
            told = len(self.world.events)
            self.customers[relation] = self._deal(relation)
            self.of[relation] = self.world.events[told:]

    def _deal(self, relation: Relation) -> CustomerState:
        former = Relation.OWN if relation is Relation.SUCCESSOR else relation
        buyer = self._customer(former)
        if former is not relation:
            buyer = self._taken_over(buyer, self.owners[relation])
        for _ in range(_CHAINS):
            self.world.chain(buyer)
        self.world.contract(buyer)
        self.world.opportunity(buyer)
        self.world.quote(buyer)
        self.world.activity(buyer)
        return buyer

    def _customer(self, relation: Relation) -> CustomerState:
        self.world.staff = [
            StaffHired(
                staff_id=self.owners[relation],
                name=name_of(relation),
                roles=("account_manager",),
                department="SALES",
                branch="SH",
                status="active",
            )
        ]
        return self.world.customer()

    def _taken_over(self, buyer: CustomerState, by: UUID) -> CustomerState:
        state = buyer.model_dump() | {"owner_id": by, "previous_owner_id": buyer.owner_id}
        at = buyer.created_at + timedelta(hours=1)
        return self.world.emit(CustomerOwnerChanged, state, at)

    async def tell(self, service: ServiceUnderTest, relations: Collection[Relation]) -> None:
        """Feed a service with what happened with the customers of some owners."""
        found = [*self.common, *(each for relation in relations for each in self.of[relation])]
        feed = Feed(Inbox(service.db, CONSUMER))
        await feed.send_by_topic(sorted(found, key=lambda each: each.time))


async def furnish(launch: Launch) -> Scene:
    """Feed a service with what happened with the customers of every owner, and its mirrors with
    what is seen of it."""
    service = await launch("analytics")
    company = Company(await settle_in(service))
    await company.tell(service, list(Relation))
    mirrors = {}
    for reach in NARROW.values():
        mirrors[reach] = await launch("analytics")
        mirrors[reach].people.update(service.people)
        await settle_in(mirrors[reach])
        await company.tell(mirrors[reach], SEEN[reach])
    things = {
        relation: Thing(
            {"customer_id": str(buyer.customer_id)}, {str(buyer.customer_id), buyer.name}
        )
        for relation, buyer in company.customers.items()
    }
    return Scene(service, things, queries=QUERIES, mirrors=mirrors)
