"""What a deputy is in the name of a principal."""

from __future__ import annotations

from datetime import date
from uuid import UUID, uuid4

import pytest

from shared.auth.delegation import Delegations, MalformedPrincipal, NotDeputy, Standing
from shared.auth.grants import Table
from shared.domain.actor import Actor
from shared.domain.clock import business_date, now
from shared.domain.scope import Reach

PRINCIPAL = uuid4()
DEPUTY = Actor(uuid4(), "代理人", frozenset({"clerk"}), frozenset({"product.read"}))
TABLE = Table(
    {"boss": frozenset({"order.approve", "deputy.appoint"}), "clerk": frozenset({"product.read"})},
    {"boss": Reach.REGION, "clerk": Reach.ALL},
)


async def find(principal_id: UUID, deputy_id: UUID, on: date) -> Standing | None:
    """One principal, one deputy, today."""
    if (principal_id, deputy_id, on) == (PRINCIPAL, DEPUTY.id, business_date(now())):
        return Standing("王总", frozenset({"boss"}), "销售部", "上海")
    return None


async def test_a_deputy_keeps_the_own_name_and_takes_the_place_of_the_principal() -> None:
    """S18, S214: permissions and reach are the principal's, and the own ones are not added."""
    acting = await Delegations(find).act(DEPUTY, str(PRINCIPAL), TABLE)
    assert (acting.id, acting.name) == (DEPUTY.id, "代理人")
    assert (acting.principal_id, acting.stands_for) == (PRINCIPAL, PRINCIPAL)
    assert acting.hands == (PRINCIPAL, DEPUTY.id)
    assert acting.permissions == {"order.approve"}
    assert acting.reach is Reach.REGION
    assert (acting.department, acting.branch) == ("销售部", "上海")


async def test_others_are_refused() -> None:
    """S214."""
    with pytest.raises(NotDeputy):
        await Delegations(find).act(DEPUTY, str(uuid4()), TABLE)
    with pytest.raises(MalformedPrincipal):
        await Delegations(find).act(DEPUTY, "王总", TABLE)
