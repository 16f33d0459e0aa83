"""A search finds the same however PostgreSQL is asked for it."""

from __future__ import annotations

import math
import random
from datetime import UTC, datetime
from importlib import import_module
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest
import sqlalchemy as sa

from services.customer.customers import pinyin, repository
from services.customer.customers.approval import customers
from services.customer.customers.commonness import Commonness, Hint, Since
from services.customer.customers.periods import periods, periods_since
from shared.bus.postgres import PostgresBus
from tests.bench import company
from tests.conftest import Launch
from tests.support.services import ServiceUnderTest, token_keys

COUNT = 60
NAMES = [f"{'鑫辉' if number % 4 == 0 else '恒通'}第{number:03}商行" for number in range(COUNT)]
WANTED = [name for name in reversed(NAMES) if name.startswith("鑫辉")]


@pytest.fixture(scope="module")
async def entered(customer: ServiceUnderTest) -> list[UUID]:
    """The ids of the customers, oldest first."""
    async with customer.client("account_manager") as client:
        ids = []
        for name in NAMES:
            body = {"name": name, "accept_duplicates": True}
            ids.append(UUID((await client.post("/v1/customers", json=body)).json()["id"]))
    return ids


async def walk(client: httpx.AsyncClient, **filters: Any) -> list[str]:
    """The names on all pages of seven."""
    found, token = [], None
    while True:
        page = {**filters, "page_size": 7} | ({"page_token": token} if token else {})
        answer = (await client.get("/v1/customers", params=page)).json()
        found += [each["name"] for each in answer["items"]]
        if not (token := answer.get("next_page_token")):
            return found


@pytest.mark.parametrize("few", [True, False])
@pytest.mark.parametrize("at_once", [None, 1, 250])
@pytest.mark.parametrize("newest", [None, 0, 20, 40, 59])
@pytest.mark.parametrize("one_by_one", [0, math.inf])
async def test_every_way_finds_the_same(
    customer: ServiceUnderTest,
    entered: list[UUID],
    monkeypatch: pytest.MonkeyPatch,
    few: bool,
    at_once: int | None,
    newest: int | None,
    one_by_one: float,
) -> None:
    """S02: gathered or in order, with a page among the newest, by ids or periods, or without one,
    those of a rare term at once, in every order."""
    since = None if newest is None else Since(entered[newest], entered[-1])

    async def hint(self: Commonness, conn: Any, pieces: Any, wanted: int) -> Hint:
        return Hint(sorted(pieces), few, newest=wanted, rare=at_once is not None)

    monkeypatch.setattr("services.customer.customers.repository._FOUND_AT_ONCE", at_once)
    monkeypatch.setattr("services.customer.customers.repository._READ_ONE_BY_ONE", one_by_one)
    monkeypatch.setattr(Commonness, "hint", hint)
    monkeypatch.setattr(Commonness, "since", lambda self, newest, before=None: since)
    async with customer.client("account_manager") as client:
        assert await walk(client, q="鑫辉") == WANTED
        assert await walk(client, q="鑫辉", sort="created") == WANTED[::-1]
        assert await walk(client, q="xinhui", sort="name") == sorted(WANTED)
        assert await walk(client, q="鑫辉", status="prospect") == WANTED
        assert await walk(client, q="鑫辉第05") == ["鑫辉第056商行", "鑫辉第052商行"]
        assert await walk(client, q="魑魅") == []


async def test_the_statistics_are_read(customer: ServiceUnderTest, entered: list[UUID]) -> None:
    """S02: with the rights the service has; a piece of every name is not worth gathering."""
    owner = await asyncpg.connect(customer.owner_dsn)
    await owner.execute("ANALYZE customer")
    await owner.close()
    async with customer.db.reading() as conn:
        commonness = Commonness()
        hint = await commonness.hint(conn, {"商行", "第0"}, 1)
        assert len(hint.telling) == 1
        since = commonness.since(hint.newest)
        assert since is not None
        assert entered[40] <= since.id <= entered[-1] == since.counted
        assert set(periods(entered[-1])) & set(since.periods())
        rare = await commonness.hint(conn, {"商行", "魑魅"}, 1)
    assert rare.telling == ["魑魅"]


@pytest.mark.parametrize("side", ["create_app", "create_worker"])
def test_no_request_waits_for_the_dictionaries(customer: ServiceUnderTest, side: str) -> None:
    """S01: half a second, at the start of the processes that need them."""
    dictionaries = (pinyin._phrases, pinyin._characters, pinyin._longest)
    for each in dictionaries:
        each.cache_clear()
    settings = customer.app.state.context.settings
    bus = PostgresBus(customer.owner_dsn)
    parts: Any = (bus, customer.db) if side == "create_worker" else (customer.db, token_keys)
    getattr(import_module(f"services.customer.{side.removeprefix('create_')}"), side)(
        settings, *parts
    )
    assert [each.cache_info().currsize for each in dictionaries] == [1, 1, 1]


def made_in_bursts(chance: random.Random, count: int) -> list[UUID]:
    """Ids of imports of hundreds in a second, hours to years apart, and of single days between."""
    made: list[UUID] = []
    at = int(datetime(2015, 1, 1, tzinfo=UTC).timestamp() * 1000)
    while len(made) < count:
        at += chance.choice([3_600_000, 86_400_000, 30_000_000_000])
        for _ in range(chance.choice([1, 300])):
            at += chance.choice([0, 1, 3, 10])
            made.append(UUID(int=at << 80 | 7 << 76 | chance.getrandbits(76)))
    chance.shuffle(made)
    return made


@pytest.mark.parametrize("one_by_one", [0, 4_000])
async def test_every_page_is_exact_whenever_its_customers_were_entered(
    launch: Launch, monkeypatch: pytest.MonkeyPatch, one_by_one: int
) -> None:
    """S02: also years apart, in another order than that of the table; by periods and by ids."""
    service, among_newest, filled = await launch("customer"), repository._among_newest, []
    by_periods: list[Since] = []

    async def noted(*asked: Any) -> Any:
        if (page := await among_newest(*asked)) is not None:
            filled.append(page)
        return page

    def looked_up(self: Since) -> list[str]:
        by_periods.append(self)
        return periods_since(self.id, self.counted)

    ids = iter(made_in_bursts(random.Random(20261201), 3000))
    monkeypatch.setattr("services.customer.customers.model.new_id", lambda: next(ids))
    monkeypatch.setattr(repository, "_among_newest", noted)
    monkeypatch.setattr(repository, "_READ_ONE_BY_ONE", one_by_one)
    monkeypatch.setattr(Since, "periods", looked_up)
    monkeypatch.setattr(customers, "_commonness", Commonness())  # of this database
    await company.add_customers(service, 3000, lambda _: None)
    await company.analyze(service)
    async with service.db.reading() as conn:
        query = "SELECT name, search_text FROM customer ORDER BY id DESC"
        rows = (await conn.execute(sa.text(query))).all()
    async with service.client("data_steward") as client:
        for term in ("公司", "华为", "上海", "huawei", "海华", "万象软件", "0012"):
            expected = [row.name for row in rows if term in row.search_text]
            assert await walk(client, q=term) == expected
    assert len(filled) >= 30, "pages that the newest filled, or those that come next"
    assert bool(by_periods) == (one_by_one == 0)
