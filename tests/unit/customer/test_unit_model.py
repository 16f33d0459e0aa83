"""Units: which goes below which, paths, moving and closing."""

from __future__ import annotations

from itertools import count

import pytest

from services.customer.units.errors import MisplacedUnit, TheCompany, UnitStateError
from services.customer.units.model import Place, Unit, UnitKind
from shared.domain.clock import now
from shared.events.organisation import UnitClosed, UnitMoved, UnitOpened

_serial = count(1)


def company() -> Unit:
    return Unit.found(code="HQ", name="总公司", at=now())[0]


def below(parent: Unit, kind: UnitKind, name: str = "") -> Unit:
    unit, change = Unit.open(
        parent, code=f"U{next(_serial)}", name=name or kind, kind=kind, manager_id=None, at=now()
    )
    assert change.event is UnitOpened
    return unit


def test_a_path_names_everything_above() -> None:
    """S218: whatever lies below a unit begins with its path, and nothing else does."""
    root = company()
    branch = below(root, UnitKind.BRANCH)
    department = below(branch, UnitKind.DEPARTMENT)
    assert department.path == f"HQ/{branch.code}/{department.code}/"
    assert below(root, UnitKind.BRANCH).path.startswith(branch.path) is False


@pytest.mark.parametrize("parent", UnitKind)
@pytest.mark.parametrize("kind", UnitKind)
def test_a_kind_goes_below_a_higher_one_only(parent: UnitKind, kind: UnitKind) -> None:
    """S218: company, region, branch, department, team."""
    root = company()
    above = root if parent is UnitKind.COMPANY else below(root, parent)
    order = list(UnitKind)
    if order.index(kind) > order.index(parent):
        assert below(above, kind).parent_id == above.id
    else:
        with pytest.raises(MisplacedUnit):
            below(above, kind)


def test_who_stands_below_follows() -> None:
    """S218: only the beginning of the path is another."""
    root = company()
    east, north = below(root, UnitKind.REGION), below(root, UnitKind.REGION)
    branch = below(east, UnitKind.BRANCH)
    team = below(branch, UnitKind.TEAM)
    before = branch.path
    assert branch.move(north).event is UnitMoved
    assert team.follow(before, branch.path).event is UnitMoved
    assert team.path == f"HQ/{north.code}/{branch.code}/{team.code}/"


def test_a_unit_does_not_go_below_itself() -> None:
    """S218: the tree has no cycle."""
    region = below(company(), UnitKind.REGION)
    branch = below(region, UnitKind.BRANCH)
    for parent in (region, branch):
        with pytest.raises(MisplacedUnit) as refused:
            region.move(parent)
        assert refused.value.errors[0].code == "cycle"


def test_the_company_stays() -> None:
    root = company()
    with pytest.raises(TheCompany):
        root.close()
    with pytest.raises(TheCompany):
        root.move(below(root, UnitKind.REGION))


def test_a_closed_unit_takes_nothing_and_stays_as_it_is() -> None:
    root = company()
    closed = below(root, UnitKind.BRANCH)
    assert closed.close().event is UnitClosed
    with pytest.raises(UnitStateError):
        closed.change(name="新")
    with pytest.raises(UnitStateError):
        closed.move(root)
    with pytest.raises(UnitStateError):
        closed.close()
    with pytest.raises(MisplacedUnit):
        below(closed, UnitKind.DEPARTMENT)


def test_a_place_has_the_nearest_department_and_branch() -> None:
    """S218: of the unit itself or above it; none where there is none."""
    root = company()
    region = below(root, UnitKind.REGION, "华东")
    branch = below(region, UnitKind.BRANCH, "上海")
    department = below(branch, UnitKind.DEPARTMENT, "销售一部")
    team = below(department, UnitKind.TEAM, "一组")
    place = Place.of(team, [root, region, branch, department, team])
    assert (place.department, place.branch, place.unit_path) == ("销售一部", "上海", team.path)
    place = Place.of(branch, [branch, region, root])
    assert (place.department, place.branch) == (None, "上海")
    place = Place.of(region, [root, region])
    assert (place.department, place.branch) == (None, None)
