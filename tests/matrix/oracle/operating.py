"""What every service has besides its own business: looking after events, and the audit."""

from __future__ import annotations

from tests.matrix.oracle.words import ADMINISTRATOR, GENERAL_MANAGER, Rule, only, rule


def operating(service: str) -> tuple[Rule, ...]:
    """The rules about the running of one service."""
    parked = f"/internal/{service}/parked"
    one = f"{parked}/{{consumer}}/{{event_id}}"
    return (
        rule(
            "The administrator sees what did not go through, and which promises are broken",
            only(ADMINISTRATOR),
            f"GET /internal/{service}/invariants",
            f"GET {parked}",
            f"GET {one}",
        ),
        rule(
            "The administrator has events tried again, mended or dropped",
            only(ADMINISTRATOR),
            f"POST {one}/retry",
            f"POST {one}/mend",
            f"POST {one}/drop",
        ),
        rule(
            "The administrator and the general manager read who changed what",
            only(ADMINISTRATOR, GENERAL_MANAGER),
            f"GET /v1/audit/{service}",
            f"GET /v1/audit/{service}/head",
        ),
    )
