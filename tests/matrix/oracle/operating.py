"""What services have besides their own business: looking after events, the audit, documents,
numbers and approvals."""

from __future__ import annotations

from tests.matrix.oracle.words import (
    ADMINISTRATOR,
    DATA_STEWARD,
    EXECUTIVE,
    FINANCE,
    GENERAL_MANAGER,
    HEADS,
    HOUSE,
    MACHINE,
    MANAGERS,
    Roles,
    Rule,
    only,
    owned,
    rule,
)


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
        rule(
            "The steward and the administrator give people what is known about them",
            only(ADMINISTRATOR, DATA_STEWARD),
            f"POST /v1/personal-data/{service}/export",
        ),
    )


def filing(service: str, *, readers: Roles, changers: Roles) -> tuple[Rule, ...]:
    """The rules about the documents of one service. They belong to an object, and to its owner:
    ``readers`` see it, and ``changers`` change it."""
    root = f"/v1/documents/{service}"
    one = f"{root}/{{document_id}}"
    return (
        owned(
            "The house and machines read the papers of what they see (S70, S118)",
            HOUSE | {MACHINE},
            f"GET {root}",
            f"GET {one}",
            f"GET {one}/versions/{{number}}/file",
            known_to=readers,
        ),
        owned(
            "They also file them, but executives only look on",
            (HOUSE | {MACHINE}) - {EXECUTIVE},
            f"POST {root}",
            f"POST {one}/versions",
            f"PATCH {one}",
            f"POST {one}/archive",
            known_to=readers,
            able=changers,
        ),
        owned(
            "Managers, finance and the steward say whether a paper is genuine (S11)",
            MANAGERS | {FINANCE, DATA_STEWARD},
            f"POST {one}/verify",
            known_to=readers,
        ),
    )


def numbering(service: str) -> tuple[Rule, ...]:
    """The rules about the numbers of the branches in one service."""
    path = f"/v1/number-ranges/{service}/{{series}}"
    return (
        rule("The house knows whose numbers are whose (S75, S226)", HOUSE, f"GET {path}"),
        rule(
            "The heads and the administrator give the branches their numbers (S226)",
            HEADS | {ADMINISTRATOR},
            f"PUT {path}",
        ),
    )


def approving(service: str, *, able: Roles) -> tuple[Rule, ...]:
    """The rules about the approvals of one service: ``able`` may be asked by it for a decision."""
    root = f"/v1/approvals/{service}"
    one, process = f"{root}/{{approval_id}}", f"{root}/processes/{{document_type}}"
    return (
        owned(
            "The house follows approvals, and comments on them or withdraws (S219)",
            HOUSE,
            f"GET {root}/waiting",
            f"GET {root}",
            f"GET {one}",
            f"POST {one}/comment",
            f"POST {one}/withdraw",
        ),
        owned(
            "Whoever in the house is asked decides (S219)",
            HOUSE,
            f"POST {one}/approve",
            f"POST {one}/reject",
            f"POST {one}/return",
            able=able,
        ),
        rule("The house knows how approvals go (S219)", HOUSE, f"GET {process}"),
        rule(
            "The administrator and the general manager say how approvals go (S220)",
            only(ADMINISTRATOR, GENERAL_MANAGER),
            f"PUT {process}",
        ),
    )
