"""Who has no token of ours is nobody, whatever is sent in its place."""

from __future__ import annotations

import pytest

from shared.http.sizes import MOST_HEADER_BYTES
from shared.service import NAMES
from tests.conftest import Launch
from tests.integration.robustness.forging import claims, forged_tokens, signed
from tests.support.services import ServiceUnderTest, token
from tests.support.wire import Answer, call

UNAUTHENTICATED = (401, "unauthenticated", "Bearer")
TOO_LARGE = (431, "headers_too_large", None)
#: What only somebody signed in is told.
PATHS = {
    "customer": "/v1/customers",
    "opportunity": "/v1/opportunities",
    "order": "/v1/orders",
    "analytics": "/v1/reports/monthly-sales",
}


async def ask(service: ServiceUnderTest, *credentials: str | bytes) -> Answer:
    """What a service answers to these ``Authorization`` headers."""
    headers = [("authorization", each) for each in credentials]
    return await call(service.app, "GET", PATHS[service.service.name], headers)


@pytest.mark.parametrize("name", NAMES)
async def test_forged_tokens_are_refused_alike(launch: Launch, name: str) -> None:
    """RFC 8725, RFC 9068: one algorithm, keys only from the configured set, every claim there."""
    service = await launch(name)
    forged = dict(forged_tokens())
    assert len(forged) > 80
    found = []
    for what, each in forged.items():
        answer = await ask(service, f"Bearer {each}")
        problem = answer.json()
        refused = (answer.status, problem["code"], answer.headers.get("www-authenticate"))
        wanted = TOO_LARGE if len(each) >= MOST_HEADER_BYTES else UNAUTHENTICATED
        if refused != wanted or (each[:40] in answer.text and len(each) > 9):
            found.append(f"{what}: {answer.status} {answer.text[:200]}")
    assert not found, "\n".join(found)
    good = await ask(service, f"Bearer {token('account_manager')}")
    assert good.status == 200, good.text


@pytest.mark.parametrize(
    "credentials",
    [
        (),
        ("",),
        ("Bearer",),
        ("Bearer ",),
        ("Basic YWRtaW46YWRtaW4=",),
        ("Digest username=admin",),
        ("{good}",),
        ("Token {good}",),
        ("Bearer, {good}",),
        ("Bearer {good}, Bearer {good}",),
        ("Bearer {good}", "Bearer {other}"),
        ("Basic YWRtaW46YWRtaW4=", "Bearer {good}"),
        (b"Bearer \xff\xfe",),
        (b"Bearer \x00",),
    ],
)
async def test_credentials_come_in_one_way_only(
    customer: ServiceUnderTest, credentials: tuple[str | bytes, ...]
) -> None:
    """One ``Authorization`` header with one bearer token (RFC 6750)."""
    good, other = token("account_manager"), token("administrator")
    sent = [
        each.format(good=good, other=other) if isinstance(each, str) else each
        for each in credentials
    ]
    answer = await ask(customer, *sent)
    assert (answer.status, answer.json()["code"]) == (401, "unauthenticated")


@pytest.mark.parametrize("parameter", ["access_token", "token", "authorization"])
async def test_a_token_in_the_address_is_not_looked_at(
    customer: ServiceUnderTest, parameter: str
) -> None:
    """It would stand in logs."""
    target = f"{PATHS['customer']}?{parameter}={token('account_manager')}"
    assert (await call(customer.app, "GET", target)).status == 401


async def test_what_a_token_says_in_addition_gives_nothing(customer: ServiceUnderTest) -> None:
    """Permissions follow from roles, and roles are those of the table."""
    more = {"permissions": ["staff.manage"], "scope": "staff.manage", "admin": True}
    for roles in (
        [],
        ["root"],
        ["Administrator"],
        ["administrator "],
        [["administrator"]],
        "admin",
    ):
        bearer = signed(claims(**more, roles=roles))
        headers = [("authorization", f"Bearer {bearer}"), ("content-type", "application/json")]
        answer = await call(customer.app, "POST", "/v1/staff", headers, [b"{}"])
        assert answer.status in (401, 403), roles
