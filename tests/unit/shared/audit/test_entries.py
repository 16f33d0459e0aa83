"""What an entry says: differences, masks, canonical bytes, kinds of programs."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest
import sqlalchemy as sa
from pydantic_core import from_json

from shared.audit.chain import FIELDS, GENESIS, canonical, link
from shared.audit.changes import Fields, as_json
from shared.audit.marks import PRIVATE, SECRET, masked
from shared.db.common_invariants import aggregate_tables
from shared.http.origin import kind_of_program
from shared.service import NAMES, load

person = sa.Table(
    "person",
    sa.MetaData(),
    sa.Column("id", sa.Uuid),
    sa.Column("version", sa.Integer),
    sa.Column("city", sa.Text),
    sa.Column("phone", sa.Text, info=PRIVATE),
    sa.Column("password", sa.Text, info=SECRET),
    sa.Column("limit", sa.Numeric),
)
FIELDS_OF_PERSON = Fields(person, person.c.keys())
BEFORE = {"city": "上海", "phone": "13812345678", "password": "x", "limit": Decimal("1.50")}


@dataclass(frozen=True, slots=True)
class Line:
    id: UUID
    quantity: Decimal
    note: str | None = None


line_table = sa.Table(
    "line",
    sa.MetaData(),
    sa.Column("id", sa.Uuid),
    sa.Column("quantity", sa.Numeric),
    sa.Column("note", sa.Text),
)
LINES = Fields(line_table, line_table.c.keys())
ONE, TWO, THREE = (Line(UUID(int=n), Decimal(n)) for n in (1, 2, 3))


def test_a_new_row_is_told_without_what_is_empty_or_secret() -> None:
    row = BEFORE | {"limit": None, "id": UUID(int=1), "version": 1}
    assert FIELDS_OF_PERSON.of_row(None, row) == {"city": [None, "上海"], "phone": [None, "***78"]}


def test_of_a_changed_row_what_differs_is_told() -> None:
    after = BEFORE | {"limit": Decimal("1.5"), "city": "北京", "password": "y"}
    assert FIELDS_OF_PERSON.of_row(BEFORE, after) == {"city": ["上海", "北京"]}


def test_a_private_change_is_told_even_if_its_masks_are_alike() -> None:
    after = BEFORE | {"phone": "13912345678"}
    assert FIELDS_OF_PERSON.of_row(BEFORE, after) == {"phone": ["***78", "***78"]}


def test_of_children_those_that_differ_are_told() -> None:
    changed = replace(TWO, quantity=Decimal(7))
    assert LINES.of_children((ONE, TWO), (ONE, changed, THREE)) == [
        [{"id": TWO.id, "quantity": Decimal(2)}],
        [
            {"id": TWO.id, "quantity": Decimal(7)},
            {"id": THREE.id, "quantity": Decimal(3)},
        ],
    ]
    assert LINES.of_children((ONE, TWO), (TWO,)) == [[{"id": ONE.id, "quantity": Decimal(1)}], []]
    assert LINES.of_children((), (ONE,)) == [None, [{"id": ONE.id, "quantity": Decimal(1)}]]
    assert LINES.of_children((ONE, TWO), (ONE, TWO)) is None


def test_values_are_written_as_events_write_them() -> None:
    changes = {"at": [None, datetime(2026, 11, 22, 1, 2, 3, tzinfo=UTC)], "limit": [None, BEFORE]}
    told = from_json(as_json(changes))
    assert told["at"] == [None, "2026-11-22T01:02:03Z"]
    assert told["limit"][1]["limit"] == "1.50"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, None),
        ("李", "***"),
        ("1234567", "***"),
        ("12345678", "***78"),
        (date(1990, 5, 17), "***17"),
    ],
)
def test_a_mask_shows_little(value: object, shown: str | None) -> None:
    assert masked(value) == shown


def test_the_canonical_bytes_never_change() -> None:
    """A release that made others would call every chain altered."""
    entry = {
        "id": UUID(int=1),
        "at": datetime(2026, 11, 22, 1, 2, 3, 4, tzinfo=UTC),
        "actor_id": UUID(int=2),
        "actor_name": "张敏",
        "on_behalf_of": None,
        "on_behalf_of_name": None,
        "address": "127.0.0.1",
        "client": "browser",
        "request_id": UUID(int=3),
        "trace_id": None,
        "event_type": "crm.order.order.approved.v1",
        "aggregate_type": "order",
        "aggregate_id": UUID(int=4),
        "aggregate_version": 2,
        "changes": '{"status": ["placed", "approved"]}',
    }
    assert canonical(entry) == (
        b"kehu-audit-2\n"
        b"16:" + bytes(15) + b"\x01"
        b"16:1795309323000004"
        b"16:" + bytes(15) + b"\x02"
        b"-9:127.0.0.17:browser"
        b"16:" + bytes(15) + b"\x03"
        b"-27:crm.order.order.approved.v15:order"
        b"16:" + bytes(15) + b"\x04"
        b'1:234:{"status": ["placed", "approved"]}'
    )
    assert link(GENESIS, entry) == hashlib.sha256(bytes(32) + canonical(entry)).digest()


@pytest.mark.parametrize("service", NAMES)
def test_every_column_of_an_entry_is_sealed_but_what_people_are_called(service: str) -> None:
    """Names are erased with the people, who stay known by their ids."""
    columns = load(service).metadata.tables["audit_entry"].c.keys()
    names = {"actor_name", "on_behalf_of_name"}
    assert tuple(each for each in columns if each not in names) == FIELDS


@pytest.mark.parametrize(
    ("user_agent", "kind"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0 Safari/537.36", "browser"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Mobile/15E148", "mobile browser"),
        ("curl/8.5.0", "command line"),
        ("python-httpx/0.28.1", "program"),
        ("", "unknown"),
        ("😀", "unknown"),
    ],
)
def test_programs_are_told_by_their_kind(user_agent: str, kind: str) -> None:
    assert kind_of_program(user_agent) == kind


#: What columns that hold private or secret data are called.
_TELLING = ("phone", "email", "wechat", "tax_id", "birthday", "password", "secret", "id_number")


@pytest.mark.parametrize("service", NAMES)
def test_columns_that_sound_private_are_marked(service: str) -> None:
    """A column that is added tomorrow and called ``mobile_phone`` must not end up in the audit."""
    unmarked = [
        str(column)
        for table in aggregate_tables(service, load(service).metadata).values()
        for column in table.c
        if any(name in column.name for name in _TELLING) and "audit" not in column.info
    ]
    assert unmarked == []
