"""How far people see: every operation on what has an owner, as each role that may call it, on what
belongs to owners in each relation to the one who asks, against the oracle (S18, S214 to S216)."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest

from shared.domain.actor import Actor
from shared.domain.scope import Scope
from shared.service import NAMES
from tests.conftest import Launch
from tests.matrix import (
    scene_of_analytics,
    scene_of_customer,
    scene_of_opportunity,
    scene_of_order,
)
from tests.matrix.asking import CALLS
from tests.matrix.oracle.book import BOOK
from tests.matrix.oracle.relations import ONES_OWN, PARTS, SOMEBODYS, THE_COMPANYS
from tests.matrix.reaching import Asking, narrow, of_each_reach
from tests.matrix.scene import Scene
from tests.support.applications import application
from tests.support.operations import operations

Report = Callable[[str, object], None]
FURNISH = {
    "customer": scene_of_customer.furnish,
    "opportunity": scene_of_opportunity.furnish,
    "order": scene_of_order.furnish,
    "analytics": scene_of_analytics.furnish,
}


@pytest.fixture(scope="module", params=NAMES)
async def scene(request: pytest.FixtureRequest, launch: Launch) -> Scene:
    """Each service, furnished."""
    return await FURNISH[request.param](launch)


@pytest.mark.parametrize("service", NAMES)
def test_the_oracle_knows_whose_is_what_a_path_names(service: str) -> None:
    """Who adds an operation on a thing says whether it is somebody's; what is, is asked for here in
    every relation. So the scene has to have such a thing."""
    document = application(service).openapi()
    for operation in operations(service, document):
        ids = {each["name"] for each in operation.parameters if each["in"] == "path"}
        unknown = ids - SOMEBODYS - THE_COMPANYS - PARTS - ONES_OWN
        assert not unknown, f"{operation}: whose is {unknown}? See oracle/relations.py"
        rule = BOOK[service][str(operation)]
        owned = rule.owned or rule.portal  # which test_portal.py asks for
        assert owned >= bool(ids & SOMEBODYS), f"{operation} is about somebody's, say so: owned(…)"
        assert not owned or not ids or ids & SOMEBODYS, f"{operation} is the company's: rule(…)"


async def test_what_belongs_to_others_is_not_there(scene: Scene, record_property: Report) -> None:
    """404 with the body of an id that does not exist; what one sees is found, and shows nothing of
    what one does not see."""
    asking = Asking(scene)
    await asking.by_id()
    assert not asking.wrong, asking.wrong
    record_property(CALLS, asking.calls)


async def test_lists_show_what_one_sees_and_nothing_else(
    scene: Scene, record_property: Report
) -> None:
    """Lists, searches, sums and exports: nothing hidden, by id, number or name (canaries); figures
    are the sum of what is seen (reliability rule 38)."""
    asking = Asking(scene)
    await asking.lists()
    assert not asking.wrong, asking.wrong
    record_property(CALLS, asking.calls)


async def test_what_belongs_to_others_cannot_be_built_upon_or_looked_for(
    scene: Scene, record_property: Report
) -> None:
    """A body or query that names what is hidden is answered as one that names what is not there."""
    asking = Asking(scene, of_each_reach)
    await asking.mentions()
    assert not asking.wrong, asking.wrong
    assert asking.unproven == scene.mute
    record_property(CALLS, asking.calls)


@pytest.mark.parametrize("owners", [None, frozenset()], ids=["too much", "too little"])
async def test_a_scope_that_is_not_kept_is_found(
    scene: Scene, owners: frozenset[UUID] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seeded: everybody sees everything, or nothing; then every line of the oracle fails that has
    something to hide, or to show."""

    async def of(actor: Actor) -> Scope:
        return Scope(owners)

    monkeypatch.setattr(scene.service.app.state.context.scopes, "of", of)
    asking = Asking(scene, narrow if owners is None else of_each_reach)
    await asking.by_id()
    await asking.lists()
    blind = {each for each, found in asking.found.items() if not found}
    if owners is not None:  # what shows only some things of its own may show none
        blind = {each for each in blind if each.rpartition("/")[2] not in scene.partial}
    assert blind == set()
