"""Opens the bus that the settings name."""

from __future__ import annotations

import asyncio
import ssl
from typing import TYPE_CHECKING, Any

import structlog

from shared.bus.declared import declared_topics
from shared.bus.port import Bus
from shared.bus.postgres import PostgresBus
from shared.host.errors import HostError
from shared.host.settings import HostSettings
from shared.pacing import Backoff, wait_for

if TYPE_CHECKING:
    from shared.bus.kafka import KafkaBus

log = structlog.get_logger("kehu.bus")


async def open_bus(
    settings: HostSettings, url: str | None, stop: asyncio.Event | None = None
) -> Bus:
    """Return the bus, with all its topics; ``url`` is where the log in PostgreSQL is. Who gives a
    ``stop`` waits for brokers that are away until it is set, as with those that go away later.

    Raises:
        HostError: no address is given, or no broker answers there.
    """
    if settings.bus_kind == "kafka":
        return await _open_kafka(settings, stop)
    if url is None:
        raise HostError(
            "Set KEHU_KAFKA or KEHU_BUS_URL: the databases are named in the environment too."
        )
    log = PostgresBus(url)
    await log.migrate()
    await log.declare(declared_topics())
    return log


async def _open_kafka(settings: HostSettings, stop: asyncio.Event | None) -> KafkaBus:
    from aiokafka.errors import KafkaError  # only who uses Kafka waits for its client

    bus, backoff = kafka_bus(settings), Backoff(first=0.5)
    while True:
        try:
            await bus.declare(declared_topics())
            return bus
        except (KafkaError, OSError) as error:
            said = f"Kafka at {settings.kafka}: {type(error).__name__}: {error}"
            if stop is None:
                await bus.close()
                raise HostError(said) from error
            if stop.is_set():
                return bus  # nothing will be asked of it
            log.warning("waiting for the bus", reason=said[:300])
            await wait_for(stop, backoff.next())


def kafka_bus(settings: HostSettings) -> KafkaBus:
    """Return the bus on the brokers that the settings name; nothing is opened yet.

    Raises:
        HostError: they name none.
    """
    if not settings.kafka:
        raise HostError("Set KEHU_KAFKA=host:port,host:port: the brokers of Kafka.")
    connection: dict[str, Any] = {
        "bootstrap_servers": settings.kafka,
        "security_protocol": settings.kafka_security,
    }
    if settings.kafka_security.endswith("SSL"):
        connection["ssl_context"] = ssl.create_default_context(cafile=settings.kafka_ca)
    if settings.kafka_security.startswith("SASL"):
        password = settings.kafka_password
        connection |= {
            "sasl_mechanism": settings.kafka_mechanism,
            "sasl_plain_username": settings.kafka_user,
            "sasl_plain_password": password.get_secret_value() if password else None,
        }
    from shared.bus.kafka import KafkaBus

    return KafkaBus(
        connection, partitions=settings.kafka_partitions, replication=settings.kafka_replication
    )
