"""Settings that all services share."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from pydantic import ValidationError

from shared.domain import clock
from shared.service import NAMES, load
from tests.support.applications import NOWHERE

EVENING = datetime(2026, 11, 21, 20, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """The zone is taken back after each test."""
    monkeypatch.setattr(clock, "_zone", clock.DEFAULT_ZONE)


@pytest.mark.parametrize("name", NAMES)
async def test_one_variable_sets_the_business_zone_of_a_service(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Its API and its worker know the zone as soon as they open the database."""
    service = load(name)
    assert clock.business_date(EVENING) == date(2026, 11, 22)
    monkeypatch.setenv("KEHU_BUSINESS_ZONE", "Europe/Berlin")
    database = service.create_database(service.settings(database_url=NOWHERE))
    assert clock.business_date(EVENING) == date(2026, 11, 21)
    await database.close()


def test_a_zone_that_does_not_exist_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEHU_BUSINESS_ZONE", "Asia/Peking")
    with pytest.raises(ValidationError, match="KEHU_BUSINESS_ZONE"):
        load("order").settings(database_url=NOWHERE)
