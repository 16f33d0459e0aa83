"""Which way a document goes, and definitions by which one would be lost (S219, S220)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.approvals.definition import AtLimit, Mode, Process, Route, Step, Voice
from shared.approvals.errors import InvalidProcess
from tests.support.approvals import KNOWN, asks, case, process

AMOUNTS = st.decimals("0.01", "1000000", places=2)


def banded(limits: list[Decimal]) -> Process:
    """A route for each band of amounts, told by the name of its step."""
    ends = [None, *limits, None]
    return Process(
        tuple(
            Route((asks("finance", name=f"band {place}"),), over, up_to)
            for place, (over, up_to) in enumerate(pairwise(ends))
        )
    )


@given(st.lists(AMOUNTS, unique=True, max_size=5), AMOUNTS)
def test_every_amount_has_one_way_and_a_limit_belongs_below(
    limits: list[Decimal], amount: Decimal
) -> None:
    """S109, S220."""
    definition = banded(sorted(limits))
    definition.check(KNOWN)
    steps = definition.steps_for(case(amount=amount))
    assert steps[0].name == f"band {sum(amount > limit for limit in limits)}"
    ways = [each for each in definition.routes if each.takes(case(amount=amount), "CNY")]
    assert len(ways) == 1


def test_an_amount_in_another_currency_needs_the_highest_band() -> None:
    """S221: no rate widens anybody's authority."""
    definition = banded([Decimal(10_000)])
    assert definition.steps_for(case(amount=Decimal(1), currency="USD"))[0].name == "band 1"


def test_the_most_special_route_takes_a_document() -> None:
    """S219."""
    general, special = Route((asks("finance"),)), Route((asks("warehouse"),))
    definition = Process((general, replace(special, attributes={"branch": "天津"})))
    definition.check(KNOWN)
    assert definition.steps_for(case())[0].name == "finance"
    assert definition.steps_for(case(attributes={"branch": "天津"}))[0].name == "warehouse"


@given(st.lists(AMOUNTS, unique=True, min_size=2, max_size=5), st.data())
def test_a_gap_in_the_amounts_is_refused(limits: list[Decimal], data: st.DataObject) -> None:
    """S219: whichever band is taken out."""
    routes = list(banded(sorted(limits)).routes)
    routes.pop(data.draw(st.integers(0, len(routes) - 1)))
    with pytest.raises(InvalidProcess):
        Process(tuple(routes)).check(KNOWN)


@pytest.mark.parametrize(
    "wrong",
    [
        process(),
        process(asks("nobody_knows")),
        process(asks("finance"), ladder=("nobody_knows",)),
        process(asks("finance"), ladder=("finance", "finance")),
        process(asks("finance"), asks("finance")),
        process(Step("two", Mode.SINGLE, asks("finance", "warehouse").voices)),
        process(Step("one", Mode.ALL, asks("finance").voices)),
        process(Step("nobody", Mode.SINGLE, (Voice("nobody"),))),
        process(Step("power", Mode.SINGLE, (Voice("power", authority=True),))),
        process(Step("may", Mode.SINGLE, (Voice("may", permissions=("no.such",)),))),
        process(asks("finance"), at_limit=AtLimit.STEP_DOWN),
        Process((Route((asks("finance"),), attributes={"branch": "天津"}),)),
        Process((Route((asks("finance"),), attributes={"colour": "red"}),)),
        Process((Route((asks("finance"),)), Route((asks("finance"),)))),
        Process(
            (
                Route((asks("finance"),), up_to=Decimal(5)),
                Route((asks("finance"),), over=Decimal(5), up_to=Decimal(5)),
                Route((asks("finance"),), over=Decimal(5)),
            )
        ),
    ],
)
def test_a_definition_with_which_a_document_would_be_lost_is_refused(wrong: Process) -> None:
    """S219: no step, unknown roles, contradictions, gaps; with an amount nothing steps down."""
    with pytest.raises(InvalidProcess) as refused:
        wrong.check(KNOWN)
    assert refused.value.errors[0].pointer.startswith("/")


def test_what_demands_authority_ends_with_it() -> None:
    """S108: no process approves a discount past those who have the authority for it."""
    known = replace(KNOWN, needs_authority=True)
    authority = Step("authority", Mode.SINGLE, (Voice("authority", authority=True),))
    process(asks("finance"), authority).check(known)
    for wrong in (process(asks("finance")), process(authority, asks("finance"))):
        with pytest.raises(InvalidProcess):
            wrong.check(known)
