"""Number ranges over HTTP: bodies in, bodies out."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from shared.http.fields import Input, Name, Output
from shared.numbering.ranges import Range, RangeSet
from shared.numbering.repository import Adopted

#: The series says how many digits there really are.
Serial = Annotated[int, Field(strict=True, ge=1, le=99_999_999)]


class RangeBody(Input):
    """The first and the last serial of a year."""

    first: Annotated[Serial, Field(examples=[1])]
    last: Annotated[Serial, Field(examples=[19_999])]

    def range(self) -> Range:
        """Return the range this body stands for."""
        return Range(self.first, self.last)


class BranchRangeBody(RangeBody):
    """The serials of one branch, by its name."""

    branch: Annotated[Name, Field(examples=["上海"])]


class RangesIn(Input):
    """All ranges: of the branches that have their own, and the one that the others share; without
    it they share a sequence, where the series has one."""

    branches: Annotated[list[BranchRangeBody], Field(max_length=200)]
    others: Annotated[RangeBody | None, Field(examples=[{"first": 40_001, "last": 99_999}])] = None

    @model_validator(mode="after")
    def _branches_differ(self) -> Self:
        if len({each.branch for each in self.branches}) < len(self.branches):
            raise PydanticCustomError("duplicate_branch", "A branch has one range.")
        return self

    def ranges(self) -> RangeSet:
        """Return the ranges this body stands for."""
        others = None if self.others is None else self.others.range()
        return RangeSet(others, {each.branch: each.range() for each in self.branches})


class RangeOut(Output):
    """The first and the last serial of a year."""

    first: int
    last: int


class BranchRangeOut(RangeOut):
    """The serials of one branch, by its name."""

    branch: str


class RangesOut(Output):
    """The ranges in force; ``others`` is null where they share a sequence."""

    version: int
    branches: list[BranchRangeOut]
    others: RangeOut | None

    @classmethod
    def of(cls, found: Adopted) -> RangesOut:
        """Present a version."""
        others = found.ranges.default
        return cls(
            version=found.version,
            branches=[
                BranchRangeOut(branch=branch, first=each.first, last=each.last)
                for branch, each in found.ranges.in_order
            ],
            others=None if others is None else RangeOut(first=others.first, last=others.last),
        )
