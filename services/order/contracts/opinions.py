"""What departments say of a contract: one opinion each in a round of countersigning (S122)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Department(StrEnum):
    """Departments that may be asked for their opinion (S122)."""

    SALES = "sales"  # 销售
    TECHNICAL = "technical"  # 技术
    FINANCE = "finance"  # 财务
    LEGAL = "legal"  # 法务


class Verdict(StrEnum):
    """What a department thinks of a contract (S122)."""

    AGREE = "agree"  # 同意
    DISAGREE = "disagree"  # 不同意


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """One department's opinion in one round of countersigning; earlier rounds are kept."""

    round: int
    department: str
    verdict: Verdict
    remark: str | None
    given_by: UUID
    given_for: UUID | None = None
    given_at: datetime
