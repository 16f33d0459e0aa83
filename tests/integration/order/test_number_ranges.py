"""Every numbered document of a branch takes its number from the branch's range (S226)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import httpx
import pytest

from services.order.history.importing import KIND
from services.order.receipts.service import SERIES as RECEIPTS
from shared.domain.actor import SYSTEM
from shared.domain.clock import business_date, now
from shared.domain.ids import new_id
from shared.imports.runner import ImportRunner
from shared.numbering.numbers import next_numbers
from tests.support.fulfilment import (
    ACCOUNTANT,
    STOREKEEPER,
    checked_invoice,
    drafted_delivery,
    drafted_invoice,
    shipped,
)
from tests.support.numbering import YEAR, beside, in_force, path_of, span, try_to_adopt
from tests.support.opportunity import deliver, money, succeeded
from tests.support.order import SELLER, Body, customer, line, product, read, send
from tests.support.portal import buyer, item
from tests.support.quotes import quote
from tests.support.services import ServiceUnderTest

Make = Callable[[ServiceUnderTest, str], Awaitable[httpx.Response]]


async def _by_somebody_of(
    service: ServiceUnderTest, branch: str, path: str, body: Body
) -> httpx.Response:
    async with service.client(SELLER, branch=branch) as client:
        return await client.post(f"/v1/{path}", json=body)


async def contract(service: ServiceUnderTest, branch: str) -> httpx.Response:
    """A contract that somebody of a branch drafts."""
    body = {
        "title": "年度供货合同",
        "customer_id": str(await customer(service)),
        "lines": [line(await product(service))],
    }
    return await _by_somebody_of(service, branch, "contracts", body)


async def order_of(service: ServiceUnderTest, branch: str) -> httpx.Response:
    """An order that somebody of a branch places."""
    lines = [line(await product(service))]
    body = {"customer_id": str(await customer(service)), "lines": lines}
    return await _by_somebody_of(service, branch, "orders", body)


async def expense(service: ServiceUnderTest, branch: str) -> httpx.Response:
    """An expense that somebody of a branch asks for."""
    body = {"category": "marketing", "payee": "展览公司", "purpose": "展位"}
    return await _by_somebody_of(service, branch, "expenses", body | {"amount": money("10.00")})


async def _direct(service: ServiceUnderTest, branch: str) -> Body:
    buyer_id = await customer(service, branch=branch)
    return {"customer_id": str(buyer_id), "lines": [line(await product(service))]}


async def delivery(service: ServiceUnderTest, branch: str) -> httpx.Response:
    """A delivery to a customer of a branch."""
    direct = await _direct(service, branch)
    return await send(service, STOREKEEPER, "deliveries", {"direct": direct})


async def invoice(service: ServiceUnderTest, branch: str) -> httpx.Response:
    """An invoice that is issued to a customer of a branch."""
    direct = await _direct(service, branch)
    sent = await shipped(service, await drafted_delivery(service, direct=direct))
    seen = await checked_invoice(service, await drafted_invoice(service, sent))
    path, key = f"invoices/{seen['id']}/issue", str(new_id())
    return await send(service, ACCOUNTANT, path, seen=seen, key=key)


async def receipt(service: ServiceUnderTest, branch: str) -> httpx.Response:
    """Money of a customer of a branch."""
    body = {
        "customer_id": str(await customer(service, branch=branch)),
        "amount": money("10.00"),
        "method": "cash",
        "received_on": business_date(now()).isoformat(),
    }
    return await send(service, ACCOUNTANT, "receipts", body, key=str(new_id()))


#: Each kind, how its numbers begin, and how many digits the serial has.
KINDS: dict[str, tuple[Make, str, int]] = {
    "contract": (contract, "HT", 6),
    "order": (order_of, "SO", 8),
    "expense": (expense, "FY", 6),
    "delivery": (delivery, "FH", 8),
    "invoice": (invoice, "FP", 8),
    "receipt": (receipt, "SK", 8),
}
each_kind = pytest.mark.parametrize("kind", KINDS)


async def give(service: ServiceUnderTest, kind: str, *branches: Body) -> httpx.Response:
    """Give branches a range beside those there are; what the others share lies below all."""
    found = beside(await in_force(service, kind), *branches)
    others = None if kind == "order" else span(1, 499_999)
    return await try_to_adopt(service, kind, found | {"others": others})


async def number_of(service: ServiceUnderTest, kind: str, branch: str) -> str:
    """The number of a new document of a branch."""
    return str(succeeded(await KINDS[kind][0](service, branch))["number"])


def number(kind: str, serial: int) -> str:
    """A number of this year."""
    _, prefix, digits = KINDS[kind]
    return f"{prefix}{YEAR}{serial:0{digits}d}"


@each_kind
async def test_a_branch_has_its_own_numbers_and_never_leaves_its_range(
    order: ServiceUnderTest, kind: str
) -> None:
    """S226: two branches side by side; a range that is used up is named, refuses, and can be made
    longer."""
    shared = await number_of(order, kind, "上海")
    one, other = f"西安 {kind}", f"兰州 {kind}"
    succeeded(await give(order, kind, span(600_001, 600_001, one), span(600_002, 600_009, other)))
    assert await number_of(order, kind, one) == number(kind, 600_001)
    for _ in range(2):
        refused = (await KINDS[kind][0](order, one)).json()
        assert (refused["status"], refused["code"]) == (409, "number_range_exhausted")
        assert (refused["branch"], refused["series"]) == (one, kind)
        assert f"600001 to 600001 of {one}" in refused["detail"]
    assert await number_of(order, kind, other) == number(kind, 600_002)
    following = await number_of(order, kind, "上海")
    assert (len(following), following > shared) == (len(shared), True)
    assert following < number(kind, 500_000) or kind == "order"
    succeeded(await give(order, kind, span(599_001, 600_001, one)))
    assert (await KINDS[kind][0](order, one)).status_code == 409
    succeeded(await give(order, kind, span(600_002, 600_003, other)))
    assert await number_of(order, kind, other) == number(kind, 600_003)


@each_kind
async def test_what_was_issued_stays_in_its_range(order: ServiceUnderTest, kind: str) -> None:
    """S226: a range neither shrinks below what was issued, nor begins above it, nor goes."""
    others, branch = await in_force(order, kind), f"成都 {kind}"
    succeeded(await give(order, kind, span(710_001, 710_009, branch)))
    for _ in range(2):
        await number_of(order, kind, branch)
    before = await in_force(order, kind)
    for smaller in (span(710_001, 710_001, branch), span(710_002, 710_009, branch)):
        refused = await give(order, kind, smaller)
        assert (refused.status_code, refused.json()["code"]) == (409, "serials_issued")
    refused = await try_to_adopt(order, kind, beside(others) | {"others": before["others"]})
    assert (refused.status_code, refused.json()["branch"]) == (409, branch)
    assert await in_force(order, kind) == before
    succeeded(await give(order, kind, span(710_001, 710_002, branch)))


@each_kind
@pytest.mark.parametrize("first", [799_999, 800_005, 1])
async def test_ranges_that_overlap_change_nothing(
    order: ServiceUnderTest, kind: str, first: int
) -> None:
    """S226: with a branch's, or with what the others share."""
    one = span(800_001, 800_009, "武汉")
    other = span(first, 800_001 if first < 800_001 else first, "南京")
    before = await in_force(order, kind)
    refused = await give(order, kind, one, other)
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_ranges")
    assert await in_force(order, kind) == before


