"""Time: stored in UTC, judged in the business zone (default Asia/Shanghai)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

BUSINESS_ZONE = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """Return the present moment in UTC, to the microsecond that PostgreSQL keeps."""
    return datetime.now(UTC)


def business_date(at: datetime, zone: ZoneInfo = BUSINESS_ZONE) -> date:
    """Return the calendar day of ``at`` where the business is."""
    return at.astimezone(zone).date()
