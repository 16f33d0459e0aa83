"""Imports over HTTP: a file uploaded, its job followed to the end."""

from __future__ import annotations

import asyncio
import csv
import io
import time
from collections.abc import Iterable, Sequence

from tests.support.calling import Call, Caller, Json, settle

CUSTOMERS, CUSTOMER_JOBS = "/v1/customers/imports", "/v1/imports"
SALES = SALES_JOBS = "/v1/sales-history/imports"
OVER = ("done", "failed", "cancelled")


def csv_file(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """A CSV file."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(headings)
    writer.writerows(rows)
    return out.getvalue().encode()


def upload(path: str, content: bytes, **form: str) -> Call:
    """The call that uploads a file."""
    files = {"file": ("数据.csv", content, "text/csv")}
    return Call("POST", path, files=files, form=form)


async def run_import(
    caller: Caller, path: str, jobs: str, content: bytes, patience: float = 60, **form: str
) -> Json:
    """Upload a file and wait until its job is over; return the job."""
    answer = await settle(caller.http, upload(path, content, **form))
    assert answer.status_code == 202, answer.text
    return await finished(caller, f"{jobs}/{answer.json()['id']}", patience)


async def finished(caller: Caller, job: str, patience: float = 60) -> Json:
    """Wait until a job is over."""
    deadline = time.monotonic() + patience
    while (found := await caller.get(job))["status"] not in OVER:
        assert time.monotonic() < deadline, f"not over in {patience} s: {found}"
        await asyncio.sleep(0.05)
    return found
