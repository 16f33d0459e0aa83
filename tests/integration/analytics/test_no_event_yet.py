"""The reports of a system in which nothing has happened."""

from __future__ import annotations

import pytest

from tests.support.services import ServiceUnderTest

REPORTS = [
    "cube?measure=sales&by=customer,month",
    "cube?measure=receivables&on=2026-01-31",
    "monthly-sales",
    "customers",
    "staff",
    "products",
    "funnel",
    "contribution",
    "composition?by=industry",
    "inactive-customers",
    "ageing?by=customer",
    "reconciliation",
]


@pytest.mark.parametrize("report", REPORTS)
async def test_a_report_before_the_first_event_is_empty_and_says_so(
    analytics: ServiceUnderTest, report: str
) -> None:
    async with analytics.client("general_manager") as client:
        response = await client.get(f"/v1/reports/{report}")
    assert response.status_code == 200
    answer = response.json()
    assert answer["as_of"] == {"positions": [], "event_time": None}
    lists = [value for name, value in answer.items() if name in ("rows", "items", "bands")]
    assert all(value == [] for value in lists)
