"""The company of the demo: its parts fit together, so that the API takes them."""

from __future__ import annotations

from services.customer.units.model import UnitKind
from services.opportunity.quotes.approval import QUOTES
from shared.approvals.definition import AtLimit, Known
from shared.approvals.schemas import ProcessIn
from shared.auth.permissions import ALL
from shared.auth.roles import Role
from shared.demo.organisation import ENGINEER, GRANTED, LIMIT_SECONDS, PEOPLE, PROCESS, UNITS

KINDS = [each.value for each in UnitKind]


def test_each_unit_is_below_one_of_a_higher_kind_that_comes_before_it() -> None:
    """S218."""
    seen: dict[str, str] = {}
    for code, place in UNITS.items():
        above = seen[place.above] if place.above else "company"
        assert KINDS.index(above) < KINDS.index(place.kind), code
        seen[code] = place.kind


def test_everybody_works_somewhere_and_whoever_manages_works_here() -> None:
    """S218."""
    assert {each.unit for each in PEOPLE.values()} <= UNITS.keys()
    assert {each.manager for each in UNITS.values()} <= PEOPLE.keys()


def test_roles_are_predefined_or_the_companys_own_and_permissions_exist() -> None:
    """S214, S217."""
    assert {each.role for each in PEOPLE.values()} <= {*map(str, Role), ENGINEER["code"]}
    assert {*ENGINEER["permissions"], *GRANTED} <= ALL.keys()


def test_quotes_are_escalated_soon_when_nobody_decides() -> None:
    """S219, S221: the process is one that the quotes' own rules accept."""
    process = ProcessIn.model_validate(PROCESS).process()
    roles = frozenset({*map(str, Role), ENGINEER["code"]})
    process.check(
        Known(
            roles,
            ALL.keys(),
            QUOTES.attributes,
            QUOTES.has_amount,
            QUOTES.needs_authority,
            least_limit=LIMIT_SECONDS,
        )
    )
    (route,) = process.routes
    assert process.at_limit is AtLimit.ESCALATE
    assert [each.limit_seconds for each in route.steps] == [None, LIMIT_SECONDS]
