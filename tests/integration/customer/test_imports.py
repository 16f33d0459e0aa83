"""Import of customers: from the upload to every row accounted for."""

from __future__ import annotations

import asyncio
import io
import sys
import time
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
import sqlalchemy as sa
from openpyxl import Workbook, load_workbook

from services.customer.imports.columns import COLUMNS
from services.customer.imports.service import CUSTOMERS
from services.customer.settings import CustomerSettings
from shared.domain.clock import now
from shared.imports import store
from shared.imports.runner import ImportRunner
from tests.conftest import Launch
from tests.support.services import ServiceUnderTest, token_keys

Json = dict[str, Any]
CSV = "text/csv"


async def upload(
    client: httpx.AsyncClient,
    text: str | bytes,
    *,
    name: str = "customers.csv",
    key: str | None = None,
    **options: str,
) -> httpx.Response:
    """Send a file."""
    content = text.encode() if isinstance(text, str) else text
    headers = {"Idempotency-Key": key} if key else {}
    files = {"file": (name, content, CSV)}
    return await client.post("/v1/customers/imports", files=files, data=options, headers=headers)


async def work(service: ServiceUnderTest) -> None:
    """Do what the worker does."""
    await ImportRunner(service.db, [CUSTOMERS]).work()


async def imported(
    service: ServiceUnderTest, client: httpx.AsyncClient, text: str | bytes, **options: Any
) -> Json:
    """Send a file, have it worked off, and return the job."""
    started = await upload(client, text, **options)
    assert started.status_code == 202, started.text
    await work(service)
    return dict((await client.get(started.headers["location"])).json())


async def errors_of(client: httpx.AsyncClient, job: Json) -> list[tuple[int, str | None, str]]:
    """The errors of a job: line, column and code."""
    found: list[tuple[int, str | None, str]] = []
    params: Json = {"page_size": 3}
    while True:
        page = (await client.get(f"/v1/imports/{job['id']}/errors", params=params)).json()
        found += [(each["line"], each["column"], each["code"]) for each in page["items"]]
        if page["next_page_token"] is None:
            return found
        params["page_token"] = page["next_page_token"]


async def customer_by(client: httpx.AsyncClient, external_id: str) -> Json:
    """The customer with an external id."""
    listed = (await client.get("/v1/customers", params={"external_id": external_id})).json()
    (found,) = listed["items"]
    return dict((await client.get(f"/v1/customers/{found['id']}")).json())


def figures(job: Json) -> tuple[str, int, int, int, int, int]:
    """What became of the rows."""
    names = ("status", "rows_done", "created", "updated", "unchanged", "failed")
    return tuple(job[name] for name in names)


async def test_customers_are_imported(customer: ServiceUnderTest) -> None:
    """S02: with Chinese headings; each becomes a customer with its event."""
    text = (
        "外部编号,客户名称,统一社会信用代码,电话,行业,地区,等级,状态,颜色\n"
        "I-1,华为技术有限公司,914403001922038216,0755-28780808,通信,华南,a,正式客户,红\n"
        "I-2,腾讯科技,,,互联网,华南,,,\n"
    )
    async with customer.client("administrator", branch="深圳") as client:
        job = await imported(customer, client, text)
        assert figures(job) == ("done", 2, 2, 0, 0, 0)
        assert job["columns"]["name"] == "客户名称"
        assert (job["ignored"], job["rows_expected"]) == (["颜色"], 2)
        huawei, tencent = await customer_by(client, "I-1"), await customer_by(client, "I-2")
        found = (await client.get("/v1/customers?q=hwjs")).json()["items"]
    assert (huawei["status"], huawei["level"], huawei["phone"]) == ("formal", "A", "+8675528780808")
    assert (tencent["status"], tencent["industry"], tencent["branch"]) == (
        "prospect",
        "互联网",
        "深圳",
    )
    assert [each["id"] for each in found] == [huawei["id"]]
    events = await customer.published("crm.customer.customer.created.v1")
    assert [event["data"]["external_id"] for event in events] == ["I-1", "I-2"]
    assert events[0]["data"]["owner_id"] == str(customer.people["administrator"])


