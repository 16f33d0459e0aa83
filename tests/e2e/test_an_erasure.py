"""Somebody is erased, and the log forgets their name, on either bus, while everybody works
(GDPR 17, PIPL 47)."""

from __future__ import annotations

import asyncio
import re

from shared.auth.roles import Role
from tests.support.company import Company
from tests.support.system import System

NAME = "苍鹭被遗忘"


async def test_the_log_forgets_and_everybody_goes_on(system: System, company: Company) -> None:
    """Invariants 40, 12, 4 to 7: no record names who was erased, services go on hearing of each
    other, nothing is lost or applied twice, and read models are built anew from what is left."""
    leaver = await company.hire(Role.ACCOUNT_MANAGER, name=NAME)
    administrator = await company.administrator()
    path = f"/v1/staff/{leaver.id}/leave"
    left = await administrator.post(path, {}, version=leaver.record["version"])
    body = {"subject_type": "staff", "subject_id": leaver.id, "reason": "本人请求"}
    await administrator.post("/v1/personal-data/customer/erase", body, version=left["version"])
    await system.drained()
    assert await named(system) > 0

    working = asyncio.ensure_future(at_work(company))
    done = await system.run("personal-data", "erase-log")
    working.cancel()
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^records of the bus: [1-9]", done.stdout, re.M), done.stdout
    assert await named(system) == 0
    again = await system.run("personal-data", "erase-log")
    assert set(re.findall(r": ([0-9,]+) changed", again.stdout)) == {"0"}, again.stdout

    seller = await company.hire(Role.ACCOUNT_MANAGER, name="后来者")
    customer = await seller.caller.post("/v1/customers", {"name": "后来的水泵厂"})
    await system.drained()
    visit = {"customer_id": customer["id"], "kind": "call", "result": "unchanged"}
    await seller.caller.post("/v1/activities", visit)
    await system.drained()
    assert await system.violations() == []
    assert await system.replay_differences() == 0


async def at_work(company: Company) -> None:
    """Customers are entered all the time."""
    seller = await company.one(Role.ACCOUNT_MANAGER)
    number = 0
    while True:
        number += 1
        await seller.caller.post("/v1/customers", {"name": f"同时录入第{number}阀门厂"})


async def named(system: System) -> int:
    """How many records of the bus say the name."""
    async with system.opened() as here:
        found = 0
        for place, end in (await here.bus.end_offsets(["crm.customer.staff"])).items():
            offset = 0
            while offset < end and (records := await here.bus.read(*place, offset, 5000)):
                found += sum(NAME.encode() in each.value for each in records)
                offset = records[-1].offset + 1
    return found
