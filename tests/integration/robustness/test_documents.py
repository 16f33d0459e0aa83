"""The OpenAPI documents against the running services: schemathesis generates what they allow and
what they do not, and checks that the answers are those that are documented."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import uvicorn
from pydantic_core import to_json
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.embedded.state import HOST, free_port
from shared.service import NAMES
from tests.integration.robustness.telling import FAILED, GENERATED
from tests.integration.robustness.worlds import EVERY_ROLE, EVERYBODY, World

ROOT = Path(__file__).parents[3]
SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")
SEED = int(os.environ.get("FUZZ_SEED", "20261121"))
#: ``make fuzz`` asks for so many random requests for each operation, and is told how it goes.
MORE = int(os.environ.get("FUZZ_EXAMPLES", "0"))
EVERY = 1_000
#: First every field takes each kind of its good values in turn, then all of them take random ones,
#: good and bad, so many for each operation; the corpus of bad input takes each bad one in turn. The
#: rules of the domain refuse much that a document allows: a check of our own looks at why.
IN_TURN, AT_RANDOM = True, 3
#: Seconds for an answer; where very many requests keep the machine busy, none is given up early.
PATIENCE, MORE_PATIENCE = 10, 120
#: Reports have very many parameters, and their queries are slow.
LESS = {"analytics": (False, 10)}
CONFIGURATION = """
seed = {seed}
continue-on-failure = true
warnings = {{ fail-on = ["unresolvable_reference", "unsupported_regex", "missing_auth"] }}
request-timeout = {patience}

[headers]
Authorization = {authorization}

[parameters]
"header.If-Match" = "*"
{parameters}

[[operations]]
include-path-regex = "^/v1/portal/"
headers = {{ Authorization = {of_customer} }}

[generation]
max-examples = {examples}
allow-x00 = false
database = "none"

[phases]
examples.enabled = false
stateful.enabled = false
coverage.enabled = {in_turn}
coverage.generation.mode = "positive"

[checks]
positive_data_acceptance.enabled = false
missing_required_header.expected-statuses = [400, 401, 428]
negative_data_rejection.expected-statuses = [
    400, 401, 404, 409, 412, 413, 414, 415, 422, 428, 429, 431
]

{hidden}
"""
HIDDEN = """
[[operations]]
include-path = {path}
checks.unsupported_method.enabled = false
checks.allow_header_conformance.enabled = false
"""


@pytest.fixture
def answered() -> Counter[int]:
    """How often the services answered with which status."""
    return Counter()


@pytest.fixture
async def addresses(
    spoilt: dict[str, World], answered: Counter[int]
) -> AsyncIterator[dict[str, str]]:
    """The services, each on a port of its own."""
    async with contextlib.AsyncExitStack() as stack:
        yield {
            name: await stack.enter_async_context(served(world, answered))
            for name, world in spoilt.items()
        }


def counting(app: ASGIApp, answered: Counter[int]) -> ASGIApp:
    """An application whose answers are counted."""

    async def counted(scope: Scope, receive: Receive, send: Send) -> None:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                answered[message["status"]] += 1
                if MORE and answered.total() % EVERY == 0:
                    print(f"{answered.total()} requests", file=sys.__stdout__, flush=True)
            await send(message)

        await app(scope, receive, sending)

    return counted


@contextlib.asynccontextmanager
async def served(world: World, answered: Counter[int]) -> AsyncIterator[str]:
    """A service behind a real server; its address."""
    port = free_port()
    config = uvicorn.Config(
        counting(world.service.app, answered),
        host=HOST,
        port=port,
        lifespan="off",
        log_config=None,
        access_log=False,
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - it tells nobody
        await asyncio.sleep(0.01)
    yield f"http://{HOST}:{port}"
    server.should_exit = True
    await task


async def test_the_services_do_as_their_documents_say(
    spoilt: dict[str, World],
    addresses: dict[str, str],
    answered: Counter[int],
    tmp_path: Path,
    record_property: Callable[[str, object], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Statuses, media types, headers and bodies; what is malformed is refused, what is well formed
    is never refused for its form, and nothing is answered with a 5xx."""
    runs = (run(spoilt[name], addresses[name], tmp_path) for name in NAMES)
    reports = dict(zip(NAMES, await asyncio.gather(*runs), strict=True))
    with capsys.disabled():
        for name, (_, report) in reports.items():
            found = re.search(r"^\s*(\d+ generated.*)$", report, re.MULTILINE)
            print(f"\n{name}: {found[1] if found else 'no cases'} by schemathesis", end="")
        print()
    failures = sum(count for status, count in answered.items() if status >= 500)
    record_property(GENERATED, answered.total())
    record_property(FAILED, failures)
    failed = [report for code, report in reports.values() if code]
    assert not failures, answered
    assert not failed, "\n".join(failed)


async def run(world: World, address: str, folder: Path) -> tuple[int | None, str]:
    """Run schemathesis on one service; return its exit code and its report."""
    name = world.service.service.name
    written = folder / f"{name}.toml"
    written.write_text(configuration(world))
    process = await asyncio.create_subprocess_exec(
        SCHEMATHESIS,
        *("--config-file", written, "run", f"{address}/openapi/{name}.json", "--no-color"),
        cwd=ROOT,
        env=os.environ | {"SCHEMATHESIS_HOOKS": "tests.support.schemathesis_checks"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        limit=2**26,  # of a line: requests are shown in full
    )
    assert process.stdout is not None
    output = b""
    async for line in process.stdout:
        output += line
        if MORE:
            print(f"{name}: {line.decode().rstrip()}", file=sys.__stdout__, flush=True)
    return await process.wait(), output.decode()


def configuration(world: World) -> str:
    """What schemathesis has to know: somebody's token, and ids of what is there."""
    named = world.service.service.name
    # Plans are their owner's. Where staff are kept it is nobody of them: what is done to staff does
    # not end the session.
    who = "somebody else" if named == "customer" else EVERYBODY
    client = world.service.client(*EVERY_ROLE, name=who)
    paths = {each.path for each in world.operations}
    of_customer = world.authorization("/v1/portal/") if named == "order" else ""
    names = {each["name"] for one in world.operations for each in one.parameters}
    known = {name: value for name, value in world.known.items() if name in names}
    in_turn, at_random = LESS.get(named, (IN_TURN, AT_RANDOM))
    if MORE:
        in_turn, at_random = True, MORE
    return CONFIGURATION.format(
        seed=SEED,
        patience=MORE_PATIENCE if MORE else PATIENCE,
        in_turn=str(in_turn).lower(),
        examples=at_random,
        authorization=quoted(client.headers["authorization"]),
        of_customer=quoted(of_customer),
        parameters="\n".join(f'"path.{name}" = {quoted(value)}' for name, value in known.items()),
        hidden="".join(
            HIDDEN.format(path=quoted(each)) for each in paths if is_hidden(each, paths)
        ),
    )


def is_hidden(path: str, paths: set[str]) -> bool:
    """Whether a path could be that of another with an id in it: ``/v1/customers/imports``."""
    patterns = (re.sub(r"\{\w+\}", "[^/]+", each) for each in paths if each != path)
    return any(re.fullmatch(pattern, path) for pattern in patterns)


def quoted(text: object) -> str:
    """A text as TOML has it."""
    return to_json(str(text)).decode()
