"""Time: stored in UTC, judged in the business zone (default Asia/Shanghai)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

DEFAULT_ZONE = ZoneInfo("Asia/Shanghai")
_zone = DEFAULT_ZONE


def configure(zone: ZoneInfo) -> None:
    """Set the business zone of this process; the composition roots call it."""
    global _zone
    _zone = zone


def business_zone() -> ZoneInfo:
    """Return the zone in which days begin and deadlines are due."""
    return _zone


def now() -> datetime:
    """Return the present moment in UTC, to the microsecond that PostgreSQL keeps."""
    return datetime.now(UTC)


def business_date(at: datetime) -> date:
    """Return the calendar day of ``at`` where the business is."""
    return at.astimezone(_zone).date()
