"""HTTP side of the cube: query parameters in, rows out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, StringConstraints

from services.analytics.cube.dimensions import DIMENSIONS
from services.analytics.cube.measures import MeasureName
from services.analytics.cube.question import Question, Slice
from services.analytics.snapshot import AsOf
from shared.domain.scope import Scope
from shared.http.fields import Currency, Day, Digits, Input, MoneyOut, Output

#: A value of a dimension; empty for what has none.
Value = Annotated[str, StringConstraints(max_length=200)]
Ids = Annotated[list[UUID], Field(max_length=200, default_factory=list)]
Values = Annotated[list[Value], Field(max_length=200, default_factory=list)]

FEWEST_ROWS, MOST_ROWS = 100, 10_000
MOST_EXPORTED = 100_000


class SliceQuery(Input):
    """Which facts count. A filter may be repeated: its values are alternatives; an empty value
    stands for facts without one."""

    from_: Annotated[Day | None, Field(alias="from", description="first day")] = None
    to: Annotated[Day | None, Field(description="last day, included")] = None
    currency: Annotated[list[Currency], Field(max_length=50, default_factory=list)]
    customer: Annotated[Ids, Field(description="客户")]
    owner: Annotated[Ids, Field(description="业务员: who owned the document")]
    product: Annotated[Ids, Field(description="产品")]
    department: Annotated[Values, Field(description="部门: of the owner at the time")]
    branch: Annotated[Values, Field(description="分支机构: of the owner at the time")]
    region: Annotated[Values, Field(description="地域: of the customer at the time")]
    industry: Annotated[Values, Field(description="行业: of the customer today")]
    level: Annotated[Values, Field(description="客户等级: of the customer today")]
    source: Annotated[Values, Field(description="客户来源: of the customer today")]
    product_line: Annotated[Values, Field(description="产品线: of the product today")]

    def slice(self, scope: Scope, on: date | None = None) -> Slice:
        """Return the slice this asks for, within the scope of who asks."""
        given = {name: getattr(self, name) for name in DIMENSIONS if hasattr(self, name)}
        filters = {name: [value or None for value in each] for name, each in given.items() if each}
        return Slice(
            first=self.from_,
            last=self.to,
            on=on,
            currencies=self.currency,
            filters=filters,
            scope=scope,
        )


class CubeQuery(SliceQuery):
    """A question to the cube."""

    measure: MeasureName
    by: Annotated[
        str,
        Field(
            max_length=200,
            description="up to three dimensions, separated by commas: " + ", ".join(DIMENSIONS),
            examples=["customer,month"],
        ),
    ] = ""
    on: Annotated[
        Day | None, Field(description="receivables as of the end of this day; left out: now")
    ] = None
    sort: Annotated[
        str | None,
        Field(
            max_length=20,
            description="key, amount or quantity, downwards with a minus; left out: time forwards,"
            " else the greatest amount first",
        ),
    ] = None

    def question(self, scope: Scope, limit: int) -> Question:
        """Return the question this asks."""
        wanted = self.slice(scope, self.on)
        return Question.of(self.measure, self.by, wanted, sort=self.sort, limit=limit)


class CubeRowsQuery(CubeQuery):
    """A question to the cube, with a limit."""

    limit: Annotated[int, Field(ge=1, le=MOST_ROWS), Digits] = FEWEST_ROWS


class DimensionOut(Output):
    """What a measure can be broken down by, and the Chinese term for it."""

    name: str
    term: str
    is_time: Annotated[bool, Field(description="sliced by from and to, not by a value")]


class MeasureOut(Output):
    """What can be asked for, and the Chinese term for it."""

    name: MeasureName
    term: str
    dimensions: list[DimensionOut]


class MeasuresOut(Output):
    """Everything the cube can be asked for."""

    items: list[MeasureOut]


class KeyOut(Output):
    """A value of a dimension: what is filtered by, and what people call it."""

    value: str | None
    label: str | None


class CubeRow(Output):
    """One cell of the cube. ``slice`` holds the query parameters that select just this cell."""

    key: dict[str, KeyOut]
    amount: MoneyOut
    quantity: Annotated[str | None, Field(description="decimal; null where there is none")]
    facts: Annotated[int, Field(description="document lines, receipts or invoices summed")]
    slice: dict[str, str]


class CubeOut(Output):
    """An answer of the cube. ``drill`` are the dimensions it can be broken down by next."""

    measure: MeasureName
    by: list[str]
    rows: list[CubeRow]
    truncated: Annotated[bool, Field(description="there are more rows than the limit")]
    drill: list[str]
    as_of: AsOf

    @classmethod
    def of(cls, question: Question, found: Sequence[Any], as_of: AsOf) -> CubeOut:
        """Present the rows of an answer, of which there may be one too many."""
        taken = {each.name for each in question.by}
        return cls(
            measure=question.measure.name,
            by=[each.name for each in question.by],
            rows=[_row(question, row) for row in found[: question.limit]],
            truncated=len(found) > question.limit,
            drill=[each.name for each in question.measure.dimensions if each.name not in taken],
            as_of=as_of,
        )


def _row(question: Question, row: Mapping[str, Any]) -> CubeRow:
    key, selected = {}, {"currency": row["currency"]}
    for index, dimension in enumerate(question.by):
        value = row[f"key{index}"]
        text = dimension.text(value)
        key[dimension.name] = KeyOut(value=text, label=row[f"label{index}"] or text)
        selected |= dimension.slice(value)
    return CubeRow(
        key=key,
        amount=MoneyOut(amount=row["amount"], currency=row["currency"]),
        quantity=None if row["quantity"] is None else str(row["quantity"]),
        facts=row["facts"],
        slice=selected,
    )
