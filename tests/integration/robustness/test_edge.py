"""What is said and refused at the edge of a service, before anybody looks at a request."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import pytest

from tests.conftest import Launch
from tests.integration.robustness.judging import problem_faults
from tests.support.services import ServiceUnderTest, token
from tests.support.wire import Answer, call

LIST = "/v1/customers"
OURS, OTHERS = "https://crm.example:8443", "https://evil.example"
EXPOSED = {"ETag", "Location", "Link", "Idempotent-Replayed", "RateLimit", "Retry-After"}


async def ask(
    service: ServiceUnderTest, method: str = "GET", target: str = LIST, **headers: str
) -> Answer:
    """A request of somebody who is signed in, unless told otherwise."""
    named = {name.replace("_", "-"): value for name, value in headers.items() if value}
    return await call(service.app, method, target, named.items())


def bearer() -> str:
    return f"Bearer {token('account_manager')}"


# -- languages -------------------------------------------------------------------------------------


async def test_a_refusal_is_told_in_the_language_of_the_request(customer: ServiceUnderTest) -> None:
    """The code, which programs go by, is the same in all."""
    asked = str(uuid4())
    path = f"{LIST}/{uuid4()}"
    told = {}
    for language in ("en", "zh-CN,zh;q=0.9,en;q=0.8", "fr"):
        answer = await ask(
            customer,
            target=path,
            authorization=bearer(),
            accept_language=language,
            x_request_id=asked,
        )
        assert problem_faults(answer, asked) == []
        assert answer.headers["vary"] == "Accept-Language"
        told[language] = answer
    english, chinese, french = (each.json() for each in told.values())
    assert [each.headers["content-language"] for each in told.values()] == ["en", "zh-CN", "en"]
    assert french == english
    assert english["title"] == "Not found"
    assert (chinese["title"], chinese["detail"]) == ("未找到", f"没有客户 {path[-36:]}。")
    assert {name for name in english if english[name] != chinese[name]} == {"title", "detail"}


async def test_a_repeated_request_is_answered_as_at_first_in_any_language(
    customer: ServiceUnderTest,
) -> None:
    """The stored answer has no language; one that is refused was never stored."""
    key = {"Idempotency-Key": str(uuid4())}
    async with customer.client("account_manager") as client:
        first = await client.post(LIST, json={"name": "海风"}, headers=key)
        again = await client.post(
            LIST, json={"name": "海风"}, headers={**key, "Accept-Language": "zh"}
        )
        other = await client.post(
            LIST, json={"name": "x"}, headers={**key, "Accept-Language": "zh"}
        )
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers["idempotent-replayed"] == "true"
    assert other.json()["title"] == "Idempotency-Key 已用于另一个请求"


# -- quotas ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
async def limited(launch: Launch) -> ServiceUnderTest:
    """A service whose callers have small quotas."""
    return await launch("customer", KEHU_RATE_PRINCIPAL=5, KEHU_RATE_NETWORK=20)


async def test_a_principal_over_its_quota_is_refused_and_nobody_else(
    limited: ServiceUnderTest,
) -> None:
    """draft-ietf-httpapi-ratelimit-headers-10, on every answer; Retry-After on the refusal."""
    asked, mine = str(uuid4()), bearer()
    answers = [await ask(limited, authorization=mine, x_request_id=asked) for _ in range(7)]
    assert [each.status for each in answers] == [200] * 5 + [429] * 2
    assert {each.headers["ratelimit-policy"] for each in answers} == {'"principal";q=5;w=60'}
    left = [re.match(r'"principal";r=(\d+);t=\d+$', each.headers["ratelimit"]) for each in answers]
    assert [found and int(found[1]) for found in left] == [4, 3, 2, 1, 0, 0, 0]
    assert problem_faults(answers[-1], asked) == []
    problem = answers[-1].json()
    assert (problem["code"], problem["retryable"]) == ("too_many_requests", True)
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 12
    assert (await ask(limited, authorization=bearer())).status == 200


async def test_a_network_over_its_quota_is_refused_before_anybody_looks_at_its_tokens(
    limited: ServiceUnderTest,
) -> None:
    """Those who look after the process are answered all the same."""
    answers = [await ask(limited, authorization="Bearer x") for _ in range(25)]
    kinds = [each.status for each in answers]
    assert kinds == sorted(kinds)
    assert set(kinds) == {401, 429}
    assert answers[-1].headers["ratelimit-policy"] == '"network";q=20;w=60'
    assert (await ask(limited, target="/livez")).status == 200
    assert (await ask(limited, target="/readyz")).status == 200


# -- pages of other sites --------------------------------------------------------------------------


@pytest.fixture(scope="module")
async def shared(launch: Launch) -> ServiceUnderTest:
    """A service that the pages of one other site may call, and whose answers ask for https."""
    return await launch(
        "customer", KEHU_CORS_ORIGINS=f"http://a.example,{OURS}", KEHU_HSTS_SECONDS=7
    )


def named(answer: Answer) -> dict[str, str]:
    """The headers about other sites."""
    return {name: value for name, value in answer.headers.items() if name.startswith("access-")}


async def test_pages_of_the_sites_that_are_named_may_read_answers(shared: ServiceUnderTest) -> None:
    """Exactly those, never with cookies; refusals too."""
    for authorization, status in ((bearer(), 200), ("", 401)):
        answer = await ask(shared, authorization=authorization, origin=OURS)
        assert answer.status == status
        headers = named(answer)
        assert headers.pop("access-control-allow-origin") == OURS
        assert set(headers.pop("access-control-expose-headers").split(", ")) >= EXPOSED
        assert headers == {}
    for origin in (
        OTHERS,
        "null",
        "*",
        OURS.upper(),
        f"{OURS}.evil.example",
        "https://crm.example",
    ):
        answer = await ask(shared, authorization=bearer(), origin=origin)
        assert (answer.status, named(answer)) == (200, {})
        assert answer.headers["vary"] == "Origin"


async def test_a_browser_is_told_beforehand_what_it_may_send(shared: ServiceUnderTest) -> None:
    """Also when it asks about what needs somebody signed in: it has no token to ask with."""
    answer = await ask(shared, "OPTIONS", origin=OURS, access_control_request_method="PATCH")
    assert (answer.status, answer.content) == (204, b"")
    assert answer.headers["access-control-allow-origin"] == OURS
    assert "PATCH" in answer.headers["access-control-allow-methods"]
    sent = answer.headers["access-control-allow-headers"]
    assert {"Authorization", "If-Match", "Idempotency-Key"} <= set(sent.split(", "))
    assert "access-control-allow-credentials" not in answer.headers
    for headers in (
        {"origin": OTHERS, "access_control_request_method": "PATCH"},
        {"origin": OURS},
        {"access_control_request_method": "PATCH"},
    ):
        refused = await ask(shared, "OPTIONS", **headers)
        assert refused.status == 405
        assert "access-control-allow-methods" not in refused.headers


async def test_without_a_setting_no_page_of_another_site_may(customer: ServiceUnderTest) -> None:
    answer = await ask(customer, authorization=bearer(), origin=OURS)
    preflight = await ask(customer, "OPTIONS", origin=OURS, access_control_request_method="GET")
    assert (answer.status, preflight.status) == (200, 405)
    assert named(answer) == named(preflight) == {}
    assert "vary" not in answer.headers


async def test_https_is_asked_for_where_it_is_spoken(shared: ServiceUnderTest) -> None:
    """Over plain HTTP the header would mean nothing (RFC 6797, section 7.2)."""

    async def over(scheme: str) -> str | None:
        async def app(scope: Any, receive: Any, send: Any) -> None:
            await shared.app({**scope, "scheme": scheme}, receive, send)

        return (await call(app, "GET", "/livez")).headers.get("strict-transport-security")

    assert await over("https") == "max-age=7"
    assert await over("http") is None