async def test_a_series_needs_what_its_others_share(order: ServiceUnderTest) -> None:
    """S226: orders of other branches share a sequence, all else a range."""
    for kind, others in (("order", span(1, 9)), ("contract", None)):
        before = await in_force(order, kind)
        refused = await try_to_adopt(order, kind, beside(before) | {"others": others})
        assert (refused.status_code, refused.json()["code"]) == (422, "invalid_ranges")
        assert await in_force(order, kind) == before
    assert (await in_force(order, "order"))["others"] is None


@each_kind
async def test_the_heads_and_the_administrator_set_ranges_and_the_house_knows_them(
    order: ServiceUnderTest, kind: str
) -> None:
    """S214, S226: and only what was seen is replaced."""
    before = await in_force(order, kind)
    same = beside(before)
    for role in ("sales_manager", "finance", "executive"):
        assert (await try_to_adopt(order, kind, same, role=role)).status_code == 403
    stale = await try_to_adopt(order, kind, same, version='"v9999"')
    assert (stale.status_code, stale.json()["code"]) == (412, "stale_version")
    async with order.client("administrator") as client:
        blind = await client.put(path_of(order, kind), json=same)
    assert blind.status_code == 428
    async with order.anonymous() as client:
        assert (await client.get(path_of(order, kind))).status_code == 401
    assert await in_force(order, kind) == before