async def test_a_workbook_is_imported(customer: ServiceUnderTest) -> None:
    """S02: XLSX, and GB 18030 as Chinese Excels save CSV."""
    book = Workbook()
    book.worksheets[0].append(["External id", "Name", "Phone"])
    book.worksheets[0].append(["X-1", "招商银行", 13800138001])
    content = io.BytesIO()
    book.save(content)
    async with customer.client("administrator") as client:
        job = await imported(customer, client, content.getvalue(), name="客户.XLSX")
        assert (job["format"], job["encoding"], job["file_name"]) == ("xlsx", None, "客户.XLSX")
        assert figures(job) == ("done", 1, 1, 0, 0, 0)
        assert (await customer_by(client, "X-1"))["phone"] == "+8613800138001"
        chinese = "外部编号;名称\nG-1;交通银行\n".encode("gb18030")
        job = await imported(customer, client, chinese)
        assert job["encoding"] == "gb18030"
        assert (await customer_by(client, "G-1"))["name"] == "交通银行"


async def test_rows_with_errors_are_named_and_the_others_taken(customer: ServiceUnderTest) -> None:
    """S02: line, column, code; a row is taken whole or not at all."""
    async with customer.client("administrator") as client:
        await imported(customer, client, "name,external_id,tax_id\n比亚迪,E-0,91440300192317458F\n")
        before = await customer.published()
        text = (
            "external_id,name,tax_id,phone,email,level,status,owner\n"
            "E-1,好的一行,,,,,,\n"
            ",,,1,,,,\n"
            "E-3,坏税号,914403001922038217,,,,,\n"
            "E-4,坏电话,,请打总机啊,,,,\n"
            "E-5,多处,,x,x,D,lost,\n"
            "E-6,没有这个人,,,,,,nobody\n"
            "E-7,多一格,,,,,,,x\n"
            "E 8,坏编号,,,,,,\n"
            "E-9,比亚迪二,91440300192317458F,,,,,\n"
            "E-10,也是好的,,,,,,\n"
        )
        job = await imported(customer, client, text)
        assert figures(job) == ("done", 10, 2, 0, 0, 8)
        assert await errors_of(client, job) == [
            (3, "name", "missing"),
            (3, "phone", "string_too_short"),
            (4, "tax_id", "tax_id"),
            (5, "phone", "phone"),
            (6, "phone", "string_too_short"),
            (6, "email", "string_pattern_mismatch"),
            (6, "level", "enum"),
            (6, "status", "status"),
            (7, "owner", "unknown_staff"),
            (8, None, "too_many_cells"),
            (9, "external_id", "string_pattern_mismatch"),
            (10, None, "possible_duplicate"),
        ]
    assert len(await customer.published()) == len(before) + 2


async def test_a_known_external_id_is_a_change(customer: ServiceUnderTest) -> None:
    """S02: what a row says replaces what was known, what it leaves empty stays."""
    async with customer.client("administrator") as client:
        body = {"login": "heir.apparent", "name": "王", "roles": ["account_manager"]}
        heir = (await client.post("/v1/staff", json=body)).json()["id"]
        await imported(
            customer,
            client,
            "external_id,name,region,phone\nU-1,旧名,华东,13800138009\nU-2,不变,,\n",
        )
        text = (
            "external_id,name,region,phone,status,owner\n"
            "U-1,新名,,,formal,Heir.Apparent\n"
            "U-2,不变,,,,\n"
            "U-3,新来,,,lead,\n"
        )
        job = await imported(customer, client, text)
        assert figures(job) == ("done", 3, 1, 1, 1, 0)
        changed = await customer_by(client, "U-1")
        assert (changed["name"], changed["region"], changed["phone"]) == (
            "新名",
            "华东",
            "+8613800138009",
        )
        assert (changed["status"], changed["owner_id"], changed["version"]) == ("formal", heir, 4)
        again = await imported(customer, client, text)
        assert figures(again) == ("done", 3, 0, 0, 3, 0)
        down = await imported(customer, client, "external_id,name,status\nU-1,新名,lead\n")
        assert await errors_of(client, down) == [(2, "status", "customer_state")]
    events = [
        each for each in await customer.published() if str(each["aggregate_id"]) == changed["id"]
    ]
    assert [(each["type"].split(".")[3], each["data"]["status"]) for each in events] == [
        ("created", "prospect"),
        ("changed", "prospect"),
        ("confirmed", "formal"),
        ("owner_changed", "formal"),
    ]


