"""What every service whose documents are approved has besides: who is asked decides (S219)."""

from __future__ import annotations

from tests.matrix.oracle.words import ADMINISTRATOR, GENERAL_MANAGER, HOUSE, Rule, only, owned, rule


def approving(service: str) -> tuple[Rule, ...]:
    """The rules about the approvals of one service."""
    approvals = f"/v1/approvals/{service}"
    one = f"{approvals}/{{approval_id}}"
    process = f"{approvals}/processes/{{document_type}}"
    return (
        owned(
            "Everybody in the house sees what waits for whom, says a word, or takes back the own",
            HOUSE,
            f"GET {approvals}",
            f"GET {approvals}/waiting",
            f"GET {one}",
            f"POST {one}/comment",
            f"POST {one}/withdraw",
        ),
        owned(
            "Everybody in the house may be asked to decide (S220)",
            HOUSE,
            f"POST {one}/approve",
            f"POST {one}/reject",
            f"POST {one}/return",
        ),
        rule("Everybody in the house knows the processes (S219)", HOUSE, f"GET {process}"),
        rule(
            "The administrator and the general manager define processes (S219)",
            only(ADMINISTRATOR, GENERAL_MANAGER),
            f"PUT {process}",
        ),
    )
