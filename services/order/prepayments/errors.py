"""Refusals of the prepayments slice."""

from __future__ import annotations

from shared.domain.errors import Conflict


class PrepaymentShort(Conflict):
    """The available balance does not cover the amount (S165)."""

    code = "prepayment_short"
    title = "The prepayment account does not cover this"


class HoldTooSmall(Conflict):
    """Less is held for the order than would be released or consumed."""

    code = "hold_too_small"
    title = "Not that much is held for the order"
