"""What deputies may do in the name of others, and where it is said."""

from __future__ import annotations

from shared.auth.delegation import ON_BEHALF_OF, WITHHELD
from shared.auth.permissions import ALL
from shared.http.openapi import routes_with_gates
from shared.service import NAMES
from tests.support.applications import application


async def test_every_operation_that_asks_for_a_permission_shows_the_header() -> None:
    """By the gate alone: one's own account is nobody else's."""
    seen = 0
    for name in NAMES:
        app = application(name)
        paths = app.openapi()["paths"]
        for method, path, gate in routes_with_gates(app):
            shown = paths[path][method.lower()].get("parameters", ())
            headers = {each["name"] for each in shown if each["in"] == "header"}
            assert (ON_BEHALF_OF in headers) == bool(gate and gate.permission), (method, path)
            seen += 1
    assert seen > 100


def test_what_stays_with_the_person_is_what_gives_authority_to_others() -> None:
    """S214: roles, staff, deputies, and the system itself."""
    assert {"role.manage", "staff.manage", "unit.manage", "deputy.appoint", "deputy.manage"} <= (
        WITHHELD
    )
    assert "operations.manage" in WITHHELD
    assert ALL.keys() >= WITHHELD
    assert not {"order.approve", "quote.approve", "customer.change"} & WITHHELD