async def test_rows_of_one_file_meet_each_other(customer: ServiceUnderTest) -> None:
    """S02: an external id that comes twice is entered, then changed; look-alikes are named."""
    async with customer.client("administrator") as client:
        text = (
            "external_id,name,phone\n"
            "D-1,双行一,13800138011\n"
            "D-1,双行二,\n"
            ",双行二有限公司,\n"
            "D-2,另一家,138 0013 8011\n"
        )
        job = await imported(customer, client, text)
        assert figures(job) == ("done", 4, 2, 1, 0, 1)
        assert await errors_of(client, job) == [(5, None, "possible_duplicate")]
        assert (await customer_by(client, "D-1"))["name"] == "双行二"
        accepted = await imported(
            customer, client, "external_id,name\nD-3,双行二\n", accept_duplicates="true"
        )
        assert (figures(accepted), accepted["options"]) == (
            ("done", 1, 1, 0, 0, 0),
            {"accept_duplicates": True},
        )


async def test_a_collision_inside_a_batch_fails_one_row(customer: ServiceUnderTest) -> None:
    """Promise 36: two rows with one tax id, accepted as duplicates or not."""
    async with customer.client("administrator") as client:
        text = "name,tax_id\n甲行,91330100799655058B\n乙行,91330100799655058B\n丙行,\n"
        job = await imported(customer, client, text, accept_duplicates="true")
        assert figures(job) == ("done", 3, 2, 0, 0, 1)
        assert await errors_of(client, job) == [(3, None, "tax_id_taken")]


async def test_a_dry_run_changes_nothing_and_tells_all(customer: ServiceUnderTest) -> None:
    """S02: the same figures and errors as the run that follows."""
    text = "external_id,name,phone\nR-1,试运行,\nR-2,坏,x\nR-1,试运行改,\n"
    async with customer.client("administrator") as client:
        before = await customer.published()
        dry = await imported(customer, client, text, dry_run="true")
        assert await customer.published() == before
        listed = (await client.get("/v1/customers?external_id=R-1")).json()["items"]
        assert (listed, dry["dry_run"]) == ([], True)
        real = await imported(customer, client, text)
        assert figures(dry) == figures(real) == ("done", 3, 1, 1, 0, 1)
        assert await errors_of(client, dry) == await errors_of(client, real)


@pytest.mark.parametrize(
    ("content", "code", "line"),
    [
        (b"phone\n1\n", "missing_column", 1),
        (b"name,name\na,b\n", "double_column", 1),
        (b"\n\n", "empty_file", None),
        (b"name\n\xff\xff\xff", "unknown_encoding", None),
        (b'name\nGood One\n"' + b"x" * 140_000, "malformed_csv", 3),
    ],
)
async def test_a_file_that_cannot_be_read_fails(
    customer: ServiceUnderTest, content: bytes, code: str, line: int | None
) -> None:
    """S02: the job says why and where."""
    async with customer.client("administrator") as client:
        job = await imported(customer, client, content)
    assert job["status"] == "failed"
    assert (job["error"]["code"], job["error"]["line"]) == (code, line)


@pytest.mark.parametrize(
    ("content", "name", "status", "code"),
    [
        (b"", "c.csv", 400, "malformed_upload"),
        (b"name\na\n", "c.pdf", 415, "unsupported_file"),
        (b"name\na\n", "c.xlsx", 415, "unsupported_file"),
        (b"PK\x03\x04....", "c.csv", 415, "unsupported_file"),
        (b"\xd0\xcf\x11\xe0....", "c.xls", 415, "unsupported_file"),
    ],
)
async def test_a_file_of_another_kind_is_refused_at_once(
    customer: ServiceUnderTest, content: bytes, name: str, status: int, code: str
) -> None:
    """Name and content have to agree; nothing is left behind."""
    async with customer.client("administrator") as client:
        answer = await upload(client, content, name=name)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        wrong = await upload(client, "name\na\n", dry_run="perhaps")
        assert wrong.json()["errors"][0]["pointer"] == "/dry_run"
        unknown = await upload(client, "name\na\n", colour="red")
        assert unknown.json()["errors"][0]["pointer"] == "/colour"
        json = await client.post("/v1/customers/imports", json={"name": "x"})
        assert json.json()["code"] == "malformed_upload"
    async with customer.db.reading() as conn:
        query = sa.text("SELECT count(*) FROM import_job WHERE status = 'uploading'")
        assert await conn.scalar(query) == 0


