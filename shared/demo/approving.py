"""How the quote of the demo is approved: one lacks the authority, one does not answer in time, and
so the next higher authority is asked."""

from __future__ import annotations

from typing import Any

from shared.demo.company import Company, Refused
from shared.demo.organisation import LIMIT_SECONDS
from shared.demo.stage import Stage, eventually

Json = dict[str, Any]
_APPROVALS = "/v1/approvals/opportunity"


async def approve_quote(company: Company, stage: Stage, quote: Json) -> Json:
    """Have a submitted quote with 6 % off approved (S108, S219, S221)."""
    path = f"/v1/quotes/{quote['id']}"
    approval = await _approval(company, quote)
    opinion = {"comment": "选型无误"}
    address = f"{_APPROVALS}/{approval['id']}/approve"
    approval = await company.post("zhengyu", address, opinion, of=approval)
    what = "finds the right breakers in it"
    await stage.step_of_approval("郑宇 (sales engineer)", what, approval)
    try:
        await company.post("liqiang", f"{path}/approve", of=quote)
    except Refused as refusal:
        stage.refused("李强 (sales manager, up to 5 %)", "tries to approve", refusal)

    async def escalated() -> Json | None:
        now = await _approval(company, quote)
        return now if now["level"] else None

    approval = await eventually(escalated, "the approval to be escalated")
    asked = ", ".join(each.removeprefix("role:") for each in approval["asked"])
    await stage.step_of_approval(
        "王芳 (deputy general manager, up to 8 %)",
        f"does not answer in {LIMIT_SECONDS} s; now {asked} may decide",
        approval,
    )
    quote = await company.post("zhaolei", f"{path}/approve", of=quote)
    await stage.step("赵磊 (general manager)", "approves", "", "quote.approved")
    return quote


async def _approval(company: Company, quote: Json) -> Json:
    found = await company.get("zhaolei", _APPROVALS, document_id=quote["id"])
    (only,) = found["items"]
    return dict(only)
