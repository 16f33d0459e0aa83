"""In which relations somebody stands to the owner of a thing, and which of them let a role see it
(S18, S214 to S216). And whose a thing is at all, by the name that its id has."""

from __future__ import annotations

from enum import Enum

from tests.matrix.oracle.words import Sees, sees


class Relation(Enum):
    """What the owner of a thing is to the one who asks for it."""

    OWN = "oneself"
    TEAM = "a colleague of one's team"
    DEPARTMENT = "a colleague of another team of one's department"
    ELSEWHERE = "somebody of another department"
    PRINCIPAL = "somebody of another department, whom one stands in for today"
    FORMER_PRINCIPAL = "somebody of another department, whom one stands in for on other days"
    SUCCESSOR = "somebody of another department, who took the thing over from oneself"


#: Everybody sees their own, and what belongs to those they stand in for.
_ALWAYS = frozenset({Relation.OWN, Relation.PRINCIPAL})
SEEN = {
    Sees.OWN: _ALWAYS,
    Sees.TEAM: _ALWAYS | {Relation.TEAM},
    Sees.DEPARTMENT: _ALWAYS | {Relation.TEAM, Relation.DEPARTMENT},
    Sees.ALL: frozenset(Relation),
}


def visible(role: str, relation: Relation) -> bool:
    """Whether somebody in a role sees what belongs to a person in this relation."""
    return relation in SEEN[sees(role)]


#: What belongs to somebody, or to somebody's customer: hidden from those who do not see that far.
SOMEBODYS = frozenset(
    {
        "activity_id",
        "allocation_id",
        "amendment_id",
        "approval_id",
        "contact_id",
        "contract_id",
        "customer_id",
        "delivery_id",
        "document_id",
        "draft_id",
        "expense_id",
        "handover_id",
        "import_id",
        "invoice_id",
        "item_id",
        "level_proposal_id",
        "opportunity_id",
        "order_id",
        "plan_id",
        "portal_user_id",
        "prepayment_id",
        "quote_id",
        "receipt_id",
    }
)
#: What is the company's, for all whose business it is.
THE_COMPANYS = frozenset(
    {
        "client_id",
        "consumer",
        "deputyship_id",
        "document_type",
        "event_id",
        "price_list_id",
        "product_id",
        "role_id",
        "series",
        "staff_id",
        "stock_id",
        "unit_id",
    }
)
#: What a path of somebody's thing says besides: a part of it.
PARTS = frozenset({"number"})
#: What nobody but oneself has to do with, whatever the role.
ONES_OWN = frozenset({"session_id"})
#: Other names of somebody's things, in bodies and queries.
ALSO_SOMEBODYS = frozenset(
    {"contract_line_id", "corrects_id", "delivery_line_id", "object_id", "order_line_id"}
)