async def test_the_size_of_a_file_is_limited_by_the_settings(launch: Launch) -> None:
    """Larger than an ordinary body may be, and no larger than allowed."""
    launched = await launch("customer")
    settings = CustomerSettings(
        database_url=launched.app.state.context.settings.database_url,
        import_max_bytes=3 * 1024 * 1024,
    )
    launched.app = launched.service.create_app(settings, db=launched.db, keys=token_keys)
    row = "n" * 150 + "\n"
    async with launched.client("administrator") as client:
        fits = await upload(client, "name\n" + row * 15_000)
        assert fits.status_code == 202
        too_large = await upload(client, "name\n" + row * 25_000)
        assert (too_large.status_code, too_large.json()["code"]) == (413, "file_too_large")
        cancelled = await client.post(f"{fits.headers['location']}/cancel")
        assert cancelled.json()["status"] == "cancelled"
    async with launched.db.reading() as conn:
        assert await conn.scalar(sa.text("SELECT count(*) FROM import_chunk")) == 0


async def test_a_repeated_upload_starts_one_job(customer: ServiceUnderTest) -> None:
    """With a key, even at the same moment; the same key with another file is refused."""
    text = "external_id,name\nK-1,一次\n"
    async with customer.client("administrator") as client:
        answers = await asyncio.gather(*(upload(client, text, key="once") for _ in range(4)))
        accepted = [each for each in answers if each.status_code == 202]
        assert {each.status_code for each in answers} <= {202, 409}
        again = await upload(client, text, key="once")
        other = await upload(client, text + "K-2,另\n", key="once")
        ids = {each.json()["id"] for each in [*accepted, again]}
        assert len(ids) == 1
        assert again.headers["idempotent-replayed"] == "true"
        assert again.headers["location"] == f"/v1/imports/{again.json()['id']}"
        assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
        await work(customer)
        jobs = (await client.get("/v1/imports?page_size=1")).json()["items"]
    assert [each["id"] for each in jobs] == list(ids)


async def test_only_some_import(customer: ServiceUnderTest) -> None:
    """Management and administrators."""
    async with customer.client("account_manager") as client:
        assert (await upload(client, "name\na\n")).status_code == 403
        assert (await client.get("/v1/imports")).status_code == 403
    async with customer.client("sales_manager") as client:
        assert (await upload(client, "name\n允许\n")).status_code == 202
        unknown = "/v1/imports/01900000-0000-7000-8000-000000000000"
        for url in (unknown, f"{unknown}/errors"):
            assert (await client.get(url)).status_code == 404
        assert (await client.post(f"{unknown}/cancel")).status_code == 404
    await work(customer)


async def test_a_template_can_be_filled_in_and_sent(customer: ServiceUnderTest) -> None:
    """In both languages and formats; every heading is recognised."""
    url = "/v1/customers/imports/template"
    async with customer.client("administrator") as client:
        for language in ("en", "zh"):
            csv = await client.get(url, params={"format": "csv", "language": language})
            assert csv.content.startswith(b"\xef\xbb\xbf")
            headings = csv.content.decode("utf-8-sig").strip().split(",")
            xlsx = await client.get(url, params={"format": "xlsx", "language": language})
            sheet = load_workbook(io.BytesIO(xlsx.content)).worksheets[0]
            assert [cell.value for cell in sheet[1]] == headings
            filled = csv.content + f"T-{language},模板{language}{',' * 12}\n".encode()
            job = await imported(customer, client, filled)
            assert (figures(job), job["ignored"]) == (("done", 1, 1, 0, 0, 0), [])
            assert job["columns"].keys() == {column.name for column in COLUMNS}


