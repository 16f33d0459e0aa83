"""Text that is a program somewhere: to a database, a pattern, a log, a template, a spreadsheet, a
file system. It is data here: kept as it was written, found by itself alone, and never obeyed."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from services.analytics.consumers import CONSUMER
from shared.events import customer as customers
from shared.inbox.inbox import Inbox
from tests.integration.robustness.corpus.keeping import keep
from tests.integration.robustness.corpus.tally import Tally
from tests.integration.robustness.judging import LEAK, MOST_SECONDS, fingerprint, send
from tests.integration.robustness.worlds import World
from tests.support import generated
from tests.support.bad_input import Case
from tests.support.feeding import Feed

SQL = (
    *("' OR '1'='1", "' OR 1=1 --", '" OR ""="', "'; DROP TABLE customer; --", "1; SELECT 1"),
    *("' UNION SELECT NULL, version() --", "'||(SELECT pg_sleep(5))||'", "1 AND pg_sleep(5)"),
    *("\\'; COPY customer TO PROGRAM 'id'; --", "$$; DROP SCHEMA public; $$", "/*!50000 OR*/ 1"),
    *("admin'--", "%27%20OR%201=1", "') OR ('a'='a", "x'::int", "E'\\047 OR 1=1", "NULL", "*"),
    *("{x}", ":name", "%(name)s", "$1", "?", "set_config('app.uid','x',false)"),
)
LIKE = (
    "%",
    "_",
    "\\",
    "%%",
    "__",
    "\\%",
    "\\_",
    "%a%b%c%d%e%f%",
    "_" * 60,
    "[a-z]",
    "^.*$",
    "(a+)+$",
)
#: Those of them that are nothing but signs: a search for them is one for the signs.
SIGNS = ("%", "_", "\\", "%%", "__", "\\%", "\\_")
JSON_PATHS = (
    "$",
    "$.*",
    "$..name",
    "$[*] ? (@ == 1)",
    "{a,b}",
    '{"$ne": null}',
    "data->>'name'",
    "a.b[0]",
)
LOGS = (
    *(
        "a\r\nSet-Cookie: s=1",
        "a\nlevel=error forged",
        "a\r\n\r\nHTTP/1.1 200 OK",
        "\x1b[2J\x1b[31m",
    ),
    *("${jndi:ldap://127.0.0.1/a}", "%n%s%x%p", '{"event": "forged"}', "a\u2028forged"),
)
TEMPLATES = (
    *(
        "{{7*7}}",
        "${7*7}",
        "#{7*7}",
        "<%= 7*7 %>",
        "{% debug %}",
        "{0.__class__.__mro__}",
        "{self}",
    ),
    *("<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "javascript:alert(1)", "]]>"),
    *("<!--#exec cmd='id'-->", "$(id)", "`id`", "| id", "; id", "&& id", "__import__('os')"),
)
#: Beginnings by which spreadsheets know a formula, and what would follow.
FORMULAS = tuple(
    f"{sign}{formula}"
    for sign in ("=", "+", "-", "@", "＝", "＋", "－", "＠")
    for formula in (
        "1+1",
        "cmd|' /C calc'!A0",
        'HYPERLINK("http://evil.example","a")',
        "A1",
        "SUM(1)",
    )
)
BEGINNINGS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
PATHS = tuple(
    f"{way}{target}"
    for way in ("../", "..\\", "../../../../", "/", "....//", "%2e%2e/", "..%2f", "file:///")
    for target in ("etc/passwd", "windows/win.ini", "proc/self/environ", ".env", "id_rsa")
)
#: What lists sort and filter by, and what would be a program there.
SORTS = (
    "name;DROP",
    "name,(SELECT 1)",
    "name--",
    "1",
    "CASE WHEN 1=1 THEN name END",
    "name desc",
    "-",
)
#: Headers that could end up in answers, logs and traces.
HEADERS = (
    "x-request-id",
    "traceparent",
    "tracestate",
    "user-agent",
    "referer",
    "accept-language",
    "origin",
)


async def run(tally: Tally) -> None:
    """Kept, searched for, sorted by, exported, and sent in headers."""
    sets: Mapping[str, tuple[str, ...]] = {
        "SQL": SQL,
        "JSON path": JSON_PATHS,
        "log": LOGS,
        "template": TEMPLATES,
    }
    for kind, texts in sets.items():
        values = {f"{kind} {number}": text for number, text in enumerate(texts)}
        await keep(tally, "customer", "/v1/customers", "name", values)
    await _search(tally)
    await tally.refuse("customer", _sorts())
    await tally.refuse("customer", _paths())
    await _send_headers(tally)
    await _export(tally)


async def _search(tally: Tally) -> None:
    """A search finds what holds the text, and changes nothing."""
    world = tally.worlds["customer"]
    before = await fingerprint(world)
    for text in (*SQL, *LIKE):
        tally.count("search", text)
        answer = await _get(world, f"/v1/customers?q={quote(text, safe='')}")
        found = [each["name"] for each in answer.json().get("items", [])]
        if answer.status != 200 or answer.seconds > MOST_SECONDS or LEAK.search(answer.text):
            tally.faults.append(f"search for {text!r}: {answer.status} {answer.text[:300]}")
        tally.faults += [
            f"search for {text!r} finds {name!r}"
            for name in found
            if text in SIGNS and text not in name
        ]
    tally.compare("customer", before, await fingerprint(world))


def _sorts() -> Iterator[Case]:
    for sort in SORTS:
        path = f"/v1/customers?sort={quote(sort)}"
        yield Case("sort", sort, "GET", path, (), None, frozenset({422}), "/query/sort")


def _paths() -> Iterator[Case]:
    """A document is asked for by its id; a path is none."""
    for path in PATHS:
        address = f"/v1/documents/customer/{quote(path, safe='')}"
        yield Case("path", path, "GET", address, (), None, frozenset({400, 404, 422}))


async def _get(world: World, path: str, *headers: tuple[str, str | bytes]) -> Any:
    return await send(world, Case("", "", "GET", path, headers, None, frozenset({200})))


async def _send_headers(tally: Tally) -> None:
    """What a header says is neither repeated as a header nor obeyed."""
    world = tally.worlds["customer"]
    before = await fingerprint(world)
    for header in HEADERS:
        for text in ("a\r\nset-cookie: s=1", "' OR 1=1 --", "${jndi:ldap://127.0.0.1/a}"):
            tally.count("header", header, text)
            answer = await _get(world, "/v1/customers?page_size=1", (header, text))
            told = "".join(answer.headers.values())
            if answer.status != 200 or text in told or "set-cookie" in answer.headers:
                tally.faults.append(f"{header}: {text!r}: {answer.status} {answer.headers}")
    tally.compare("customer", before, await fingerprint(world))


async def _export(tally: Tally) -> None:
    """No cell of an export begins like a formula; the text is the same still."""
    world = tally.worlds["analytics"]
    company = generated.World(seed=99, days=30)
    for formula in FORMULAS:
        tally.count("formula", formula)
        buyer = company.customer()
        state = buyer.model_dump() | {"name": formula, "region": formula, "industry": formula}
        changed = company.emit(customers.CustomerChanged, state, datetime(2025, 1, 31, tzinfo=UTC))
        company.order(changed)
    await Feed(Inbox(world.service.db, CONSUMER)).send_by_topic(company.envelopes())
    for by in ("region", "industry", "customer"):
        answer = await _get(world, f"/v1/reports/cube.csv?measure=orders&by={by}")
        rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
        cells = [cell for row in rows for cell in row.values()]
        tally.faults += [f"{by}: {cell!r}" for cell in cells if cell.startswith(BEGINNINGS)]
        labels = "\n".join(row[f"{by}_label"] for row in rows)
        tally.faults += [f"{by} lacks {each!r}" for each in FORMULAS if each not in labels]
