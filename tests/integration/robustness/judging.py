"""What every refusal has to be, and what a database has to look like afterwards."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection
from dataclasses import replace
from uuid import uuid4

import asyncpg

from tests.integration.robustness.worlds import World
from tests.support.bad_input import Case
from tests.support.wire import Answer, call

MOST_SECONDS = 2.0
#: What refused requests may change: attempts to guess are counted whether they succeed or not.
COUNTERS = frozenset({"public.attempt"})
#: Refused after RFC 6749, section 5.2, and RFC 7009, section 2.2.1, not with a problem document.
OAUTH = ("/v1/auth/token", "/v1/auth/revoke")

_CODE = re.compile(r"[a-z][a-z0-9_]{2,60}")
LEAK = re.compile(
    r"Traceback|File \"|\.py\b|site-packages|asyncpg|sqlalchemy|pydantic|starlette|"
    r"SELECT .* FROM|INSERT INTO|UPDATE .* SET|/home/|/usr/|/tmp/",
    re.IGNORECASE,
)


#: All of the corpus is refused in Chinese: so every complaint is seen to have its translation.
CHINESE = ("accept-language", "zh-CN, en;q=0.5")
_CHINESE = re.compile("[\u4e00-\u9fff]")


async def faults(world: World, case: Case) -> list[str]:
    """Send a case twice; return what is wrong with the answers."""
    return (await asked_twice(world, case))[1]


async def asked_twice(world: World, case: Case) -> tuple[Answer, list[str]]:
    """Send a case twice, as somebody who reads Chinese; return the first answer, and what is wrong
    with both."""
    asked = str(uuid4())
    named = replace(case, headers=(CHINESE, *case.headers, ("x-request-id", asked)))
    first, second = await send(world, named), await send(world, named)
    found = judged(case, first, asked)
    if (first.status, first.content) != (second.status, second.content):
        found.append(f"answered {second.status} the second time: {second.text[:200]}")
    return first, [f"{case}: {fault}" for fault in found]


async def send(world: World, case: Case) -> Answer:
    """Send a case as somebody who may do everything, unless it says as whom."""
    headers = case.headers
    if not any(name == "authorization" for name, _ in headers):
        headers = (("authorization", world.authorization(case.path)), *headers)
    parts = () if case.content is None else (case.content,)
    return await call(world.service.app, case.method, case.path, headers, parts)


def judged(case: Case, answer: Answer, asked: str) -> list[str]:
    """What is wrong with one answer."""
    found = []
    if answer.status not in case.statuses:
        found.append(f"answered {answer.status}, not {sorted(case.statuses)}: {answer.text[:300]}")
    if answer.seconds > MOST_SECONDS:
        found.append(f"took {answer.seconds:.1f} s")
    if leak := LEAK.search(answer.text):
        found.append(f"gives away {leak[0]!r}: {answer.text[:300]}")
    if answer.status >= 400 and not case.path.startswith(OAUTH):
        found += problem_faults(answer, asked) + language_faults(answer)
        if case.pointer is not None and not names_only(answer, case.pointer):
            found.append(f"does not name {case.pointer} alone: {answer.text[:300]}")
        if case.codes and answer.json().get("code") not in case.codes:
            found.append(f"is not {sorted(case.codes)}: {answer.text[:300]}")
    return found


def problem_faults(answer: Answer, asked: str) -> list[str]:
    """What is wrong with a problem document (RFC 9457)."""
    kind = answer.headers.get("content-type", "")
    if kind != "application/problem+json":
        return [f"is {kind!r}, no problem document: {answer.text[:200]}"]
    body = answer.json()
    expected = {
        "status": answer.status,
        "type": f"/problems/{body.get('code')}",
        "request_id": asked,
        "retryable": bool(body.get("retryable")),
    }
    found = [f"{name}: {body.get(name)!r}" for name in expected if body.get(name) != expected[name]]
    if not _CODE.fullmatch(str(body.get("code"))):
        found.append(f"code: {body.get('code')!r}")
    found += [f"no {each}" for each in ("title", "detail", "instance") if not body.get(each)]
    for error in body.get("errors", [{}]):
        if error.keys() != {"pointer", "code", "message"}:
            found.append(f"error: {error}")
    if answer.headers.get("x-request-id") != asked:
        found.append("another request id in its header")
    return found


def language_faults(answer: Answer) -> list[str]:
    """What is not Chinese in a problem document that should be."""
    told = (answer.headers.get("content-language"), answer.headers.get("vary"))
    found = [] if told == ("zh-CN", "Accept-Language") else [f"language: {told}"]
    body = answer.json()
    said = [body["title"], *(each["message"] for each in body["errors"])]
    return found + [f"not translated: {each}" for each in said if not _CHINESE.search(each)]


def names_only(answer: Answer, place: str) -> bool:
    """Whether a refusal names this field or what is in it, and no other."""
    pointers = [each["pointer"] for each in answer.json().get("errors", ())]
    return bool(pointers) and all(f"{each}/".startswith(f"{place}/") for each in pointers)


async def fingerprint(world: World, without: Collection[str] = COUNTERS) -> dict[str, str]:
    """A checksum of every table of a service."""
    connection = await asyncpg.connect(world.service.owner_dsn)
    try:
        tables = await connection.fetch(
            "SELECT schemaname || '.' || quote_ident(tablename) FROM pg_tables"
            " WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1"
        )
        sums = {}
        for (table,) in tables:
            if table not in without:
                rows = await connection.fetch(f"SELECT t::text FROM {table} t ORDER BY 1")
                joined = "\n".join(row[0] for row in rows).encode()
                sums[table] = f"{len(rows)} rows, {hashlib.sha256(joined).hexdigest()}"
        return sums
    finally:
        await connection.close()
