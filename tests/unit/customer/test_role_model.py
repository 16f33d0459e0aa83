"""Roles: what is predefined, what is granted and revoked, and what administrators keep."""

from __future__ import annotations

import pytest

from services.customer.roles.errors import (
    IndispensablePermission,
    IndispensableReach,
    PredefinedRole,
    RoleStateError,
    UnknownPermission,
)
from services.customer.roles.model import INDISPENSABLE, RoleDefinition
from shared.auth.permissions import ALL, DECLARED, built_in
from shared.auth.roles import NAMES, Role
from shared.domain.clock import now
from shared.domain.scope import Reach
from shared.events.organisation import RoleChanged, RoleDefined, RoleRetired


def auditor(*permissions: str) -> RoleDefinition:
    role, change = RoleDefinition.define(
        code="auditor", name="Auditor", name_zh="审计", permissions=permissions, at=now()
    )
    assert change.event is RoleDefined
    return role


def test_sixteen_roles_are_predefined_with_names() -> None:
    """S217."""
    assert len(Role) == 16
    assert NAMES.keys() == set(Role)
    assert len({name for pair in NAMES.values() for name in pair}) == 32


def test_every_permission_is_declared_once_and_said_in_two_languages() -> None:
    """S217: else one service would speak for another."""
    declared = [each for found in DECLARED.values() for each in found]
    assert len(declared) == len(ALL)
    for each in declared:
        assert each.description.isascii(), each.code
        assert not each.description_zh.isascii(), each.code


def test_customers_get_what_the_portal_offers_and_nothing_of_the_houses() -> None:
    """S25: whoever could read orders would read everybody's."""
    held = {"portal.catalogue", "portal.read", "portal.order"}
    assert built_in(Role.CUSTOMER_PORTAL) == held
    assert not [role for role in Role if role != Role.CUSTOMER_PORTAL and built_in(role) & held]


def test_executives_see_everything_and_change_nothing() -> None:
    """S215: but the name of a deputy of their own, and what they are asked to decide."""
    held = built_in(Role.EXECUTIVE) - {"deputy.appoint"}
    assert {"report.read", "customer.read", "ledger.read", "order.read"} <= held
    assert {each.rpartition(".")[2] for each in held} <= {"read", "reconcile", "decide"}


def test_sellers_see_their_own_managers_their_department_and_others_all() -> None:
    """S215, S216: as the roles come; a role of the company's own shows one's own at first."""
    reach = {role: RoleDefinition.predefine(role, at=now())[0].reach for role in Role}
    narrower = {role: each for role, each in reach.items() if each != Reach.ALL}
    assert narrower == {
        Role.ACCOUNT_MANAGER: Reach.OWN,
        Role.SALES_ASSISTANT: Reach.TEAM,
        Role.SALES_MANAGER: Reach.DEPARTMENT,
        Role.CUSTOMER_PORTAL: Reach.OWN,
    }
    assert auditor().reach == Reach.OWN


def test_how_far_a_role_reaches_changes_but_that_of_administrators() -> None:
    """S215."""
    role = auditor()
    assert role.change(reach=Reach.REGION).event is RoleChanged
    assert role.reach == Reach.REGION
    administrator, _ = RoleDefinition.predefine(Role.ADMINISTRATOR, at=now())
    assert administrator.change(name="Root", reach=Reach.ALL).event is RoleChanged
    with pytest.raises(IndispensableReach):
        administrator.change(reach=Reach.DEPARTMENT)


def test_permissions_are_granted_and_revoked() -> None:
    """S214: what is there already is there once, what is not there is not missed."""
    role = auditor("order.read")
    assert role.grant(["invoice.read", "order.read"]).event is RoleChanged
    assert role.permissions == ["invoice.read", "order.read"]
    assert role.revoke(["order.read", "quote.read"]).event is RoleChanged
    assert role.permissions == ["invoice.read"]


def test_what_no_service_asks_for_is_not_granted() -> None:
    """S214: the refusal names the place."""
    with pytest.raises(UnknownPermission) as refused:
        auditor("order.read", "order.raed")
    assert [each.pointer for each in refused.value.errors] == ["/permissions/1"]
    with pytest.raises(UnknownPermission):
        auditor().grant(["everything"])


@pytest.mark.parametrize("permission", sorted(INDISPENSABLE))
def test_administrators_keep_what_sets_everything_right(permission: str) -> None:
    """S214: whatever else is taken from them."""
    role, _ = RoleDefinition.predefine(Role.ADMINISTRATOR, at=now())
    with pytest.raises(IndispensablePermission):
        role.revoke(["customer.import", permission])
    assert {"customer.import", permission} <= set(role.permissions)
    role.revoke(["customer.import"])
    assert "customer.import" not in role.permissions


def test_a_retired_role_stays_as_it_is() -> None:
    role = auditor("order.read")
    assert role.retire().event is RoleRetired
    for step in (
        role.retire,
        lambda: role.grant(["order.read"]),
        lambda: role.revoke(["order.read"]),
    ):
        with pytest.raises(RoleStateError):
            step()
    with pytest.raises(RoleStateError):
        role.change(name="x")


@pytest.mark.parametrize("role", Role)
def test_predefined_roles_are_not_retired(role: Role) -> None:
    """S217: rules ask for them by name."""
    defined, _ = RoleDefinition.predefine(role, at=now())
    with pytest.raises(PredefinedRole):
        defined.retire()
