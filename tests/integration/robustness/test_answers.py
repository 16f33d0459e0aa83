"""What every answer carries, and what none gives away."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
import structlog
from starlette.requests import Request
from starlette.responses import Response

from shared import logging as kehu_logging
from shared.service import NAMES
from tests.conftest import Launch
from tests.integration.robustness.judging import LEAK, problem_faults
from tests.integration.robustness.worlds import PASSWORD, World
from tests.support.services import ServiceUnderTest
from tests.support.wire import Answer, call

CANARY = "canary-a7f3c1"
ORIGIN = ("origin", "https://evil.example")


def requests_of(world: World) -> Iterator[tuple[str, str, list[tuple[str, str | bytes]], bytes]]:
    """Requests that are answered with each kind of status."""
    internal = f"/internal/{world.service.service.name}"
    signed_in: list[tuple[str, str | bytes]] = [
        ("authorization", world.authorization(internal)),
        ORIGIN,
    ]
    yield "GET", "/livez", [ORIGIN], b""
    yield "GET", "/readyz", [ORIGIN], b""
    yield "GET", "/metrics", [ORIGIN], b""
    yield "GET", f"{internal}/parked", signed_in, b""
    yield "GET", f"{internal}/parked", [ORIGIN], b""
    yield "GET", f"{internal}/parked?sort=x", signed_in, b""
    yield "GET", f"{internal}/parked?%ff", signed_in, b""
    yield "GET", f"{internal}/parked/x/{uuid4()}", signed_in, b""
    yield "PUT", f"{internal}/parked", signed_in, b""
    yield (
        "OPTIONS",
        f"{internal}/parked",
        [*signed_in, ("access-control-request-method", "GET")],
        b"",
    )
    yield "GET", "/no/such/path", [ORIGIN], b""
    yield "GET", f"/openapi/{world.service.service.name}.json", [ORIGIN], b""
    yield "GET", f"/docs/{world.service.service.name}", [ORIGIN], b""
    body = [*signed_in, ("content-type", "application/json")]
    yield "POST", f"{internal}/parked/x/{uuid4()}/drop", body, b"{"
    yield "POST", f"{internal}/parked/x/{uuid4()}/drop", body, b" " * 2**21


@pytest.mark.parametrize("name", NAMES)
async def test_every_answer_is_marked(worlds: dict[str, World], name: str) -> None:
    """Not to be guessed at, kept, framed, or read by the pages of others."""
    statuses = set()
    for method, target, headers, content in requests_of(worlds[name]):
        answer = await call(worlds[name].service.app, method, target, headers, [content])
        statuses.add(answer.status)
        assert marks_missing(answer) == [], f"{method} {target}: {answer.headers}"
    assert statuses >= {200, 400, 401, 404, 405, 413, 422}


def marks_missing(answer: Answer) -> list[str]:
    """What an answer should have and has not, or has and should not."""
    headers = answer.headers
    expected = {
        "x-content-type-options": "nosniff",
        "cache-control": "no-store",
        "content-security-policy": "frame-ancestors 'none'",
        "x-request-id": str(UUID(headers.get("x-request-id", CANARY * 3)[:36])),
    }
    wrong = [name for name, value in expected.items() if headers.get(name) != value]
    told = {"server", "x-powered-by", "access-control-allow-origin", "set-cookie"}
    return wrong + sorted(told & headers.keys())


async def fail(request: Request) -> Response:
    """A defect whose traceback holds what nobody may see."""
    secret = CANARY  # a local variable: tracebacks show none
    raise RuntimeError(f"SELECT 1 FROM /home/somebody, {len(secret)}")


async def test_a_defect_is_answered_without_a_word_about_it(
    launch: Launch, logged: list[Any]
) -> None:
    """No traceback, no statement, no path; what there is to know stands in the log."""
    service = await launch("customer")
    service.app.add_route("/v1/defect", fail)
    asked = str(uuid4())
    answer = await call(service.app, "GET", "/v1/defect", [("x-request-id", asked)])
    assert answer.status == 500
    assert problem_faults(answer, asked) == []
    assert marks_missing(answer) == []
    assert not LEAK.search(answer.text)
    (entry,) = [each for each in logged if each["event"] == "defect"]
    assert "SELECT 1" in str(entry["exc_info"])
    logged.remove(entry)


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What the services write to their log, as they do where machines read it."""
    lines = io.StringIO()
    before = structlog.get_config()
    structlog.configure(
        processors=kehu_logging._for_machines(),
        wrapper_class=structlog.make_filtering_bound_logger(0),
        logger_factory=structlog.WriteLoggerFactory(lines),
    )
    yield lines
    structlog.configure(**before)


