"""Who gets in, and how far (S214)."""

from __future__ import annotations

import pytest

from shared.auth.roles import Role
from tests.support.company import Company
from tests.support.system import System

PROTECTED = ["/v1/customers", "/v1/staff", "/v1/products", "/v1/auth/me"]


@pytest.mark.parametrize("path", PROTECTED)
async def test_without_a_token_nothing_is_shown(system: System, path: str) -> None:
    """Deny by default: 401 with the scheme to use."""
    async with system.http() as stranger:
        answer = await stranger.get(path)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json()["code"] == "unauthenticated"


async def test_the_token_says_who_somebody_is_and_what_they_may_do(company: Company) -> None:
    """Roles give permissions in every service."""
    manager = await company.one(Role.ACCOUNT_MANAGER)
    me = await manager.caller.get("/v1/auth/me")
    assert (me["id"], me["name"], me["roles"]) == (manager.id, manager.name, ["account_manager"])


async def test_a_role_may_not_do_the_work_of_another(company: Company) -> None:
    """The warehouse enters no customers and hires nobody."""
    warehouse = (await company.one(Role.WAREHOUSE)).caller
    problem = await warehouse.refused("POST", "/v1/customers", {"name": "越权贸易有限公司"})
    assert (problem["status"], problem["code"]) == (403, "forbidden")
    someone = {"login": "nobody", "name": "某人", "roles": ["administrator"]}
    assert (await warehouse.refused("POST", "/v1/staff", someone))["status"] == 403


async def test_who_has_left_is_out_at_once(company: Company) -> None:
    """A token that was good a moment ago is void in the service that ended it (S04)."""
    leaver = await company.hire(Role.WAREHOUSE, name="吴离")
    await leaver.caller.get("/v1/customers")

    administrator = await company.administrator()
    path = f"/v1/staff/{leaver.id}/leave"
    left = await administrator.post(path, {}, version=leaver.record["version"])

    assert left["status"] == "left"
    assert (await leaver.caller.refused("GET", "/v1/customers"))["status"] == 401
    assert (await company.token(leaver.login)).json()["error"] == "invalid_grant"


async def test_a_wrong_password_and_an_unknown_login_are_answered_alike(company: Company) -> None:
    """Nobody learns who works here."""
    manager = await company.one(Role.ACCOUNT_MANAGER)
    wrong = await company.token(manager.login, "not the password")
    unknown = await company.token("nobody.of.ours", "not the password")
    assert wrong.status_code == unknown.status_code == 400
    assert wrong.json() == unknown.json()
