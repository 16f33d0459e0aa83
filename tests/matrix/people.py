"""The people of the matrix: somebody who asks, and the owners of what is asked for, each in another
relation to the one who asks."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from shared.domain.ids import new_id
from shared.events.customer import CustomerCreated, CustomerOwnerChanged
from shared.events.organisation import DeputyAppointed, UnitOpened
from shared.events.staff import StaffHired
from tests.matrix.oracle.relations import Relation
from tests.support.documents import attached
from tests.support.opportunity import customer_state, deliver, succeeded, today
from tests.support.services import ServiceUnderTest

Body = dict[str, Any]
#: The names under which they sign in.
ASKER, CHIEF = "asker", "chief"

#: The company: what a unit is, and the one it is below.
UNITS = {
    "HQ": ("company", None),
    "EAST": ("region", "HQ"),
    "SH": ("branch", "EAST"),
    "SALES": ("department", "SH"),
    "VALVES": ("team", "SALES"),
    "PUMPS": ("team", "SALES"),
    "EXPORT": ("department", "SH"),
    "ASIA": ("team", "EXPORT"),
}
#: Where people work: the owner in each relation to the one who asks, and who asks.
HOME = "VALVES"
WORKPLACES = {
    Relation.OWN: HOME,
    Relation.TEAM: HOME,
    Relation.DEPARTMENT: "PUMPS",
    Relation.ELSEWHERE: "ASIA",
    Relation.PRINCIPAL: "ASIA",
    Relation.FORMER_PRINCIPAL: "ASIA",
    Relation.SUCCESSOR: "ASIA",
}


def name_of(relation: Relation) -> str:
    """The name of the owner in a relation, under which they sign in."""
    return ASKER if relation is Relation.OWN else relation.name.lower()


async def settle_in(service: ServiceUnderTest) -> dict[Relation, UUID]:
    """Tell a service, by events, of the company and of everybody in it; return the owners."""
    units: dict[str, UUID] = {}
    for code in UNITS:
        units[code] = await _opened(service, code, units)
    owners = {}
    for relation, code in WORKPLACES.items():
        owners[relation] = await _hired(service, name_of(relation), code, units)
    await _hired(service, CHIEF, "HQ", units)
    asker = service.people[ASKER]
    await _appointed(service, owners[Relation.PRINCIPAL], asker, today(-7), today(7))
    await _appointed(service, owners[Relation.FORMER_PRINCIPAL], asker, today(-30), today(-1))
    return owners


async def arrived(service: ServiceUnderTest, name: str, owner: UUID) -> Body:
    """Tell a service, by an event, of a customer; return what it says."""
    customer_id = new_id()
    state = customer_state(customer_id, name=f"客户{name}", owner_id=owner)
    await deliver(service, CustomerCreated(**state), customer_id)
    return state


async def filed(service: ServiceUnderTest, role: str, owner: str, object_id: str) -> Body:
    """What is known of a document that the owner attached to the first kind of object that has
    documents."""
    name = service.service.name
    object_type = "contract" if name == "order" else name
    async with service.client(role, name=owner) as client:
        document = await attached(client, f"/v1/documents/{name}", object_type, object_id)
    return {"object_type": object_type, "object_id": object_id, "document_id": document["id"]}


async def sent_file(service: ServiceUnderTest, role: str, owner: str, path: str) -> Body:
    """What is known of an import whose file the owner sent."""
    file = {"file": ("客户.csv", "name\n一家公司\n".encode())}
    async with service.client(role, name=owner) as client:
        return {"import_id": succeeded(await client.post(path, files=file))["id"]}


async def handed_over(service: ServiceUnderTest, customer: Body, to: UUID) -> None:
    """Tell a service, by an event, of a customer's new owner."""
    state = customer | {"owner_id": to, "previous_owner_id": customer["owner_id"]}
    await deliver(service, CustomerOwnerChanged(**state), customer["customer_id"], 2)


def path_of(code: str) -> str:
    """The codes from the company down."""
    above = UNITS[code][1]
    return f"{path_of(above) if above else ''}{code}/"


async def _opened(service: ServiceUnderTest, code: str, units: dict[str, UUID]) -> UUID:
    kind, above = UNITS[code]
    opened = UnitOpened(
        unit_id=new_id(),
        code=code,
        name=code,
        kind=kind,
        parent_id=units[above] if above else None,
        manager_id=None,
        path=path_of(code),
        status="open",
    )
    await deliver(service, opened, opened.unit_id)
    return opened.unit_id


async def _hired(service: ServiceUnderTest, name: str, code: str, units: dict[str, UUID]) -> UUID:
    person = service.people.setdefault(name, new_id())
    hired = StaffHired(
        staff_id=person,
        name=name,
        roles=("account_manager",),
        department=code,
        branch="SH",
        status="active",
        unit_id=units[code],
        unit_path=path_of(code),
    )
    await deliver(service, hired, person)
    return person


async def _appointed(
    service: ServiceUnderTest, principal: UUID, deputy: UUID, first: date, last: date
) -> None:
    appointed = DeputyAppointed(
        deputyship_id=new_id(),
        principal_id=principal,
        deputy_id=deputy,
        starts_on=first,
        ends_on=last,
        status="appointed",
    )
    await deliver(service, appointed, appointed.deputyship_id)
