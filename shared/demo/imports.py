"""The demo's imports: products entered, files uploaded as jobs, progress shown."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)

from shared.demo import samples
from shared.demo.company import Company
from shared.demo.samples import Purchase
from shared.demo.stage import eventually
from shared.domain.clock import business_date, now
from shared.host.errors import HostError

_POLL_SECONDS = 0.2
_ERRORS_SHOWN = 3

#: code, name, unit, line, cost, list price; the last is what the sample's customers bought
_PRODUCTS = (
    ("GY-126", "高压断路器 GY-126", "台", "断路器", "18000.00", "29000.00"),
    ("SV-YEAR", "年度维保服务", "年", "服务", "5000.00", "12000.00"),
)


async def import_all(company: Company, console: Console, bought: Sequence[Purchase]) -> None:
    """Import the customers of both samples, then the sales history of one of them."""
    with Progress(
        TextColumn("{task.description:<38}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
    ) as progress:
        files = (
            ("companies (pytickersymbols)", samples.companies_csv()),
            ("customers (CDNOW)", samples.customers_csv(bought)),
        )
        for title, content in files:
            await _import(company, progress, "liqiang", "/v1/customers/imports", title, content)
        path, content = "/v1/sales-history/imports", samples.sales_csv(bought)
        await _sales_can_start(company, progress, content)
        await _import(company, progress, "chenjing", path, "purchases (CDNOW)", content)


async def enter_products(company: Company) -> dict[str, str]:
    """Enter the products and put two of them on a price list that all approve; return ids by
    code."""
    ids = {each["code"]: str(each["id"]) for each in await _known_products(company)}
    fresh = [each for each in _PRODUCTS if each[0] not in ids]
    for code, name, unit, line, cost, _ in fresh:
        ids[code] = await _enter(
            company, code, name, unit, line, {"amount": cost, "currency": "CNY"}
        )
    if samples.PRODUCT_CODE not in ids:
        code = samples.PRODUCT_CODE
        ids[code] = await _enter(company, code, "Compact disc", "piece", "Music", None)
    if fresh:
        await _price(company, ids)
    return ids


async def _known_products(company: Company) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await company.get("liqiang", "/v1/products"))["items"]
    return found


async def _enter(
    company: Company, code: str, name: str, unit: str, line: str, cost: dict[str, str] | None
) -> str:
    body = {"code": code, "name": name, "unit": unit, "line": line, "cost_price": cost}
    return str((await company.post("liqiang", "/v1/products", body))["id"])


async def _price(company: Company, ids: dict[str, str]) -> None:
    body = {
        "currency": "CNY",
        "effective_on": str(business_date(now())),
        "prices": [
            {"product_id": ids[code], "unit_price": {"amount": price, "currency": "CNY"}}
            for code, *_, price in _PRODUCTS
        ],
    }
    drafted = await company.post("liqiang", "/v1/price-lists", body)
    await company.post("liqiang", f"/v1/price-lists/{drafted['id']}/propose", of=drafted)
    path = "/v1/approvals/opportunity"
    for who in ("chenjing", "wangfang", "zhaolei"):
        found = await company.get(who, path, document_id=drafted["id"])
        (approval,) = found["items"]
        await company.post(who, f"{path}/{approval['id']}/approve", {}, of=approval)


async def _import(
    company: Company, progress: Progress, who: str, path: str, title: str, content: bytes
) -> None:
    task = progress.add_task(title, total=content.count(b"\n") - 1)
    key = f"demo-{title.replace(' ', '-')}"
    job, errors = await run_job(company, who, path, content, key, progress, task)
    if job["status"] != "done":
        raise HostError(f"The import of {title} failed: {job['error']}")
    seconds = datetime.fromisoformat(job["finished_at"]) - datetime.fromisoformat(job["started_at"])
    progress.print(
        f"  {job['created']:,} created, {job['updated']:,} updated, {job['failed']:,} refused;"
        f" {job['rows_done'] / max(seconds.total_seconds(), 0.001):,.0f} rows/s"
    )
    for error in errors["items"][:_ERRORS_SHOWN]:
        progress.print(f"  line {error['line']}: {error['message']}", style="yellow")


async def _sales_can_start(company: Company, progress: Progress, content: bytes) -> None:
    """Try dry runs until the order service knows every customer: events are on their way."""

    async def dry_run() -> bool | None:
        form = {"dry_run": "true"}
        path, key = "/v1/sales-history/imports", secrets.token_hex(8)
        job, _ = await run_job(company, "chenjing", path, content, key, progress, task, **form)
        return None if job["failed"] else True

    task = progress.add_task("purchases (CDNOW), dry run", total=content.count(b"\n") - 1)
    await eventually(dry_run, "the customers to arrive in the order service")


async def run_job(
    company: Company,
    who: str,
    path: str,
    content: bytes,
    key: str,
    progress: Progress,
    task: TaskID,
    **form: str,
) -> tuple[Any, Any]:
    """Run a job to its end; return it, and its first refused rows."""
    place, job = await company.upload(who, path, content, key, **form)
    while job["status"] in ("uploading", "waiting", "running"):
        await asyncio.sleep(_POLL_SECONDS)
        job = await company.get(who, place)
        progress.update(task, completed=job["rows_done"])
    progress.update(task, completed=job["rows_done"])
    return job, await company.get(who, f"{place}/errors")
