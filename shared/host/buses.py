"""Opens the bus that the settings name."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Any

from shared.bus.port import Bus
from shared.bus.postgres import PostgresBus
from shared.bus.topics import Topic
from shared.events.catalogue import all_events, inbound_events
from shared.host.errors import HostError
from shared.host.settings import HostSettings

if TYPE_CHECKING:
    from shared.bus.kafka import KafkaBus


def declared_topics() -> list[Topic]:
    """Return all topics, a family of aggregates each. They keep everything: read models are built
    anew from the beginning."""
    events = (*all_events(), *inbound_events())
    return [Topic(name) for name in sorted({event.topic for event in events})]


async def open_bus(settings: HostSettings, url: str | None) -> Bus:
    """Return the bus, with all its topics; ``url`` is where the log in PostgreSQL is.

    Raises:
        HostError: no address is given, or no broker answers there.
    """
    if settings.bus_kind == "kafka":
        from aiokafka.errors import KafkaError  # only who uses Kafka waits for its client

        bus = kafka_bus(settings)
        try:
            await bus.declare(declared_topics())
        except (KafkaError, OSError) as error:
            await bus.close()
            raise HostError(
                f"Kafka at {settings.kafka}: {type(error).__name__}: {error}"
            ) from error
        return bus
    if url is None:
        raise HostError(
            "Set KEHU_KAFKA or KEHU_BUS_URL: the databases are named in the environment too."
        )
    log = PostgresBus(url)
    await log.migrate()
    await log.create_topics({each.name for each in declared_topics()})
    return log


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
