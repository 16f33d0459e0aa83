"""What other systems send is read as plain CloudEvents, and nobody is believed who is not named."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from shared.bus.port import Record
from shared.events.inbound import PaymentReceived, StockLevelChanged
from shared.events.order import OrderPlaced
from shared.inbox import inbound
from shared.inbox.arrival import Arrival, Reader, Reason, event_id_of
from shared.settings import ServiceSettings
from tests.support.outside import ALLOWED, BANK, WAREHOUSE, record

LEVEL = {
    "product_code": "GY-126",
    "site": "上海一号仓",
    "on_hand": "12.5",
    "as_of": "2026-11-21T08:30:00+08:00",
}
PAYMENT = {
    "reference": "2026-1",
    "customer_number": "C00000001",
    "amount": {"amount": "12.50", "currency": "CNY"},
    "received_on": "2026-11-21",
}


@pytest.fixture(autouse=True)
def allowed() -> Iterator[None]:
    inbound.configure(ALLOWED)
    yield
    inbound.configure({})


def read(sent: Record) -> Arrival:
    return Reader({StockLevelChanged, PaymentReceived, OrderPlaced}, {}).read(sent)


def level(**how: Any) -> Record:
    data = how.pop("data", LEVEL)
    how = {"source": WAREHOUSE, "subject": "GY-126@1"} | how
    return record(StockLevelChanged, data, **how)


def test_an_event_of_a_named_source_is_read() -> None:
    arrival = read(level(headers={"ce_sequence": "41"}))
    assert arrival.reason is None
    assert isinstance(arrival.data, StockLevelChanged)
    assert arrival.data.site == "上海一号仓"
    assert arrival.envelope is not None
    assert arrival.envelope.sequence == 41


def test_without_a_sequence_the_time_counts() -> None:
    moment = datetime(2026, 11, 21, 8, 30, 0, 7, tzinfo=UTC)
    arrival = read(level(headers={"ce_time": moment.isoformat()}))
    assert arrival.envelope is not None
    assert arrival.envelope.sequence == int(moment.timestamp()) * 1_000_000 + 7


def test_the_same_id_of_two_sources_is_two_events_about_two_things() -> None:
    """An event of one source is never taken for one of another, nor does it hold it up."""
    sent = [level(source=each, headers={"ce_id": "1"}) for each in (WAREHOUSE, "/wms/tianjin")]
    first, second = (read(each) for each in sent)
    assert first.event_id != second.event_id
    assert first.aggregate_id != second.aggregate_id
    again = read(level(headers={"ce_id": "1"}))
    assert (again.event_id, again.aggregate_id) == (first.event_id, first.aggregate_id)
    assert event_id_of(sent[0]) == first.event_id


def test_who_acts_is_the_other_system() -> None:
    arrival = read(level(headers={"ce_actorid": "00000000-0000-0000-0000-000000000001"}))
    assert arrival.envelope is not None
    actor = inbound.machine(arrival.envelope)
    assert (actor.name, actor.roles, actor.permissions) == (
        WAREHOUSE,
        frozenset({"machine"}),
        frozenset[str](),
    )


@pytest.mark.parametrize("source", ["/kehu/order", "/kehu/inbound", BANK, "/wms/shanghai/"])
def test_another_source_is_refused(source: str) -> None:
    """Allowed for one type is not allowed for another."""
    arrival = read(level(source=source))
    assert (arrival.reason, arrival.error) == (Reason.SOURCE, source)


def test_nobody_is_allowed_unless_named() -> None:
    inbound.configure({})
    assert read(level()).reason == Reason.SOURCE


@pytest.mark.parametrize(
    "headers",
    [
        {"ce_id": None},
        {"ce_source": None},
        {"ce_subject": None},
        {"ce_time": None},
        {"ce_time": "2026-11-21T08:30:00"},
        {"ce_time": "yesterday"},
        {"ce_time": "1969-12-31T23:59:59Z"},
        {"ce_time": "0001-01-01T00:00:00+14:00"},
        {"ce_sequence": "0"},
        {"ce_sequence": "-1"},
        {"ce_sequence": "first"},
        {"ce_sequence": "9" * 20},
        {"ce_type": None},
        {"ce_type": "stock"},
        {"ce_type": "crm.inbound.stock"},
        {"ce_specversion": None},
        {"ce_specversion": "0.3"},
        {"ce_correlationid": "no uuid"},
    ],
    ids=str,
)
def test_headers_that_cannot_be_read_are_refused(headers: dict[str, str | None]) -> None:
    sent = level(headers=headers)
    assert read(sent).reason == Reason.HEADERS
    assert read(sent).event_id == read(sent).event_id


def test_the_key_is_the_subject() -> None:
    """Else events of one subject could stand in two partitions."""
    assert read(replace(level(), key="GY-127@1")).reason == Reason.MISPLACED


def test_nothing_passes_for_an_event_of_ours() -> None:
    claimed = level(headers={"ce_type": OrderPlaced.event_type, "ce_source": "/kehu/order"})
    assert read(claimed).reason == Reason.MISPLACED
    smuggled = replace(level(), topic=OrderPlaced.topic)
    assert read(smuggled).reason in (Reason.HEADERS, Reason.MISPLACED)


@pytest.mark.parametrize(
    "change",
    [
        {"on_hand": 12.5},
        {"on_hand": "12.55555"},
        {"on_hand": "NaN"},
        {"on_hand": "1e3"},
        {"on_hand": "9" * 17},
        {"product_code": ""},
        {"product_code": "GY 126"},
        {"site": "  "},
        {"site": "a\x00b"},
        {"site": "仓" * 201},
        {"site": None},
        {"as_of": "2026-11-21T08:30:00"},
        {"as_of": "9999-12-31T23:59:59Z"},
    ],
    ids=str,
)
def test_a_level_that_breaks_its_schema_is_refused(change: dict[str, Any]) -> None:
    arrival = read(level(data=LEVEL | change))
    assert arrival.reason == Reason.DATA
    assert next(iter(change)) in arrival.error


@pytest.mark.parametrize(
    "amount",
    [
        {"amount": "0", "currency": "CNY"},
        {"amount": "-1", "currency": "CNY"},
        {"amount": "1.005", "currency": "CNY"},
        {"amount": "1", "currency": "XXX"},
        {"amount": "1.50", "currency": "JPY"},
        {"amount": "1"},
        "1",
    ],
    ids=str,
)
def test_money_that_nobody_can_pay_is_refused(amount: object) -> None:
    """The reason says which currency is not kept here."""
    data = PAYMENT | {"amount": amount}
    arrival = read(record(PaymentReceived, data, source=BANK, subject="2026-1"))
    assert arrival.reason == Reason.DATA
    if "XXX" in str(amount):
        assert "currency is not kept here" in arrival.error


def test_what_is_no_json_is_refused_and_unknown_fields_are_not() -> None:
    assert read(level(data=b"{")).reason == Reason.DATA
    assert read(level(data=LEVEL | {"bin": "A-7"})).reason is None


def test_a_setting_for_an_unknown_type_does_not_start() -> None:
    """A misspelt type would silently allow nobody."""
    with pytest.raises(ValueError, match="not among the inbound types"):
        ServiceSettings.model_validate(
            {"database_url": "x", "KEHU_INBOUND_SOURCES": {"crm.inbound.stok.v1": ["/wms"]}}
        )
