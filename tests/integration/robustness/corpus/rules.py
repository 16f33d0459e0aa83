"""What the rules of the business do not allow although every field is well formed: more than there
is, what belongs to others, what one may not do oneself, and what would go round in circles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import uuid4

from tests.integration.robustness.corpus.machines import order as documents
from tests.integration.robustness.corpus.machines.machine import Json
from tests.integration.robustness.corpus.tally import Tally, key
from tests.integration.robustness.corpus.trade import Broken, goods_rules, money_rules
from tests.integration.robustness.worlds import World
from tests.support import order
from tests.support.bad_input import Case, encoded
from tests.support.opportunity import succeeded


async def run(tally: Tally) -> None:
    """Each rule broken, where nothing else is wrong."""
    await tally.refuse("order", _cases("money", await money_rules(tally.worlds["order"])))
    await tally.refuse("order", _cases("goods", await goods_rules(tally.worlds["order"])))
    await tally.refuse("order", _cases("self", await _own(tally.worlds["order"])))
    await tally.refuse("customer", _cases("people", await _people(tally.worlds["customer"])))


def _cases(kind: str, broken: Iterable[Broken]) -> Iterator[Case]:
    for number, (name, path, body, code) in enumerate(broken):
        method, _, address = path.rpartition(" ")
        headers = (("content-type", "application/json"), ("if-match", "*"), key())
        yield Case(
            kind,
            f"{number} {name}",
            method or "POST",
            f"/v1/{address}",
            headers,
            None if body is None else encoded(body),
            frozenset({403, 409, 422}),
            codes=frozenset({code}),
        )


async def _own(world: World) -> list[Broken]:
    """Whatever everybody wrote, they want to approve themselves."""
    product = order.line(await order.product(world.service))
    customer = {"customer_id": str(await order.customer(world.service))}
    approved = await documents.approved(world)
    shipped = await documents.shipped(world)
    async with world.client() as client:

        async def made(path: str, body: Json) -> str:
            return str(succeeded(await client.post(f"/v1/{path}", json=body))["id"])

        placed = await made("orders", customer | {"lines": [product]})
        delivery = await made("deliveries", {"order_ids": [approved["id"]]})
        invoice = await made("invoices", {"delivery_ids": [shipped["id"]]})
        contract = await made("contracts", customer | {"title": "测试", "lines": [product]})
        submitted = await client.post(f"/v1/contracts/{contract}/submit", headers={"If-Match": "*"})
        assert submitted.is_success, submitted.text
    sign = {"department": "sales", "verdict": "agree"}
    return [
        ("order", f"orders/{placed}/approve", None, "own_order"),
        ("delivery", f"deliveries/{delivery}/check", None, "second_person_required"),
        ("invoice", f"invoices/{invoice}/check", None, "second_person_required"),
        ("contract", f"contracts/{contract}/countersign", sign, "own_contract"),
    ]


async def _people(world: World) -> list[Broken]:
    known, serial = world.known, uuid4().hex[:8]
    root = {"parent_id": known["parent_id"], "kind": "branch"}
    async with world.client() as client:

        async def opened(**body: Any) -> Json:
            return succeeded(await client.post("/v1/units", json=body))

        upper = await opened(**root, code=f"U{serial}", name=f"上{serial}")
        lower = await opened(
            parent_id=upper["id"], kind="department", code=f"L{serial}", name=f"下{serial}"
        )
        person = {"login": f"r{serial}", "name": "规则员工", "roles": ["finance"]}
        hired = succeeded(await client.post("/v1/staff", json=person))
    days = {"starts_on": "2100-02-01", "ends_on": "2100-02-02"}
    same = {"principal_id": hired["id"], "deputy_id": hired["id"]}
    to_self = {"from_owner_id": hired["id"], "to_owner_id": hired["id"]}
    return [
        (
            "a unit below itself",
            f"units/{upper['id']}/move",
            {"parent_id": upper["id"]},
            "misplaced_unit",
        ),
        (
            "a unit below its own part",
            f"units/{upper['id']}/move",
            {"parent_id": lower["id"]},
            "misplaced_unit",
        ),
        (
            "the root below a part",
            f"units/{known['parent_id']}/move",
            {"parent_id": lower["id"]},
            "the_company",
        ),
        ("a unit that is not empty", f"units/{upper['id']}/close", None, "unit_in_use"),
        (
            "a code that is taken",
            "units",
            {**root, "code": f"U{serial}", "name": "别名"},
            "unit_code_taken",
        ),
        ("a login that is taken", "staff", person, "login_taken"),
        ("one's own deputy", "deputies", same | days, "deputy_rule"),
        (
            "a successor who is the same",
            f"staff/{hired['id']}/leave",
            {"successor_id": hired["id"]},
            "invalid",
        ),
        ("a hand-over to the same", "handovers", to_self, "invalid"),
        (
            "a role that is there already",
            "roles",
            {"code": "finance", "name": "X", "name_zh": "甲"},
            "role_code_taken",
        ),
        (
            "a customer's role for staff",
            "staff",
            person | {"login": f"q{serial}", "roles": ["customer_portal"]},
            "not_for_staff",
        ),
    ]
