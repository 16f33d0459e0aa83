"""Ids of nothing, and parameters of paths and queries that are none."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

from tests.integration.robustness.corpus.tally import Tally, operation
from tests.support.bad_input import Case, address_cases, query_cases

#: Reads by id, and lists with filters, sorting and pages.
READS = (
    ("customer", "GET /v1/customers/{customer_id}"),
    ("customer", "GET /v1/customers"),
    ("opportunity", "GET /v1/opportunities"),
    ("order", "GET /v1/orders"),
    ("order", "GET /v1/receipts"),
    ("analytics", "GET /v1/reports/ageing"),
)
#: What names something that is not there.
ABSENT = (
    ("customer", "/v1/customers/{id}"),
    ("customer", "/v1/staff/{id}"),
    ("customer", "/v1/units/{id}"),
    ("customer", "/v1/customers/{id}/contacts"),
    ("opportunity", "/v1/opportunities/{id}"),
    ("opportunity", "/v1/quotes/{id}"),
    ("opportunity", "/v1/price-lists/{id}/prices"),
    ("order", "/v1/orders/{id}"),
    ("order", "/v1/invoices/{id}"),
    ("order", "/v1/receipts/{id}"),
    ("order", "/v1/prepayments/{id}/movements"),
    ("order", "/v1/sales-history/imports/{id}"),
)
#: Ids that are those of nobody, though each is one.
IDS = (
    "00000000-0000-0000-0000-000000000000",
    "ffffffff-ffff-ffff-ffff-ffffffffffff",
)
#: A parameter that is sent once, sent twice.
TWICE = (
    ("customer", "/v1/customers?page_size=1&page_size=2"),
    ("customer", "/v1/customers?sort=name&sort=-name"),
    ("customer", "/v1/customers?q=a&q=b"),
    ("order", "/v1/orders?status=placed&status=closed"),
    ("analytics", "/v1/reports/ageing?limit=1&limit=2"),
    ("analytics", "/v1/reports/cube?measure=orders&by=region&by=product&measure=sales"),
)
#: What no text is.
UNREADABLE = (
    *("q=%00", "q=%ff", "q=%F0%9F%92", "q=%C0%80", "q=%ED%BF%BF", "q=%F8%88%80%80%80", "q=%80"),
    *("page_token=%00", "sort%00=name", "%ff=1", "q=%F4%90%80%80", "q=a%00b", "q=%E4%BD"),
)


async def run(tally: Tally) -> None:
    """What addresses nothing, or cannot be read."""
    for service, name in READS:
        world = tally.worlds[service]
        asked = operation(world, name)
        cases = (*address_cases(asked, world.known), *query_cases(asked, world.known))
        await tally.refuse(service, cases)
    for service, path in ABSENT:
        await tally.refuse(service, (_read(path.format(id=each), {404}) for each in _ids()))
    for service, path in TWICE:
        await tally.refuse(service, [_read(path, {422})])
    unreadable = (_read(f"/v1/customers?{each}", {400}) for each in UNREADABLE)
    await tally.refuse("customer", unreadable)


def _ids() -> Iterator[str]:
    yield from IDS
    yield str(uuid4())


def _read(path: str, statuses: set[int]) -> Case:
    return Case("address", path[-40:], "GET", path, (), None, frozenset(statuses))
