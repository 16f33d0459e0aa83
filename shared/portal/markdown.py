"""docs/events.md: the event catalogue as a document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from shared.events.payload import INBOUND
from shared.portal.catalogue import EventEntry, Field
from shared.portal.labels import AGGREGATES, SERVICES

_HEAD = """\
# Events 事件

Generated from `shared/events` (`make golden`); do not edit. A running system shows the same at its
address, serves each JSON Schema at `/v1/events/<type>`, and all of it as an AsyncAPI 3 document at
`/asyncapi.json` (of one service: `/asyncapi/<service>.json`), to be read at `/asyncapi`.

Events are CloudEvents 1.0 with JSON data, Kafka binary mode: the attributes are headers (`ce_id`,
`ce_type`, `ce_source`, `ce_subject`, `ce_time`, `ce_dataschema`; extensions `ce_sequence`,
`ce_partitionkey`, `ce_actorid`, `ce_onbehalfof`, `ce_correlationid`, `ce_causationid`,
`ce_traceparent`). There is one topic per kind of document; the record key is the document's id, so
all events of a document stay in order. `ce_sequence` is the document's version after the change:
1, 2, 3, … without a gap.

An event carries the whole state of its document after the change, so a later one makes up for a
missed one. A version only grows by optional fields; anything else is a new version beside it.
Unknown fields are to be ignored. Money is `{"amount": "12.50", "currency": "CNY"}`. Personal data
stays in the customer service.
"""

_INBOUND = """\
What stock, product and payment systems tell Kehu. They publish to `crm.inbound.*` as CloudEvents
1.0 in Kafka binary mode, with ids and counts of their own:

- Required headers: `ce_specversion` 1.0, `ce_id` (unique within the source), `ce_source`,
  `ce_type`, `ce_subject` (what it is about, in the source's words), `ce_time` with its offset. The
  record's key is the text of `ce_subject`.
- `ce_sequence`, a number that grows with every event of a subject, decides what is newer; without
  it `ce_time` does. A source sends it always or never. Gaps are no matter: each event carries the
  whole state.
- `KEHU_INBOUND_SOURCES` says who may send what, the same for all services; nobody may unless
  named: `{"crm.inbound.stock.level_changed.v1": ["/wms/shanghai"]}`.
- What breaks the schema, comes from another source or under another key, or cannot be applied is
  parked with the reason (`kehu parked list`); later events of the same subject wait behind it.
- A payment whose customer is not known yet is parked; enter the customer, then retry it.
"""


def render(entries: Sequence[EventEntry]) -> str:
    """Return the document."""
    return "\n".join([_HEAD, *_sections(entries)]).rstrip() + "\n"


def _sections(entries: Sequence[EventEntry]) -> Iterator[str]:
    for producer, of_service in groupby(entries, key=lambda entry: entry.producer):
        if producer == INBOUND:
            yield f"## Other systems {SERVICES[producer]}\n\n{_INBOUND}"
        else:
            yield f"## {producer.capitalize()} service {SERVICES[producer]}\n"
        for aggregate, found in groupby(of_service, key=lambda entry: entry.aggregate):
            yield from _aggregate(aggregate, list(found))


def _aggregate(aggregate: str, entries: Sequence[EventEntry]) -> Iterator[str]:
    yield f"### {aggregate.replace('_', ' ').capitalize()} {AGGREGATES[aggregate]}\n"
    common = [field for field in entries[0].fields if all(field in each.fields for each in entries)]
    yield f"Topic `{entries[0].topic}`, key `{entries[0].key}`.\n"
    yield "| event | when | besides | consumers |"
    yield "|---|---|---|---|"
    for entry in entries:
        when = " ".join([entry.summary, entry.remark]).strip().replace("``", "`")
        besides = _list(field for field in entry.fields if field not in common)
        yield f"| `{entry.type}` | {when} | {besides} | {', '.join(entry.consumers)} |"
    yield f"\nFields of all: {_list(common)}.\n"


def _list(fields: Iterable[Field]) -> str:
    return ", ".join(f"`{each.name}` {each.type}{'' if each.required else '?'}" for each in fields)
