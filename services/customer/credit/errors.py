"""Refusals of the credit slice."""

from __future__ import annotations

from shared.domain.errors import Invalid


class CreditRule(Invalid):
    """Settlement, limit and validity do not go together."""

    code = "credit_rule"
    title = "These terms do not go together"