@pytest.mark.parametrize(
    "series", ["customer", "project", "voucher", "Order", "%E8%AE%A2%E5%8D%95"]
)
async def test_what_is_not_numbered_here_is_not_found(order: ServiceUnderTest, series: str) -> None:
    """S226: nor what is numbered elsewhere."""
    async with order.client("administrator") as client:
        read_it = await client.get(path_of(order, series))
    adopt_it = await try_to_adopt(order, series, {"branches": [], "others": span(1, 9)})
    for answer in (read_it, adopt_it):
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_a_deal_from_a_quote_is_numbered_where_it_belongs(order: ServiceUnderTest) -> None:
    """S101, S226: contract and order of an accepted quote."""
    for kind in ("contract", "order"):
        succeeded(await give(order, kind, span(910_001, 910_009, "重庆")))
    buyer_id = await customer(order)
    for chain, path, kind in (
        ("contract_first", "contracts", "contract"),
        ("ordinary", "orders", "order"),
    ):
        accepted = quote(buyer_id, chain=chain, branch="重庆")
        await deliver(order, accepted, accepted.quote_id)
        (found,) = (await read(order, f"{path}?customer_id={buyer_id}"))["items"]
        assert found["number"] == number(kind, 910_001)


async def test_an_order_from_the_portal_is_numbered_where_the_customer_is(
    order: ServiceUnderTest,
) -> None:
    """S25, S226."""
    succeeded(await give(order, "order", span(920_001, 920_009, "昆明")))
    someone = await buyer(order, await customer(order, branch="昆明"))
    placed = await someone.submit(await someone.draft(item(await product(order))))
    assert placed["number"] == number("order", 920_001)


async def test_a_customer_learns_nothing_of_a_range_that_is_used_up(
    order: ServiceUnderTest,
) -> None:
    """S25, S226: the draft stays, and becomes an order when there are numbers again."""
    succeeded(await give(order, "order", span(921_001, 921_001, "丽江")))
    someone = await buyer(order, await customer(order, branch="丽江"))
    listed = item(await product(order))
    await someone.submit(await someone.draft(listed))
    draft = await someone.draft(listed)
    refused = await someone.try_to_submit(draft)
    assert (refused.status_code, refused.json()["code"]) == (409, "no_orders_now")
    assert not any(word in refused.text for word in ("丽江", "921", "range"))
    succeeded(await give(order, "order", span(921_001, 921_002, "丽江")))
    assert (await someone.submit(draft))["number"] == number("order", 921_002)


async def test_a_branch_with_a_new_name_goes_on_behind_the_old_one(order: ServiceUnderTest) -> None:
    """S226: a range belongs to a name; the old one keeps what it issued, the new one has the
    rest."""
    succeeded(await give(order, "invoice", span(925_001, 925_009, "西藏")))
    assert await number_of(order, "invoice", "西藏") == number("invoice", 925_001)
    renamed = span(925_001, 925_001, "西藏"), span(925_002, 925_009, "拉萨")
    succeeded(await give(order, "invoice", *renamed))
    assert await number_of(order, "invoice", "拉萨") == number("invoice", 925_002)


async def test_history_of_this_year_is_numbered_by_branch_and_older_history_as_it_was(
    order: ServiceUnderTest,
) -> None:
    """S223, S226: before there were ranges, all shared one."""
    branches, keys, code = ["长沙", "上海", "长沙"], [], f"CD{new_id().hex}"
    await product(order, code=code)
    for kind in ("delivery", "invoice", "receipt"):
        succeeded(await give(order, kind, span(930_001, 930_009, "长沙")))
    for branch in branches:
        keys.append(f"X{new_id().hex}")
        await customer(order, None, external_id=keys[-1], branch=branch)
    today = business_date(now())
    days = (today, today.replace(year=1999, day=1))
    rows = [f"{key},{day},{code},1,9.00" for key in keys for day in days]
    content = "\n".join(["customer,date,product,quantity,amount", *rows]).encode()
    async with order.client("finance") as client:
        files = {"file": ("sales.csv", content)}
        succeeded(await client.post("/v1/sales-history/imports", files=files))
    await ImportRunner(order.db, [KIND]).work()
    for kind, path in (
        ("delivery", "deliveries"),
        ("invoice", "invoices"),
        ("receipt", "receipts"),
    ):
        made = (await read(order, f"{path}?sort=-created&page_size=6"))["items"]
        found = sorted(each["number"] for each in made)
        ours = [number(kind, serial) for serial in (930_001, 930_002)]
        assert [each for each in found if each[2:4] == YEAR][1:] == ours
        assert found[0][2:4] == YEAR
        prefix, digits = KINDS[kind][1:]
        old = [f"{prefix}99{serial:0{digits}d}" for serial in (1, 2, 3)]
        assert [each for each in found if each[2:4] == "99"] == old