async def test_a_cancelled_import_keeps_what_it_took(customer: ServiceUnderTest) -> None:
    """S02: and a second worker does not go on with it."""
    text = "external_id,name\n" + "".join(f"Q-{n},取消{n}\n" for n in range(2000))
    async with customer.client("administrator") as client:
        started = await upload(client, text)
        url = started.headers["location"]
        working = asyncio.create_task(work(customer))
        while (await client.get(url)).json()["rows_done"] < 500:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        cancelled = await client.post(f"{url}/cancel")
        await working
        await work(customer)
        job = (await client.get(url)).json()
        again = await client.post(f"{url}/cancel")
    assert cancelled.json()["status"] == job["status"] == "cancelled"
    assert job["rows_done"] == job["created"] == cancelled.json()["rows_done"] < 2000
    assert (again.status_code, again.json()["code"]) == (409, "import_over")
    async with customer.db.reading() as conn:
        query = sa.text("SELECT count(*) FROM customer WHERE external_id LIKE 'Q-%'")
        assert await conn.scalar(query) == job["created"]


async def test_many_workers_take_each_row_once(customer: ServiceUnderTest) -> None:
    """They share the jobs; a job is one worker's."""
    text = "external_id,name\n" + "".join(f"W-{n},工人{n}\n" for n in range(1200))
    async with customer.client("administrator") as client:
        first, second = await upload(client, text), await upload(client, "name\n另一份\n")
        await asyncio.gather(*(work(customer) for _ in range(4)))
        await work(customer)
        job = (await client.get(first.headers["location"])).json()
        other = (await client.get(second.headers["location"])).json()
    assert figures(job) == ("done", 1200, 1200, 0, 0, 0)
    assert figures(other) == ("done", 1, 1, 0, 0, 0)


async def test_a_killed_import_goes_on_where_it_was(customer: ServiceUnderTest) -> None:
    """S02: kill -9 in the middle neither loses nor doubles a row."""
    count = 6000
    text = "external_id,name\n" + "".join(f"K9-{n},幸存{n}\n" for n in range(count))
    url = customer.app.state.context.settings.database_url.get_secret_value()
    async with customer.client("administrator") as client:
        started = await upload(client, text + "K9-X,坏行,多一格\n")
        location = started.headers["location"]
        for least in (1000, 3000):
            worker = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "tests.support.import_worker", url),
                cwd=Path(__file__).parents[3],
                stdout=asyncio.subprocess.DEVNULL,
            )
            try:
                while (job := (await client.get(location)).json())["rows_done"] < least:
                    assert worker.returncode is None
                    await asyncio.sleep(0.01)
            finally:
                worker.kill()
                await worker.wait()
            assert job["status"] == "running"
        deadline = time.monotonic() + 30
        while job["status"] == "running" and time.monotonic() < deadline:
            await work(customer)  # the lock of the killed one goes with its connection
            job = (await client.get(location)).json()
        assert figures(job) == ("done", count + 1, count, 0, 0, 1)
        assert await errors_of(client, job) == [(count + 2, None, "too_many_cells")]
    async with customer.db.reading() as conn:
        query = sa.text(
            "SELECT count(*), count(DISTINCT external_id) FROM customer"
            " WHERE external_id LIKE 'K9-%'"
        )
        assert tuple((await conn.execute(query)).one()) == (count, count)


async def test_an_upload_that_was_given_up_is_removed(customer: ServiceUnderTest) -> None:
    """Whoever lost the connection a few hours ago does not come back."""
    async with customer.client("administrator") as client:
        answer = await upload(client, "name\n孤儿\n")
    async with customer.db.pool.transaction() as conn:
        statement = sa.text(
            "UPDATE import_job SET status = 'uploading', created_at = now() - interval '7 hours'"
            " WHERE id = :id"
        )
        await conn.execute(statement, {"id": UUID(answer.json()["id"])})
    await ImportRunner(customer.db, [CUSTOMERS]).clean_up()
    async with customer.db.reading() as conn:
        assert await store.given_up(conn, now()) == []
        query = sa.text("SELECT count(*) FROM import_chunk")
        assert await conn.scalar(query) == 0
