"""Promises every service keeps, written from its tables: a change and its event are one, each
event is applied once and in order, and an answer that is kept is the answer of an effect.

The number in an id is that of the promise: ``events.1``, ``states.34``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from shared.audit.store import STRAYS
from shared.db.invariants import Invariant
from shared.events.catalogue import all_events

_prepare = postgresql.dialect().identifier_preparer  # type: ignore[no-untyped-call]

#: True while relays run and the bus answers; a system that stands still may have a backlog.
WHILE_RUNNING = (
    Invariant(
        "events.3",
        "No event waits longer than 30 seconds to be published.",
        "SELECT event_id, type, occurred_at FROM outbox WHERE published_at IS NULL"
        " AND occurred_at < clock_timestamp() - interval '30 seconds'",
    ),
    Invariant(
        "audit.39 sealed",
        "No audit entry waits longer than a minute for its seal.",
        "SELECT entry_id, at FROM audit_unsealed"
        " WHERE at < clock_timestamp() - interval '1 minute'",
    ),
)

_IDEMPOTENCY = Invariant(
    "events.14",
    "An idempotency key keeps the answer of a request that had its effect, unless it was erased.",
    "SELECT principal, route, key, status FROM idempotency_key"
    " WHERE status NOT BETWEEN 200 AND 299 AND (status <> 410 OR length(body) > 0)",
)

_CHAINED = Invariant("audit.39 chained", "Every audit entry has its seal or waits for it.", STRAYS)

_INBOX = (
    Invariant(
        "events.7",
        "A consumer applies the versions of an aggregate in order, without a gap.",
        # Other systems count as they like; what is newer is decided where it is applied.
        """
        SELECT consumer, aggregate_type, aggregate_id, aggregate_version, before FROM (
            SELECT *, lag(aggregate_version)
                      OVER (PARTITION BY consumer, aggregate_type, aggregate_id ORDER BY seq)
                      AS before
            FROM inbox WHERE topic NOT LIKE 'crm.inbound.%'
        ) AS applied WHERE aggregate_version <> before + 1
        """,
    ),
    Invariant(
        "events.9",
        "What waits behind a parked event was not applied, and a parked event neither.",
        """
        SELECT parked.consumer, parked.event_id, inbox.event_id AS applied
        FROM parked JOIN inbox
          ON inbox.consumer = parked.consumer AND inbox.aggregate_id = parked.aggregate_id
         AND inbox.aggregate_type = parked.aggregate_type
         AND CASE WHEN parked.topic LIKE 'crm.inbound.%' THEN inbox.event_id = parked.event_id
             ELSE inbox.aggregate_version >= parked.aggregate_version END
        WHERE parked.resolved_at IS NULL
        """,
    ),
)


def common_invariants(service: str, metadata: sa.MetaData) -> tuple[Invariant, ...]:
    """Return the promises of a service that its tables say it makes."""
    found: list[Invariant] = []
    if "outbox" in metadata.tables:
        tables = aggregate_tables(service, metadata)
        found.append(_no_orphan(sorted(tables)))
        for aggregate, table in tables.items():
            found += _of_aggregate(service, aggregate, table)
        if "audit_entry" in metadata.tables:
            found += [_audited(tables), _CHAINED]
    if "inbox" in metadata.tables:
        found += _INBOX
    if "idempotency_key" in metadata.tables:
        found.append(_IDEMPOTENCY)
    return tuple(found)


def aggregate_tables(service: str, metadata: sa.MetaData) -> dict[str, sa.Table]:
    """Return the table of each aggregate the service publishes events of.

    It is the table of the aggregate's name, or the one marked ``info={"aggregate": name}``.
    """
    marked = {table.info.get("aggregate"): table for table in metadata.tables.values()}
    published = sorted({event.aggregate_type for event in all_events() if event.service == service})
    found = {name: marked.get(name, metadata.tables.get(name)) for name in published}
    return {name: table for name, table in found.items() if table is not None}


def _of_aggregate(service: str, aggregate: str, table: sa.Table) -> Iterator[Invariant]:
    name, key = _prepare.format_table(table), _key(table)
    version = "a.version" if "version" in table.c else "1"
    yield Invariant(
        f"events.1 {aggregate}",
        f"Each version of {aggregate} has its one event.",
        f"""
        SELECT a.{key} AS id, {version} AS version, o.events, o.newest
        FROM {name} AS a LEFT JOIN (
            SELECT aggregate_id, count(*) AS events, max(aggregate_version) AS newest
            FROM outbox WHERE aggregate_type = '{aggregate}' GROUP BY aggregate_id
        ) AS o ON o.aggregate_id = a.{key}
        WHERE ({version}, {version}) IS DISTINCT FROM (o.events, o.newest)
        """,  # noqa: S608 - names of our own tables
    )
    yield Invariant(
        f"events.2 {aggregate}",
        f"No event speaks of a {aggregate} that is not there.",
        f"""
        SELECT event_id, aggregate_id FROM outbox AS o WHERE aggregate_type = '{aggregate}'
        AND NOT EXISTS (SELECT FROM {name} AS a WHERE a.{key} = o.aggregate_id)
        """,  # noqa: S608
    )
    if "version" in table.c and "status" in table.c and _tells_status(service, aggregate):
        yield Invariant(
            f"states.34 {aggregate}",
            f"The status of {aggregate} is the one its last event told.",
            f"""
            SELECT a.{key} AS id, a.version, a.status, o.payload ->> 'status' AS told
            FROM {name} AS a JOIN outbox AS o ON o.aggregate_type = '{aggregate}'
             AND o.aggregate_id = a.{key} AND o.aggregate_version = a.version
            WHERE a.status IS DISTINCT FROM o.payload ->> 'status'
            """,  # noqa: S608
        )


def _audited(tables: Mapping[str, sa.Table]) -> Invariant:
    """A table says ``info={"audited": False}`` when its rows are an audit of their own."""
    exempt = [name for name, table in tables.items() if table.info.get("audited") is False]
    names = ", ".join(f"'{name}'" for name in sorted(exempt))
    return Invariant(
        "audit.39",
        "Every event of an aggregate has its audit entry, and every entry its event.",
        f"""
        SELECT o.event_id, e.id AS entry_id, coalesce(o.type, e.event_type) AS type
        FROM (SELECT * FROM outbox WHERE NOT aggregate_type = ANY(ARRAY[{names}]::text[])) AS o
        FULL JOIN audit_entry AS e ON e.id = o.event_id
        WHERE (o.event_id, o.type, o.aggregate_id, o.aggregate_version)
           IS DISTINCT FROM (e.id, e.event_type, e.aggregate_id, e.aggregate_version)
        """,  # noqa: S608
    )


def _no_orphan(known: list[str]) -> Invariant:
    names = ", ".join(f"'{name}'" for name in known)
    return Invariant(
        "events.2",
        "Every event is of an aggregate that the service keeps.",
        f"SELECT event_id, type FROM outbox WHERE NOT aggregate_type = ANY(ARRAY[{names}]::text[])",  # noqa: S608
    )


def _key(table: sa.Table) -> str:
    (column,) = table.primary_key.columns
    return _prepare.quote(column.name)


def _tells_status(service: str, aggregate: str) -> bool:
    return all(
        "status" in event.model_fields
        for event in all_events()
        if (event.service, event.aggregate_type) == (service, aggregate)
    )
