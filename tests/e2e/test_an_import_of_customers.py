"""A file of customers: tried, imported, corrected, imported again; other services learn of it."""

from __future__ import annotations

from shared.auth.roles import Role
from tests.support.company import Company, eventually
from tests.support.importing import CUSTOMER_JOBS, CUSTOMERS, csv_file, run_import
from tests.support.system import System

HEADINGS = ("外部编号", "名称", "统一社会信用代码", "电话", "地区", "状态")
ROWS = [
    ("K-1", "北方阀门有限公司", "", "010-82882288", "华北", "正式客户"),
    ("K-2", "南方阀门有限公司", "91350100M000100Y44", "", "华南", "正式客户"),
    ("K-3", "", "", "", "华东", ""),
    ("K-4", "西部阀门有限公司", "", "", "西南", "潜在客户"),
]


async def test_customers_come_from_a_file(system: System, company: Company) -> None:
    """Row errors with line numbers, a dry run, upsert by external id, one event per change."""
    manager = await company.one(Role.SALES_MANAGER)
    caller = manager.caller
    file = csv_file(HEADINGS, ROWS)

    tried = await run_import(caller, CUSTOMERS, CUSTOMER_JOBS, file, dry_run="true")
    assert (tried["status"], tried["created"], tried["failed"]) == ("done", 2, 2)
    assert await caller.list("/v1/customers", q="北方阀门") == []

    done = await run_import(caller, CUSTOMERS, CUSTOMER_JOBS, file)
    assert (done["created"], done["updated"], done["failed"]) == (2, 0, 2)
    errors = await caller.list(f"{CUSTOMER_JOBS}/{done['id']}/errors")
    assert [(each["line"], each["column"]) for each in errors] == [(3, "tax_id"), (4, "name")]

    mended = [("K-2", "南方阀门有限公司", "91350100M000100Y43", "", "华南", "正式客户"), *ROWS[3:]]
    moved = ("K-1", "北方阀门有限公司", "", "010-82882288", "东北", "正式客户")
    again = await run_import(caller, CUSTOMERS, CUSTOMER_JOBS, csv_file(HEADINGS, [*mended, moved]))
    figures = (again["created"], again["updated"], again["unchanged"], again["failed"])
    assert figures == (1, 1, 1, 0)

    await system.drained()
    (north,) = await caller.list("/v1/customers", external_id="K-1")
    assert (north["region"], north["status"], north["owner_id"]) == ("东北", "formal", manager.id)
    told = await system.told(north["id"])
    assert told == {"customer": ["customer.created", "customer.changed"]}
    report = await eventually(
        lambda: caller.get(f"/v1/reports/customers/{north['id']}"), lambda found: bool(found)
    )
    assert report["customer"]["region"] == "东北"