async def test_passwords_and_tokens_are_in_no_log_answer_event_or_table(
    launch: Launch, written: io.StringIO, capfd: pytest.CaptureFixture[str]
) -> None:
    """Good ones, bad ones, those of refused requests, and those at hand in a defect."""
    service = await launch("customer")
    service.app.add_route("/v1/defect", fail)
    answers = [each async for each in use_secrets(service)]
    assert {200, 201, 400, 401, 422, 500} <= {each.status for each in answers}
    told = "".join(f"{each.text}{each.headers}" for each in answers)
    metrics = (await call(service.app, "GET", "/metrics")).text
    output = "".join(capfd.readouterr()) + written.getvalue()
    assert "defect" in output
    for place, text in (("answers", told), ("metrics", metrics), ("log", output)):
        assert CANARY not in text, place
    assert await tables_with(service, CANARY) == []


async def use_secrets(service: ServiceUnderTest) -> Any:
    """Requests with secrets in every place where one could stand."""
    manager = service.client("administrator")
    bearer = manager.headers["authorization"]
    json_headers = [("authorization", bearer), ("content-type", "application/json")]
    form = [("content-type", "application/x-www-form-urlencoded")]

    async def post(path: str, body: str, headers: Any = json_headers) -> Answer:
        return await call(service.app, "POST", path, headers, [body.encode()])

    person = f'"login": "secret.{uuid4().hex[:8]}", "name": "x", "roles": ["finance"]'
    hired = await post("/v1/staff", f'{{{person}, "password": "{CANARY} is long enough"}}')
    yield hired
    path = f"/v1/staff/{hired.json()['id']}/password"
    for body in (
        f'{{"password": "{CANARY} is new"}}',
        f'{{"password": "{CANARY[:3]}"}}',
        f'{{"password": "{CANARY * 30}"}}',
        f'{{"password": "{CANARY}", "also": "{CANARY}"}}',
        f'{{"password": ["{CANARY}"]}}',
        f'{{"password": {{"{CANARY}": 1}}}}',
        f'{{"password": "{CANARY}\\u0000"}}',
        f'{{"password": "{CANARY}"',
    ):
        yield await post(path, body)
    own = f'{{"current_password": "{CANARY}", "password": "{CANARY} {PASSWORD}"}}'
    yield await post("/v1/auth/password", own)
    for body in (
        f"grant_type=password&username={person[10:25]}&password={CANARY}",
        f"grant_type=password&username={CANARY}&password={CANARY * 30}",
        f"grant_type={CANARY}&username=x&password={CANARY}",
        f"grant_type=password&username=x&password={CANARY}%00",
    ):
        yield await post("/v1/auth/token", body, form)
    for token in (CANARY, f"{CANARY}.{CANARY}.{CANARY}", f"e30.{CANARY}.x"):
        headers = [("authorization", f"Bearer {token}"), ("cookie", f"session={CANARY}")]
        yield await call(service.app, "GET", "/v1/customers", headers)
        yield await call(service.app, "GET", f"/v1/defect?access_token={token}", headers)
    yield await call(service.app, "GET", "/v1/customers", [("authorization", bearer)])


async def tables_with(service: ServiceUnderTest, text: str) -> list[str]:
    """The tables in which a text stands."""
    found = []
    async with service.db.reading() as conn:
        for table in service.service.metadata.sorted_tables:
            name = f'"{table.schema}"."{table.name}"' if table.schema else f'"{table.name}"'
            rows = await conn.exec_driver_sql(f"SELECT t::text FROM {name} t")
            found += [name for row in rows if text in row[0]]
    return found
