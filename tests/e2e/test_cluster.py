"""Kehu as separate processes: a database and roles for each service, Kafka between them, and nginx
before them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import product

import asyncpg
import psutil
import pytest
from sqlalchemy import make_url

from shared.auth.roles import Role
from shared.service import NAMES
from tests.e2e import test_a_whole_deal as deal
from tests.support.cluster import nginx
from tests.support.cluster.cluster import Cluster
from tests.support.cluster.own import new_cluster
from tests.support.company import Company, eventually
from tests.support.trade import formal_customer


@pytest.fixture(scope="module")
async def cluster(kafka_jars: None) -> AsyncIterator[Cluster]:
    """The cluster of the module; its promises are checked when the tests are through."""
    async with new_cluster() as cluster:
        await cluster.start()
        yield cluster
        await cluster.drained()
        assert await cluster.violations() == []
        assert await cluster.replay_differences() == 0
        assert await cluster.stop(patience=4), "a part had to be killed"
        assert [name for name, part in cluster.parts.items() if part.running] == []


@pytest.fixture(scope="module")
async def company(cluster: Cluster) -> AsyncIterator[Company]:
    """The people of the cluster."""
    company = Company(cluster)
    yield company
    await company.close()


@asynccontextmanager
async def kept(cluster: Cluster) -> AsyncIterator[None]:
    """The cluster with its keeper at work."""
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(cluster.keep(stop))
        try:
            yield
        finally:
            stop.set()


async def test_a_deal_goes_through_all_services(cluster: Cluster, company: Company) -> None:
    """S02, S71–S77, S101, S117–S123, S141–S153, S159–S166, S187: signed in through the ingress,
    from the first record to money in the bank; what analytics shows came over Kafka."""
    cast = await deal.Cast.of(company)
    customer, contact = await deal.register(cast, cluster, company)
    project = await deal.pursue(cast, customer, contact)
    quote = await deal.offer(cast, company, project)
    contract = await deal.sign(cast, quote)
    order = await deal.place(cast, contract)
    deliveries = [await deal.deliver(cast, order, quantities) for quantities in ((7, 0), (5, 1))]
    invoice = await deal.charge(cast, deliveries)
    receipts = [
        await deal.collect(cast, invoice["id"], each) for each in ("153280.00", "200000.00")
    ]

    await cluster.drained()
    await deal.figures_equal_documents(cast, customer, invoice, receipts)
    await deal.timeline_tells_all(cast, customer)
    assert cluster.kafka is not None
    async with cluster.opened() as here:
        ends = await here.bus.end_offsets({"crm.order.order", "crm.customer.customer"})
    assert sum(ends.values()) > 0


def databases(cluster: Cluster) -> Iterator[tuple[str, str]]:
    """Every role's address, and the service whose database it is for."""
    server = cluster.programs.server
    for name, place in server.places.items():
        assert place.owner_dsn is not None
        yield from ((place.runtime_dsn, name), (place.owner_dsn, name))
    yield server.bus_url, "bus"


async def connects(dsn: str) -> bool:
    try:
        connection = await asyncpg.connect(dsn)
    except asyncpg.InsufficientPrivilegeError:
        return False
    await connection.close()
    return True


async def test_no_role_opens_another_services_database(cluster: Cluster) -> None:
    """S214: nine roles, six databases; each role opens its own alone."""
    places = list(databases(cluster))
    names = sorted({make_url(dsn).database or "" for dsn, _ in places} | {"postgres"})
    assert (len(places), len(names)) == (9, 6)
    for (dsn, service), database in product(places, names):
        address = make_url(dsn).set(database=database).render_as_string(hide_password=False)
        role = make_url(dsn).username
        assert await connects(address) == (database == f"kehu_{service}"), f"{role} in {database}"


@pytest.mark.parametrize(
    "program", [f"{name}-{kind}" for name in NAMES for kind in ("api", "worker")]
)
def test_a_process_is_told_of_its_own_database_alone(cluster: Cluster, program: str) -> None:
    """S214: nobody holds the owner's password, or another service's address."""
    told = psutil.Process(cluster.parts[program].pid).environ()
    databases = {name: value for name, value in told.items() if name.endswith("DATABASE_URL")}
    service = program.partition("-")[0]
    assert list(databases) == [f"KEHU_{service.upper()}_DATABASE_URL"]
    assert make_url(databases.popitem()[1]).username == f"kehu_{service}"
    assert ("KEHU_KAFKA" in told) == program.endswith("worker")


async def test_a_service_that_is_away_takes_no_other_with_it(
    cluster: Cluster, company: Company
) -> None:
    """S218: the ingress says so in a problem document, and passes everything else on."""
    caller = (await company.one(Role.SALES_MANAGER)).caller
    assert await cluster.kill("order-api")
    answer = await caller.http.get("/v1/orders")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.json()["code"], answer.json()["retryable"]) == ("unavailable", True)
    assert (await caller.http.get("/v1/customers")).status_code == 200
    assert (await caller.refused("GET", "/v1/nothing"))["code"] == "not_found"
    await cluster.parts["order-api"].start()
    await cluster.ready()
    assert (await caller.http.get("/v1/orders")).status_code == 200


async def test_what_is_killed_comes_back(cluster: Cluster, company: Company) -> None:
    """F1–F5: a part of every kind is killed at once; afterwards events arrive again."""
    struck = (
        "customer-api",
        "customer-worker",
        "analytics-worker",
        "kafka-1",
        "postgres",
        "ingress",
    )
    async with kept(cluster):
        before = {name: cluster.parts[name].pid for name in struck}
        assert [name for name in struck if not await cluster.kill(name)] == []
        await eventually(lambda: changed(cluster, before), bool, patience=60)
        await cluster.ready()
        customer = await formal_customer(company, "断电重启贸易有限公司")
        await cluster.drained()
    general = (await company.one(Role.GENERAL_MANAGER)).caller
    report = await general.get(f"/v1/reports/customers/{customer['id']}")
    assert report["customer"]["name"] == "断电重启贸易有限公司"


async def changed(cluster: Cluster, before: dict[str, int | None]) -> bool:
    """Whether all of these run, as other processes than before."""
    now = {name: cluster.parts[name].pid for name in before}
    return all(now[name] not in (None, before[name]) for name in before)


def test_where_nginx_is_missing_it_is_said_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda *_, **__: None)
    with pytest.raises(nginx.NginxMissing, match="apt-get install nginx"):
        nginx.find_nginx()
