"""Numbers and their ranges while the year turns, which it does at midnight in Shanghai (S226)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from shared.db import unit_of_work
from shared.domain.clock import business_zone
from tests.integration.order.test_number_ranges import KINDS, each_kind, give, number_of
from tests.support.numbering import YEAR, in_force, span, try_to_adopt
from tests.support.opportunity import succeeded
from tests.support.services import ServiceUnderTest

NEW_YEAR = datetime(2000 + int(YEAR) + 1, 1, 1, tzinfo=business_zone())
NEW_YEARS_EVE = NEW_YEAR - timedelta(microseconds=1)
Clock = Callable[[datetime], None]


@pytest.fixture
def it_is(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Sets the moment that transactions carry."""
    return lambda moment: monkeypatch.setattr(unit_of_work, "now", lambda: moment)


def numbered(kind: str, serial: int, years: int = 0) -> str:
    """A number of this year, or of one some years from now."""
    _, prefix, digits = KINDS[kind]
    return f"{prefix}{int(YEAR) + years:02d}{serial:0{digits}d}"


@each_kind
async def test_serials_begin_anew_at_midnight_and_whoever_began_before_has_the_old_year(
    order: ServiceUnderTest, it_is: Clock, kind: str
) -> None:
    """S226: also when the other's document is written first."""
    branch = f"西安 {kind}"
    it_is(NEW_YEARS_EVE)
    succeeded(await give(order, kind, span(610_001, 610_009, branch)))
    assert await number_of(order, kind, branch) == numbered(kind, 610_001)
    it_is(NEW_YEAR)
    assert await number_of(order, kind, branch) == numbered(kind, 610_001, years=1)
    it_is(NEW_YEARS_EVE)
    assert await number_of(order, kind, branch) == numbered(kind, 610_002)


@each_kind
async def test_ranges_of_the_new_year_leave_the_old_one_alone(
    order: ServiceUnderTest, it_is: Clock, kind: str
) -> None:
    """S226: a branch may begin anew elsewhere, and what is still written for the old year stays in
    the range that ended it. Who waited over New Year's Eve to adopt ranges sees the newest."""
    branch, others = f"兰州 {kind}", None if kind == "order" else span(10_001, 99_999)
    it_is(NEW_YEARS_EVE)
    succeeded(await give(order, kind, span(620_001, 620_009, branch)))
    later = NEW_YEAR.replace(year=NEW_YEAR.year + 1)
    it_is(later)
    elsewhere = {"branches": [span(1, 9, branch)], "others": others}
    version = succeeded(await try_to_adopt(order, kind, elsewhere))["version"]
    it_is(later - timedelta(microseconds=1))
    assert await number_of(order, kind, branch) == numbered(kind, 620_001, years=1)
    late = await try_to_adopt(order, kind, elsewhere, version=f'"v{version - 1}"')
    assert (late.status_code, late.json()["code"]) == (412, "stale_version")
    assert (await in_force(order, kind))["version"] == version
    it_is(later)
    assert await number_of(order, kind, branch) == numbered(kind, 1, years=2)
