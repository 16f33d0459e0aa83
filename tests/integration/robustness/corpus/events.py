"""Events that are none, are not where they should be, or come from whom may not send them, of our
own services and of other systems: each is parked with its reason, and has no effect."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from uuid import uuid4

import sqlalchemy as sa

from shared.bus.port import Record
from shared.domain.ids import new_id
from shared.events.customer import CustomerCreated
from shared.events.inbound import PaymentReceived, StockLevelChanged
from shared.inbox import inbound
from tests.integration.robustness.corpus.tally import Tally
from tests.integration.robustness.judging import COUNTERS, fingerprint
from tests.integration.robustness.worlds import World
from tests.support import opportunity, outside

#: What consuming leaves behind: where the consumer is, what it has seen, and what is parked.
TRACES = COUNTERS | {"public.inbox", "public.parked", "public.consumer_position"}
NOT_UUID = {"empty": " ", "text": "x", "number": "7", "too long": f"{uuid4()}0", "null": "null"}
#: Bad values of the headers of our own events.
HEADERS: Mapping[str, Mapping[str, str]] = {
    "ce_id": NOT_UUID,
    "ce_subject": NOT_UUID,
    "ce_actorid": NOT_UUID,
    "ce_correlationid": NOT_UUID,
    "ce_causationid": NOT_UUID,
    "ce_onbehalfof": NOT_UUID,
    "ce_sequence": {
        each: each
        for each in ("x", "0", "-1", "1.5", "1e3", "0x1", "1_0", "+1", " 1", "１", "9" * 30, "NaN")
    },
    "ce_time": {
        each: each
        for each in (
            *("yesterday", "1795219200", "2026-11-21T08:30:00", "2026-02-30T08:30:00Z"),
            *("2026-11-21T25:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"),
        )
    },
    "ce_type": {
        each: each
        for each in (
            *(
                "x",
                "crm",
                "crm.customer",
                "crm.customer.customer",
                "....",
                "crm.customer.customer.",
            ),
            *("crm.customer.customer.created", "CRM.customer.customer.created.v1"),
            *("crm.nobody.customer.created.v1", "crm.order.order.placed.v1"),
            *("crm.customer.customer.created.v2", "crm.customer.customer.created.v99"),
        )
    },
    "ce_source": {
        each: each
        for each in (
            *("/kehu/order", "/kehu/Customer", "/kehu/customer/", " /kehu/customer", "kehu"),
            *("//kehu/customer", "http://kehu/customer", "/wms/shanghai"),
        )
    },
}
NEEDED = ("ce_id", "ce_source", "ce_type", "ce_subject", "ce_sequence", "ce_time")
#: Data that are none.
CONTENTS = {
    "nothing": b"",
    "null": b"null",
    "a list": b"[]",
    "a number": b"7",
    "truncated": b'{"name": "x"',
    "no fields": b"{}",
    "not UTF-8": b'{"name": "\xff"}',
    "UTF-16": '{"name": "x"}'.encode("utf-16"),
    "gzip": gzip.compress(b"{}"),
    "a raw NUL": b'{"name": "\0"}',
    "a lone surrogate": rb'{"name": "\ud800"}',
    "NaN": b'{"name": NaN}',
    "deep": b"[" * 100_000,
    "huge": b'"' + b"x" * 2_000_000 + b'"',
}
#: Bad values of the fields of a customer.
FIELDS: dict[str, Any] = {
    "customer_id": "x",
    "name": 7,
    "status": ["formal"],
    "created_at": "yesterday",
    "owner_id": "nobody",
    "number": None,
}
PAYMENT: dict[str, Any] = {
    "reference": "ICBC 1",
    "amount": {"amount": "10.00", "currency": "CNY"},
    "received_on": "2026-11-21",
    "method": "bank_transfer",
}
LEVEL = {"site": "一号仓", "on_hand": "12.5", "as_of": "2026-11-21T08:30:00+08:00"}


def _paid(amount: Any, currency: Any = "CNY") -> dict[str, Any]:
    return {"amount": {"amount": amount, "currency": currency}}


#: What a payment may not say.
PAYMENTS: dict[str, dict[str, Any]] = {
    "no amount": {"amount": None},
    "negative": _paid("-1.00"),
    "nothing paid": _paid("0.00"),
    "three places": _paid("1.005"),
    "a number": _paid(10.5),
    "NaN": _paid("NaN"),
    "exponent": _paid("1e5"),
    "seventeen digits": _paid("9" * 17),
    "full-width": _paid("１０"),
    "yen with places": _paid("1.50", "JPY"),
    "no such currency": _paid("1.00", "XXX"),
    "small letters": _paid("1.00", "cny"),
    "no reference": {"reference": ""},
    "a long reference": {"reference": "x" * 201},
    "NUL in the reference": {"reference": "a\0b"},
    "no such day": {"received_on": "2026-02-30"},
    "year 1": {"received_on": "0001-01-01"},
    "no such method": {"method": "shells"},
    "no such customer": {"customer_number": "C99999999"},
    "a customer of nothing": {"customer_number": ""},
}
LEVELS: dict[str, dict[str, Any]] = {
    "no code": {"product_code": ""},
    "a code with blanks": {"product_code": "a b"},
    "a path as code": {"product_code": "../etc"},
    "no site": {"site": " "},
    "a long site": {"site": "x" * 201},
    "a number": {"on_hand": 5},
    "five places": {"on_hand": "0.00001"},
    "Infinity": {"on_hand": "Infinity"},
    "naive": {"as_of": "2026-11-21T08:30:00"},
    "year 0": {"as_of": "0000-01-01T00:00:00Z"},
    "year 9999": {"as_of": "9999-12-31T23:59:59Z"},
}


async def run(tally: Tally) -> None:
    """Each event to the order service; those that were applied already, again."""
    world, before_all = tally.worlds["order"], inbound._allowed
    inbound.configure(outside.ALLOWED)
    try:
        good = await _applied(world)
        before = await fingerprint(world, TRACES)
        for name, sent in (*_own(), *_foreign(), *_others()):
            tally.count("order", name)
            found = await _not_parked(world, name, sent)
            tally.accepted += len(found)
            tally.faults += found
        for name, sent in _again(good):
            tally.count("order", name)
            tally.faults += await _parked(world, name, sent)
        tally.compare("order", before, await fingerprint(world, TRACES))
    finally:
        inbound.configure(before_all)


async def _reasons(world: World, sent: Record) -> list[str]:
    query = sa.text('SELECT reason FROM parked WHERE topic = :topic AND "offset" = :offset')
    async with world.service.db.reading() as conn:
        place = {"topic": sent.topic, "offset": sent.offset}
        return list((await conn.execute(query, place)).scalars())


async def _not_parked(world: World, name: str, sent: Record) -> list[str]:
    await outside.tell(world.service, sent)
    found = await _reasons(world, sent)
    return [] if found and "held" not in found else [f"{name}: {found or 'was applied'}"]


async def _parked(world: World, name: str, sent: Record) -> list[str]:
    await outside.tell(world.service, sent)
    found = await _reasons(world, sent)
    return [f"{name}: was parked as {found}"] if found else []


async def _applied(world: World) -> list[Record]:
    """Events that are good, and whose effects are there."""
    own = _customer()
    level = outside.record(
        StockLevelChanged, LEVEL | {"product_code": "GY-126"}, source=outside.WAREHOUSE, subject="1"
    )
    for each in (own, level):
        await outside.tell(world.service, each)
        assert not await _reasons(world, each), await _reasons(world, each)
    return [own, level]


def _again(good: list[Record]) -> Iterator[tuple[str, Record]]:
    """The same event once more, at another place, and with what it did not say at first."""
    for each in good:
        yield f"{each.topic} again", each
        yield f"{each.topic} further on", replace(each, offset=each.offset + 1_000_000)
        yield f"{each.topic} elsewhere", replace(each, partition=1, offset=each.offset + 2_000_000)
        changed = each.value.replace(b"12.5", b"99").replace(b'"A"', b'"C"')
        assert changed != each.value
        yield f"{each.topic} altered", replace(each, value=changed, offset=each.offset + 3_000_000)


def _customer(**headers: str | None) -> Record:
    """Another customer, as the customer service tells of one."""
    customer_id = new_id()
    state = opportunity.customer_state(customer_id)
    envelope = opportunity.event(CustomerCreated(**state), customer_id)
    said = {**envelope.headers(), **headers}
    return Record(
        topic=envelope.topic,
        partition=0,
        offset=next(outside._offsets),
        key=envelope.key,
        value=envelope.data.encode(),
        headers={name: value for name, value in said.items() if value is not None},
        timestamp=envelope.time,
    )


def _own() -> Iterator[tuple[str, Record]]:
    for header, values in HEADERS.items():
        for name, value in values.items():
            yield f"{header} {name}", _customer(**{header: value})
    for header in NEEDED:
        yield f"no {header}", _customer(**{header: None})
    for name, content in CONTENTS.items():
        yield f"data {name}", replace(_customer(), value=content)
    for field, value in FIELDS.items():
        sent = _customer()
        said = json.loads(sent.value)
        yield f"bad {field}", replace(sent, value=json.dumps(said | {field: value}).encode())
        del said[field]
        sent = _customer()
        yield f"no {field}", replace(sent, value=json.dumps(said).encode())
    for name, key in (("another", str(new_id())), ("empty", ""), ("text", "x")):
        yield f"key {name}", replace(_customer(), key=key)
    upper = _customer()
    yield "key upper case", replace(upper, key=upper.key.upper())
    yield "another topic", replace(_customer(), topic="crm.customer.credit")


def _foreign() -> Iterator[tuple[str, Record]]:
    number = {"customer_number": "C00000001"}
    for name, said in PAYMENTS.items():
        body = PAYMENT | number | said
        yield f"payment {name}", _payment({k: v for k, v in body.items() if v is not None})
    for name, said in LEVELS.items():
        body = LEVEL | {"product_code": "GY-126"} | said
        yield (
            f"level {name}",
            outside.record(
                StockLevelChanged, body, source=outside.WAREHOUSE, subject=f"level {uuid4()}"
            ),
        )


def _others() -> Iterator[tuple[str, Record]]:
    """What is wrong around the data of another system."""
    body = PAYMENT | {"customer_number": "C00000001"}
    wrong: dict[str, dict[str, str | None]] = {
        "another specification": {"ce_specversion": "0.3"},
        "no specification": {"ce_specversion": None},
        "no id": {"ce_id": None},
        "no time": {"ce_time": None},
        "a naive time": {"ce_time": "2026-11-21T08:30:00"},
        "no subject": {"ce_subject": None},
        "a sequence of letters": {"ce_sequence": "x"},
        "a negative sequence": {"ce_sequence": "-5"},
        "an endless sequence": {"ce_sequence": "9" * 40},
        "a stranger": {"ce_source": "/nobody"},
        "the warehouse": {"ce_source": outside.WAREHOUSE},
        "one of ours": {"ce_source": "/kehu/order"},
        "another version": {"ce_type": "crm.inbound.payment.received.v2"},
        "no correlation": {"ce_correlationid": "x"},
    }
    for name, headers in wrong.items():
        yield f"payment, {name}", _payment(body, headers)
    yield "payment, another key", _payment(body, key="another")
    for name, content in CONTENTS.items():
        yield f"payment of {name}", _payment(content)


def _payment(
    body: Mapping[str, Any] | bytes, headers: dict[str, str | None] | None = None, **place: Any
) -> Record:
    subject = f"payment {uuid4()}"
    return outside.record(
        PaymentReceived, body, source=outside.BANK, subject=subject, headers=headers, **place
    )
