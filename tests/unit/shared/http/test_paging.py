"""Rows are written as the models they stand for would be."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

import pytest

from shared.http.fields import Output
from shared.http.paging import _Writer
from shared.http.rights import Restricted, last_four


class Colour(StrEnum):
    RED = "red"


class ThingOut(Output):
    id: UUID
    colour: Colour | None
    colours: list[Colour]
    price: Decimal
    made_at: datetime
    made_on: date
    tax_id: Annotated[str | None, Restricted("thing.identity", last_four)]


class BoxOut(Output):
    id: UUID
    things: list[ThingOut]


ROW: dict[str, Any] = {
    "_sort": 7,
    "price": Decimal("12.50"),
    "tax_id": "91110000600037341L",
    "id": UUID(int=7),
    "colour": "red",
    "colours": ["red"],
    "made_at": datetime(2026, 11, 30, 12, 0, 0, 500_000, UTC),
    "made_on": date(2026, 11, 30),
}


@pytest.mark.parametrize("eyes", [{"permissions": {"thing.identity"}}, {"permissions": ()}, None])
def test_a_row_is_written_as_its_model_would_be(eyes: Any) -> None:
    """In the order of the model, with what is restricted withheld (S215), and nothing else."""
    model = ThingOut.model_validate(ROW)
    assert _Writer(ThingOut).write([ROW, ROW | {"colour": None}], eyes) == b"[%b,%b]" % (
        model.model_dump_json(context=eyes).encode(),
        model.model_copy(update={"colour": None}).model_dump_json(context=eyes).encode(),
    )


@pytest.mark.parametrize(
    ("write", "error"),
    [
        (lambda: _Writer(BoxOut), TypeError),
        (lambda: _Writer(ThingOut).write([{"id": UUID(int=7)}], None), KeyError),
    ],
)
def test_what_a_row_cannot_be_is_not_written(
    write: Callable[[], Any], error: type[Exception]
) -> None:
    """A model within a row might show what is restricted in it; a missing column is a mistake."""
    with pytest.raises(error):
        write()
