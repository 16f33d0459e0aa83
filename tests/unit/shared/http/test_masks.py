"""Masks: enough to recognise, too little to use, and never taken for a value."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pydantic_core import PydanticCustomError

from shared.http import masks

Mask = Callable[[str | None], str | None]


@pytest.mark.parametrize(
    ("mask", "value", "shown"),
    [
        (masks.phone, "+8613812345678", "+86138****5678"),
        (masks.phone, "+861082882288", "+8610****2288"),
        (masks.phone, "+8610010", "****10"),
        (masks.email, "zhang@example.com", "z***@example.com"),
        (masks.email, "z@example.com", "z***@example.com"),
        (masks.name, "lilei88", "l****"),
    ],
)
def test_a_mask_hides_most_and_does_not_come_back(mask: Mask, value: str, shown: str) -> None:
    """S215."""
    assert mask(value) == shown
    assert mask(None) is None
    assert masks.unmasked(value) == value
    with pytest.raises(PydanticCustomError):
        masks.unmasked(shown)
