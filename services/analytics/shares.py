"""Shares of a whole that add up to it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_FLOOR, Decimal

STEP = Decimal("0.0001")


def shares(parts: Sequence[Decimal | int]) -> list[Decimal]:
    """Return each part as a share of the sum, in four places, adding up to exactly one.

    What rounding down leaves over goes to the parts that lost most by it (largest remainder
    method). Without a whole there are no shares: all are zero. Parts are not negative.
    """
    whole = sum(parts, Decimal(0))
    if not whole:
        return [Decimal("0.0000")] * len(parts)
    exact = [Decimal(part) / whole for part in parts]
    floors = [each.quantize(STEP, ROUND_FLOOR) for each in exact]
    left = int((1 - sum(floors)) / STEP)
    losers = sorted(range(len(parts)), key=lambda index: floors[index] - exact[index])
    for index in losers[:left]:
        floors[index] += STEP
    return floors


def ratio(part: int, whole: int) -> Decimal | None:
    """Return ``part`` of ``whole`` as a share in four places, None when there is no whole."""
    return None if not whole else (Decimal(part) / whole).quantize(STEP)
