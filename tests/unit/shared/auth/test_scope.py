"""Whose things an actor may see: by reach, by place, by standing in, and how long that is kept."""

from __future__ import annotations

from datetime import date
from uuid import UUID, uuid4

from shared.auth.scope import Known, Organisation, Scopes
from shared.domain.actor import SYSTEM, Actor, Principal
from shared.domain.scope import EVERYTHING, Reach, Scope

TODAY = date(2026, 11, 22)
UNITS = [
    ("HQ/", "company"),
    ("HQ/EAST/", "region"),
    ("HQ/EAST/SH/", "branch"),
    ("HQ/EAST/SH/S1/", "department"),
    ("HQ/EAST/SH/S1/A/", "team"),
    ("HQ/EAST/SH/S1/B/", "team"),
    ("HQ/EAST/SH/S10/", "department"),
    ("HQ/EAST/HZ/", "branch"),
    ("HQ/WEST/", "region"),
]
PLACES = {
    "rep": "HQ/EAST/SH/S1/A/",
    "colleague": "HQ/EAST/SH/S1/A/",
    "other team": "HQ/EAST/SH/S1/B/",
    "head": "HQ/EAST/SH/S1/",
    "other department": "HQ/EAST/SH/S10/",
    "other branch": "HQ/EAST/HZ/",
    "other region": "HQ/WEST/",
    "office": "HQ/",
    "nowhere": None,
}
PEOPLE = {name: uuid4() for name in PLACES}
TEAM = {"rep", "colleague"}
DEPARTMENT = TEAM | {"other team", "head"}
REGION = DEPARTMENT | {"other department", "other branch"}


def known(*stand_ins: tuple[UUID, UUID, date, date]) -> Known:
    people = [(PEOPLE[name], path, None, None) for name, path in PLACES.items()]
    return people, UNITS, stand_ins


def organisation(*stand_ins: tuple[UUID, UUID, date, date]) -> Organisation:
    return Organisation(*known(*stand_ins))


def actor(name: str, reach: Reach, on_behalf_of: str | None = None) -> Actor:
    principal = Principal(PEOPLE[on_behalf_of], on_behalf_of) if on_behalf_of else None
    return Actor(PEOPLE[name], name, reach=reach, on_behalf_of=principal)


def seen(found: Scope) -> set[str]:
    return {name for name, person in PEOPLE.items() if found.sees(person)}


def shown(name: str, reach: Reach) -> set[str]:
    return seen(organisation().scope(actor(name, reach), TODAY))


def test_reach_widens_from_oneself_to_the_region() -> None:
    """S215, S216: S10 is not below S1."""
    assert shown("rep", Reach.OWN) == {"rep"}
    assert shown("rep", Reach.TEAM) == TEAM
    assert shown("rep", Reach.DEPARTMENT) == DEPARTMENT
    assert shown("rep", Reach.REGION) == REGION
    assert shown("head", Reach.TEAM) == DEPARTMENT


def test_where_there_is_no_such_unit_above_the_next_narrower_counts() -> None:
    """S215: at the end one's own unit, and for who is in none only oneself."""
    assert shown("other branch", Reach.DEPARTMENT) == {"other branch"}
    assert shown("office", Reach.REGION) == set(PLACES) - {"nowhere"}
    assert shown("nowhere", Reach.REGION) == {"nowhere"}


def test_who_is_in_no_unit_is_in_the_department_of_that_name() -> None:
    """S215: companies that have no tree yet; a department of this name elsewhere is another."""
    names = ("seller", "manager", "elsewhere", "placed", "nobody")
    ids = {name: uuid4() for name in names}
    people = [
        (ids["seller"], None, "上海", "销售一部"),
        (ids["manager"], None, "上海", "销售一部"),
        (ids["elsewhere"], None, "天津", "销售一部"),
        (ids["placed"], "HQ/EAST/SH/S1/", "上海", "销售一部"),
        (ids["nobody"], None, "上海", None),
    ]
    found = Organisation(people, UNITS, ())
    for reach in (Reach.TEAM, Reach.DEPARTMENT, Reach.REGION):
        seen_by = found.scope(Actor(ids["manager"], "", reach=reach), TODAY)
        assert seen_by.owners == frozenset({ids["seller"], ids["manager"]})
    alone = found.scope(Actor(ids["nobody"], "", reach=Reach.REGION), TODAY)
    assert alone.owners == frozenset({ids["nobody"]})


def test_a_deputy_sees_what_is_the_principals_on_the_days_agreed() -> None:
    """S18: the first and the last day included."""
    first, last = date(2026, 11, 20), date(2026, 11, 24)
    found = organisation((PEOPLE["rep"], PEOPLE["other region"], first, last))
    by_day = {
        day: seen(found.scope(actor("rep", Reach.OWN), date(2026, 11, day)))
        for day in range(19, 26)
    }
    both = {"rep", "other region"}
    assert by_day == {19: {"rep"}, **dict.fromkeys(range(20, 25), both), 25: {"rep"}}


def test_in_somebodys_name_one_sees_what_that_person_sees() -> None:
    """S18: and not what that person sees by standing in for a third."""
    always = (date(2026, 1, 1), date(2026, 12, 31))
    found = organisation(
        (PEOPLE["office"], PEOPLE["rep"], *always), (PEOPLE["rep"], PEOPLE["other region"], *always)
    )
    assert seen(found.scope(actor("office", Reach.TEAM, on_behalf_of="rep"), TODAY)) == TEAM


class Read:
    """What the tables hold, and how often they were read."""

    def __init__(self) -> None:
        self.found, self.readings = known(), 0

    async def __call__(self) -> Known:
        self.readings += 1
        return self.found


async def test_what_was_read_is_kept_until_it_is_forgotten() -> None:
    """S214: whoever reaches all, and the system, need nothing read."""
    read = Read()
    scopes = Scopes(read)
    assert await scopes.of(SYSTEM) is EVERYTHING
    assert await scopes.of(actor("rep", Reach.ALL)) is EVERYTHING
    assert read.readings == 0
    assert seen(await scopes.of(actor("rep", Reach.TEAM))) == TEAM
    read.found = [], [], []
    assert seen(await scopes.of(actor("rep", Reach.TEAM))) == TEAM
    assert read.readings == 1
    scopes.forget()
    assert seen(await scopes.of(actor("rep", Reach.TEAM))) == {"rep"}
