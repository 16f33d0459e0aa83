"""Databases, buses and servers of their own for the tests of the shared library."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from shared.bus.kafka import KafkaBus
from shared.bus.port import Bus
from shared.bus.postgres import PostgresBus
from shared.db.unit_of_work import Database
from shared.embedded import EmbeddedPostgres
from tests.support.kafka.client import forget_topics
from tests.support.postgres import create_database, drop_database, test_server
from tests.support.running import data_folder
from tests.support.things import TOPIC, registered_things, things_database


@pytest.fixture
async def database_url() -> AsyncIterator[str]:
    """An empty database for one test."""
    name = f"t_{uuid4().hex[:12]}"
    yield await create_database(test_server(), name)
    await drop_database(test_server(), name)


@pytest.fixture
async def bus_url() -> AsyncIterator[str]:
    """An empty database for the bus of one test."""
    name = f"bus_{uuid4().hex[:12]}"
    yield await create_database(test_server(), name)
    await drop_database(test_server(), name)


@pytest.fixture
async def postgres_bus(bus_url: str) -> AsyncIterator[PostgresBus]:
    """An empty log in PostgreSQL."""
    log = PostgresBus(bus_url)
    await log.migrate()
    yield log
    await log.close()


@pytest.fixture
def bus(postgres_bus: PostgresBus) -> PostgresBus:
    """The bus of most tests; modules that test what a bus is take `either_bus` for it."""
    return postgres_bus


@pytest.fixture(params=["postgres", "kafka"])
async def either_bus(request: pytest.FixtureRequest) -> AsyncIterator[Bus]:
    """An empty bus; what uses it runs once per implementation."""
    if request.param == "kafka":
        kafka = KafkaBus({"bootstrap_servers": request.getfixturevalue("kafka")})
        await kafka.create_topics([TOPIC])
        yield kafka
        await kafka.close()
        await forget_topics(request.getfixturevalue("kafka"))
        return
    name = f"bus_{uuid4().hex[:12]}"
    log = PostgresBus(await create_database(test_server(), name))
    await log.migrate()
    yield log
    await log.close()
    await drop_database(test_server(), name)


@pytest.fixture
async def topic(bus: Bus) -> str:
    """An empty topic of one test."""
    name = f"crm.test.t{uuid4().hex[:12]}"
    await bus.create_topics([name])
    return name


@pytest.fixture
async def other_topic(bus: Bus) -> str:
    """Another empty topic of the same test."""
    name = f"crm.test.o{uuid4().hex[:12]}"
    await bus.create_topics([name])
    return name


@pytest.fixture
def own_postgres(own_data: Path) -> Iterator[EmbeddedPostgres]:
    """A started server that a test may kill."""
    postgres = EmbeddedPostgres(own_data)
    postgres.start()
    yield postgres
    postgres.stop()


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    """The data folder of a module's system."""
    with data_folder() as data:
        yield data


@pytest.fixture
def own_data() -> Iterator[Path]:
    """A data folder of a test's own."""
    with data_folder() as data:
        yield data


@pytest.fixture
async def things(database_url: str) -> AsyncIterator[Database]:
    """The database of the made-up service, its event types registered."""
    with registered_things():
        async with things_database(database_url) as database:
            yield database
