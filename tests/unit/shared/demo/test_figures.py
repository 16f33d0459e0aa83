"""The demo says so when analytics shows other figures than the file it imported."""

from __future__ import annotations

import io
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, cast

import pytest
from rich.console import Console

from shared.demo import figures, samples
from shared.demo.company import Company
from shared.host.errors import HostError

CENT = Decimal("0.01")


class Analytics:
    """Answers the report on monthly sales."""

    def __init__(self, months: Mapping[str, Decimal]) -> None:
        self.months = months

    async def get(self, who: str, path: str, **query: str) -> dict[str, Any]:
        assert path == "/v1/reports/monthly-sales"
        items = [
            {"month": month, "amount": {"amount": str(amount), "currency": "USD"}}
            for month, amount in self.months.items()
        ]
        return {"items": items}


async def compared(shown: Mapping[str, Decimal], expected: Mapping[str, Decimal]) -> str:
    """What the demo prints about the figures that are shown."""
    console = Console(file=io.StringIO(), width=120)
    company = cast(Company, Analytics(shown))
    await figures.compare_monthly_sales(company, console, expected)
    printed: str = cast(io.StringIO, console.file).getvalue()
    return printed


@pytest.fixture(scope="module")
def expected() -> dict[str, Decimal]:
    """Sums taken straight from the CDNOW sample."""
    return samples.monthly_totals(samples.purchases())


def test_the_sample_is_whole(expected: dict[str, Decimal]) -> None:
    """2,357 customers, 6,919 purchases over 18 months; repeated lines all count."""
    bought = samples.purchases()
    assert len(bought) == 6919
    assert len({each.customer for each in bought}) == 2357
    assert (len(expected), min(expected), max(expected)) == (18, "1997-01", "1998-06")
    assert sum(expected.values()) == sum(each.amount for each in bought)


async def test_equal_figures_are_said_to_be_equal(expected: dict[str, Decimal]) -> None:
    printed = await compared(expected, expected)
    assert "equal to the cent" in printed
    assert f"{sum(expected.values()):,.2f}" in printed


@pytest.mark.parametrize("month", ["1997-01", "1998-06"])
async def test_a_cent_too_much_ends_the_demo(expected: dict[str, Decimal], month: str) -> None:
    with pytest.raises(HostError, match="Monthly sales differ"):
        await compared({**expected, month: expected[month] + CENT}, expected)


async def test_a_cent_in_another_month_ends_the_demo(expected: dict[str, Decimal]) -> None:
    """Though the sum over all months is right."""
    moved = {
        **expected,
        "1997-01": expected["1997-01"] - CENT,
        "1997-02": expected["1997-02"] + CENT,
    }
    with pytest.raises(HostError, match="Monthly sales differ"):
        await compared(moved, expected)


async def test_a_month_that_is_not_in_the_file_ends_the_demo(
    expected: dict[str, Decimal],
) -> None:
    with pytest.raises(HostError, match="Monthly sales differ"):
        await compared({**expected, "1998-07": CENT}, expected)
