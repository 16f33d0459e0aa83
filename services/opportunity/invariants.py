"""What must always be true of the service's data, as queries that return no row.

The numbers are those of the promises: 23 sums, 31 line amounts, 32 discount authority, 33 one
accepted revision, 34 allowed transitions.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from services.opportunity.numbering import SERIES
from services.opportunity.opportunities import model as opportunities
from services.opportunity.plans import model as plans
from services.opportunity.prices import model as price_lists
from services.opportunity.quotes import model as quotes
from shared.approvals.invariants import INVARIANTS as APPROVALS
from shared.approvals.invariants import bound_to_content
from shared.db.invariants import Invariant
from shared.db.rounding import rounded
from shared.db.status_history import status_history
from shared.documents.invariants import INVARIANTS as DOCUMENTS
from shared.numbering.invariants import INVARIANTS as NUMBERS
from shared.numbering.invariants import numbered

S = TypeVar("S", bound=StrEnum)


def _history(aggregate: str, first: S, allowed: Mapping[S, frozenset[S]]) -> Invariant:
    """Read the status history of an aggregate off its events; most change other things than it."""
    steps = {before: {before, *after} for before, after in allowed.items()}
    return status_history(aggregate, [first], steps)


_WORTH = rounded("quantity * base_price * (1 - line.discount)", "quote.currency")
_LISTED = rounded("quantity * list_price", "quote.currency")
_SUMS = (
    Invariant(
        "quotes.31",
        "A quote line costs quantity × base price less its discount, rounded once.",
        f"""
        SELECT line.id, line.amount FROM quote_line AS line JOIN quote ON quote.id = quote_id
        WHERE amount <> {_WORTH}
        """,  # noqa: S608 - a rounding of our own
    ),
    Invariant(
        "quotes.23",
        "The totals of a quote are the sums of its rounded lines.",
        f"""
        SELECT quote.id, total, list_total, sum(amount) AS lines
        FROM quote JOIN quote_line ON quote_id = quote.id GROUP BY quote.id
        HAVING total <> sum(amount) OR list_total <> sum({_LISTED})
        """,  # noqa: S608 - a rounding of our own
    ),
)

#: Judged without rounding, on the total and on every line; a band ends at its limit.
_AUTHORITY = """
WITH band AS (
    SELECT version, place, band ->> 'role' AS role, (band ->> 'up_to')::numeric AS up_to,
           content ->> 'non_standard_role' AS non_standard_role
    FROM discount_policy, jsonb_array_elements(content -> 'bands')
         WITH ORDINALITY AS bands (band, place)
), value AS (
    SELECT quote_id, quantity * list_price AS listed, NOT standard AS special,
           quantity * base_price * (1 - discount) AS asked FROM quote_line
    UNION ALL
    SELECT quote_id, sum(quantity * list_price), false,
           sum(quantity * base_price * (1 - discount)) FROM quote_line GROUP BY quote_id
), demand AS (
    SELECT quote.id, max(needed.place) AS place
    FROM quote JOIN value ON value.quote_id = quote.id
    JOIN LATERAL (
        SELECT min(place) AS place FROM band WHERE version = quote.policy_version
        AND (up_to IS NULL OR asked >= listed * (1 - up_to))
        UNION ALL
        SELECT place FROM band WHERE version = quote.policy_version
        AND special AND role = non_standard_role
    ) AS needed ON true
    GROUP BY quote.id
)
SELECT quote.id, quote.number, approved_by, approved_role, demand.place AS demanded
FROM quote JOIN demand ON demand.id = quote.id
LEFT JOIN band ON band.version = policy_version AND band.role = approved_role
WHERE status IN ('approved', 'sent', 'accepted', 'declined', 'expired')
AND (band.place IS NULL OR band.place < demand.place
     OR (own_authority AND demand.place > 1)
     OR (NOT own_authority AND array_remove(ARRAY[approved_by, approved_for], NULL)
         && (authors || ARRAY[submitted_by, submitted_for])))
