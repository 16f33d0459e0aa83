"""Tokens that are none, sent to every service."""

from __future__ import annotations

from dataclasses import replace

from shared.http.sizes import MOST_HEADER_BYTES
from tests.integration.robustness.corpus.tally import Tally, good
from tests.integration.robustness.forging import forged_tokens
from tests.support.bad_input import Case

#: What only somebody signed in may do, or is told.
ASKED = {
    "customer": "POST /v1/customers",
    "opportunity": "POST /v1/products",
    "order": "POST /v1/receipts",
    "analytics": "GET /v1/reports/monthly-sales",
}


async def run(tally: Tally) -> None:
    """Each forged token with a good request: nobody asks, and nothing is done."""
    forged = tuple(forged_tokens())
    for service, name in ASKED.items():
        case, _ = good(tally.worlds[service], name)
        await tally.refuse(service, [_with(case, *each) for each in forged])


def _with(case: Case, name: str, token: str) -> Case:
    large = len(token) >= MOST_HEADER_BYTES
    return replace(
        case,
        kind="token",
        name=name,
        headers=(*case.headers, ("authorization", f"Bearer {token}")),
        statuses=frozenset({431 if large else 401}),
        codes=frozenset({"headers_too_large" if large else "unauthenticated"}),
    )