@each_kind
async def test_documents_at_once_get_numbers_without_gap_or_double(
    order: ServiceUnderTest, kind: str
) -> None:
    """S226."""
    succeeded(await give(order, kind, span(940_001, 940_099, "青岛")))
    taken = await asyncio.gather(*(number_of(order, kind, "青岛") for _ in range(6)))
    assert sorted(taken) == [number(kind, 940_001 + place) for place in range(6)]


@pytest.mark.parametrize("kind", ["order", "receipt"])
async def test_a_range_is_narrowed_while_numbers_are_taken(
    order: ServiceUnderTest, kind: str
) -> None:
    """S226: whoever comes second, no number lies outside of the range in force."""
    succeeded(await give(order, kind, span(950_001, 950_099, "大连")))
    narrow = give(order, kind, span(950_001, 950_002, "大连"))
    *made, answer = await asyncio.gather(*(KINDS[kind][0](order, "大连") for _ in range(5)), narrow)
    held = next(
        each for each in (await in_force(order, kind))["branches"] if each["branch"] == "大连"
    )
    taken = [each.json()["number"] for each in made if each.is_success]
    assert sorted(taken) == [number(kind, 950_001 + place) for place in range(len(taken))]
    assert max(taken) <= number(kind, held["last"])
    assert {each.status_code for each in made} <= {201, 409}
    assert (answer.status_code, held["last"]) in ((200, 950_002), (409, 950_099))


async def test_of_two_who_adopt_at_once_one_has_seen_something_else(
    order: ServiceUnderTest,
) -> None:
    """S226: a second person never overwrites what the first has just put in force."""
    found = await in_force(order, "expense")
    shared = {"others": span(1, 499_999)}
    tries = [
        try_to_adopt(
            order,
            "expense",
            beside(found, span(960_001 + place * 10, 960_009 + place * 10, f"分公司{place}"))
            | shared,
            version=f'"v{found["version"]}"',
        )
        for place in range(4)
    ]
    answers = await asyncio.gather(*tries)
    assert sorted(each.status_code for each in answers) == [200, 412, 412, 412]
    assert (await in_force(order, "expense"))["version"] == found["version"] + 1


async def test_each_version_is_told_with_all_ranges_and_audited(order: ServiceUnderTest) -> None:
    """S226, S214: who gave whom which numbers."""
    succeeded(await give(order, "receipt", span(970_001, 970_009, "太原")))
    found = await in_force(order, "receipt")
    told = [
        each
        for each in await order.published("crm.order.number_ranges.adopted.v1")
        if each["data"]["series"] == "receipt"
    ]
    assert [each["aggregate_version"] for each in told] == list(range(1, found["version"] + 1))
    assert told[-1]["data"]["branches"] == found["branches"]
    assert told[-1]["data"]["others"] == found["others"]
    path = f"/v1/audit/order?object_id={told[-1]['aggregate_id']}"
    async with order.client("administrator") as client:
        entries = succeeded(await client.get(path))["items"]
    assert len(entries) == found["version"]


async def test_who_narrows_a_range_waits_for_the_documents_being_written(
    order: ServiceUnderTest,
) -> None:
    """S226: and then sees their numbers."""
    succeeded(await give(order, "receipt", span(980_001, 980_009, "贵阳")))
    async with order.db.transaction(SYSTEM) as uow:
        taken = await next_numbers(uow.conn, RECEIPTS, ["贵阳", "贵阳"], uow.now)
        narrowing = asyncio.create_task(give(order, "receipt", span(980_001, 980_001, "贵阳")))
        await asyncio.sleep(0.5)
        assert not narrowing.done()
    refused = await narrowing
    assert taken == [number("receipt", serial) for serial in (980_001, 980_002)]
    assert (refused.status_code, refused.json()["code"]) == (409, "serials_issued")