"""

_APPROVALS = (
    Invariant(
        "quotes.32 authority",
        "Who approved a discount had the authority for it, and was no author beyond the first"
        " band.",
        _AUTHORITY,
    ),
    Invariant(
        "quotes.32 content",
        "What was approved is what stands in the quote.",
        "SELECT id, status FROM quote WHERE approved_hash <> content_hash OR (approved_hash IS"
        " NULL AND status IN ('approved', 'sent', 'accepted', 'declined', 'expired'))",
    ),
    Invariant(
        "price_lists.32",
        "A price list in force was approved by somebody who did not write in it.",
        "SELECT id, number FROM price_list WHERE status = 'approved'"
        " AND (approved_by IS NULL OR approved_by = ANY (authors)"
        " OR approved_for = ANY (authors))",
    ),
)

_REVISIONS = (
    Invariant(
        "quotes.33",
        "A quote has one accepted revision at most, and it is the last.",
        """
        SELECT number, revision FROM quote AS accepted WHERE status = 'accepted' AND EXISTS (
            SELECT FROM quote AS other
            WHERE other.number = accepted.number AND other.id <> accepted.id
            AND (other.status = 'accepted' OR other.revision > accepted.revision)
        )
        """,
    ),
    Invariant(
        "quotes.33 revisions",
        "The revisions of a quote are 1, 2, 3, … and all but the last are superseded.",
        """
        SELECT number, count(*) AS revisions FROM quote GROUP BY number
        HAVING count(*) <> max(revision)
        OR count(*) FILTER (WHERE status <> 'superseded') <> 1
        OR max(revision) <> max(revision) FILTER (WHERE status <> 'superseded')
        """,
    ),
)

_PROJECTS = (
    Invariant(
        "projects.75",
        "A project number is FQ, the year of its registration and five digits.",
        """
        SELECT id, number, registered_at FROM opportunity
        WHERE number IS NOT NULL AND (
            number !~ '^FQ[0-9]{7}$' OR substr(number, 3, 2) NOT IN (
                -- in whichever zone the business is
                to_char(registered_at AT TIME ZONE 'UTC' - interval '12 hours', 'YY'),
                to_char(registered_at AT TIME ZONE 'UTC' + interval '14 hours', 'YY')))
        """,
    ),
    Invariant(
        "projects.76",
        "Every quote is made for the project whose number it carries.",
        "SELECT q.id, q.project_number FROM quote AS q JOIN opportunity AS o"
        " ON o.id = q.opportunity_id WHERE q.project_number IS DISTINCT FROM o.number"
        " OR q.customer_id <> o.customer_id",
    ),
)

_HISTORIES = (
    Invariant(
        "opportunities.74",
        "The stages of an opportunity follow each other without a gap, up to where it is now.",
        """
        SELECT o.id, o.stage, e.stage AS entry, e.left_at FROM opportunity AS o JOIN (
            SELECT *, lead(entered_at) OVER stay AS following
            FROM stage_entry WINDOW stay AS (PARTITION BY opportunity_id ORDER BY position)
        ) AS e ON e.opportunity_id = o.id
        WHERE CASE WHEN e.following IS NOT NULL THEN e.left_at IS DISTINCT FROM e.following
        ELSE e.stage <> o.stage OR (e.left_at IS NULL) <> (o.status = 'open') END
        """,
    ),
    Invariant(
        "activities.3",
        "The next contact with a customer is the one its latest activity asks for.",
        """
        SELECT n.id, n.activity_id, a.id AS latest FROM next_contact AS n LEFT JOIN LATERAL (
            SELECT id, next_contact_on FROM activity AS a WHERE a.customer_id = n.customer_id
            AND a.opportunity_id IS NOT DISTINCT FROM n.opportunity_id
            AND NOT EXISTS (SELECT FROM activity AS c WHERE c.corrects_id = a.id)
            ORDER BY happened_at DESC, id DESC LIMIT 1
        ) AS a ON true
        WHERE (n.activity_id, n.due_on) IS DISTINCT FROM (a.id, a.next_contact_on)
        """,
    ),
)

_FEEDS = (
    Invariant(
        "products.8",
        "Product facts that another system told are those of an event applied here, to a product.",
        """
        SELECT f.code, f.source, f.source_event_id FROM product_feed AS f
        WHERE NOT EXISTS (SELECT FROM product AS p WHERE p.code = f.code) OR NOT EXISTS (
            SELECT FROM inbox AS i
            WHERE i.event_id = f.source_event_id AND i.topic = 'crm.inbound.product')
        """,
    ),
)

_PLANS = (
    Invariant(
        "plans.44 late",
        "A plan is late when it was handed in after it was due.",
        "SELECT id, due_at, submitted_at FROM plan"
        " WHERE late <> coalesce(submitted_at > due_at, false)",
    ),
    Invariant(
        "plans.44 awaited",
        "A plan that is awaited has its deadline, and no other has one.",
        """
        SELECT p.id, p.due_at, d.due_at AS deadline
        FROM plan AS p LEFT JOIN deadline AS d
          ON d.subject_id = p.id AND d.kind = 'plan.due' AND d.done_at IS NULL
        WHERE d.due_at IS DISTINCT FROM
            CASE WHEN submitted_at IS NULL AND overdue_at IS NULL THEN p.due_at END
        """,
    ),
    Invariant(
        "plans.45",
        "What a week plans stands in an agreed monthly plan of the same person, or says why.",
        """
        SELECT i.id, i.plan_id FROM work_item AS i JOIN plan AS w ON w.id = i.plan_id
        LEFT JOIN work_item AS of ON of.id = i.month_item_id
        LEFT JOIN plan AS m ON m.id = of.plan_id
        WHERE CASE
            WHEN i.month_item_id IS NOT NULL THEN w.kind <> 'weekly' OR m.kind <> 'monthly'
                OR m.owner_id <> w.owner_id OR m.status NOT IN ('approved', 'closed', 'archived')
                OR of.category <> i.category OR m.starts_on > w.ends_on OR m.ends_on < w.starts_on
            ELSE w.kind = 'weekly' AND num_nulls(i.reason, i.goal, i.scheme, i.support) > 0 END
        """,
    ),
    Invariant(
        "plans.47",
        "A plan that is closed has the result of each item, and a month its report.",
        "SELECT id FROM plan AS p WHERE status IN ('closed', 'archived') AND ("
        " (kind = 'monthly' AND report IS NULL) OR EXISTS ("
        " SELECT FROM work_item AS i WHERE i.plan_id = p.id AND i.result IS NULL))",
    ),
)

INVARIANTS = (
    *_SUMS,
    *_APPROVALS,
    *_REVISIONS,
    *_PROJECTS,
    *NUMBERS,
    *(numbered(table, series) for table, series in SERIES.items()),
    *_HISTORIES,
    *_FEEDS,
    *_PLANS,
    *APPROVALS,
    bound_to_content("quote", "quote", "d.approved_by IS NOT NULL AND NOT d.own_authority"),
    bound_to_content("price_list", "price_list", "d.status = 'approved'"),
    *DOCUMENTS,
    bound_to_content("plan", "plan", "d.status IN ('approved', 'closed', 'archived')"),
    _history("plan", plans.Status.DRAFT, plans.TRANSITIONS),
    _history("price_list", price_lists.Status.DRAFT, price_lists.TRANSITIONS),
    _history("quote", quotes.Status.DRAFT, quotes.TRANSITIONS),
    _history("opportunity", opportunities.Status.OPEN, opportunities.TRANSITIONS),
)
