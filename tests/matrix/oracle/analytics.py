"""Who may see which figures (S187 to S199, S215, S216)."""

from __future__ import annotations

from tests.matrix.oracle.operating import operating
from tests.matrix.oracle.words import (
    FIELD,
    FINANCE,
    MANAGERS,
    ONLOOKERS,
    SALES_MANAGER,
    owned,
    rule,
)

REPORTS = "/v1/reports"
OVERSEERS = MANAGERS | ONLOOKERS | {FINANCE}
READERS = OVERSEERS | FIELD

RULES = (
    owned(
        "Who sells, and who answers for it, sees figures of what they may see one by one (S187)",
        READERS,
        f"GET {REPORTS}/ageing",
        f"GET {REPORTS}/branches",
        f"GET {REPORTS}/composition",
        f"GET {REPORTS}/contribution",
        f"GET {REPORTS}/cube",
        f"GET {REPORTS}/cube.csv",
        f"GET {REPORTS}/customers",
        f"GET {REPORTS}/customers/{{customer_id}}",
        f"GET {REPORTS}/departments",
        f"GET {REPORTS}/funnel",
        f"GET {REPORTS}/inactive-customers",
        f"GET {REPORTS}/monthly-sales",
        f"GET {REPORTS}/products",
        f"GET {REPORTS}/regions",
        f"GET {REPORTS}/staff",
    ),
    rule("They know what is measured", READERS, f"GET {REPORTS}/measures"),
    rule(
        "Who answers for the figures of the whole company checks them against each other",
        OVERSEERS - {SALES_MANAGER},
        f"GET {REPORTS}/reconciliation",
    ),
    *operating("analytics"),
)
