"""The content of a plan in one canonical form, and its SHA-256: what an approval is bound to."""

from __future__ import annotations

from dataclasses import asdict

from services.opportunity.plans.model import Plan
from shared.domain.canonical import hash_of


def content_hash(plan: Plan) -> str:
    """Return the hash of all that is planned, in hexadecimal; results do not change it."""
    content = {
        "owner": plan.owner_id,
        "kind": plan.kind,
        "starts_on": plan.starts_on,
        "targets": [plan.visits, plan.calls, plan.messages],
        "items": [{**asdict(item), "result": None} for item in plan.items],
    }
    return hash_of(content)
