"""Follows Kehu's orders from another system: every event once, over crashes and restarts."""

import asyncio
import json
import os
import sqlite3
from contextlib import suppress

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError

TABLES = """
CREATE TABLE IF NOT EXISTS seen (ce_id TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS orders (id TEXT PRIMARY KEY, number TEXT, status TEXT, events INTEGER);
"""
REMEMBER = """
INSERT INTO orders VALUES (:order_id, :number, :status, 1) ON CONFLICT (id) DO UPDATE
SET number = excluded.number, status = excluded.status, events = events + 1
"""


async def follow_orders() -> None:
    """Write what happens to orders into a database of our own, for ever."""
    db = sqlite3.connect(os.environ.get("ORDERS_DB", "orders.db"))
    db.executescript(TABLES)
    async with AIOKafkaConsumer(
        "crm.order.order",
        bootstrap_servers=os.environ.get("KEHU_KAFKA", "127.0.0.1:9092"),
        group_id=os.environ.get("GROUP", "follow-orders"),
        enable_auto_commit=False,  # the position is committed when our own write is durable
        auto_offset_reset="earliest",  # a new group begins with the first order there ever was
    ) as consumer:
        async for record in consumer:
            headers = {name: value.decode() for name, value in record.headers}
            with db:  # one transaction: the event is seen and has its effect, or neither
                new = db.execute("INSERT OR IGNORE INTO seen VALUES (?)", [headers["ce_id"]])
                if new.rowcount:
                    db.execute(REMEMBER, json.loads(record.value))
            with suppress(CommitFailedError, IllegalStateError):  # another of our group has it now
                place = TopicPartition(record.topic, record.partition)
                await consumer.commit({place: record.offset + 1})


if __name__ == "__main__":
    asyncio.run(follow_orders())
