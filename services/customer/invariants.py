"""Promises of the customer service, beside those its tables make it keep."""

from __future__ import annotations

from uuid import UUID

from services.customer.customers.periods import LENGTHS, periods_in_sql
from services.customer.levels.model import TRANSITIONS, Status
from services.customer.timeline.projection import EVENTS
from shared.approvals import invariants as approvals
from shared.db.invariants import Invariant
from shared.db.status_history import status_history
from shared.documents import invariants as documents
from shared.imports import invariants as imports

_HAN_AND_DIGITS = "[^一-龥0-9]"

#: What always concerns a customer. Files may belong to what is nobody's, such as a product, and
#: expenses may be for nobody.
_ALWAYS = [event for event in EVENTS if event.model_fields["customer_id"].annotation is UUID]
_DOCUMENTS = ", ".join(sorted({f"'{event.aggregate_type}'" for event in _ALWAYS}))

INVARIANTS = (
    Invariant(
        "states.34",
        "A customer only takes the steps of its life cycle.",
        """
        SELECT aggregate_id, aggregate_version, before, status, type FROM (
            SELECT aggregate_id, aggregate_version, type, payload ->> 'status' AS status,
                   lag(payload ->> 'status') OVER (
                       PARTITION BY aggregate_id ORDER BY aggregate_version) AS before
            FROM outbox WHERE aggregate_type = 'customer'
        ) AS history
        WHERE before IS NOT NULL AND before <> status AND (before, status) NOT IN (
            ('lead', 'formal'), ('prospect', 'formal'), ('registered', 'formal'),
            ('registered', 'rejected'), ('lead', 'lost'), ('prospect', 'lost'),
            ('formal', 'lost'), ('lost', 'formal'))
        """,
    ),
    Invariant(
        "customers.36",
        "A tax id is one live customer's.",
        """
        SELECT tax_id, array_agg(number) AS customers FROM customer
        WHERE tax_id IS NOT NULL AND status NOT IN ('registered', 'rejected')
        GROUP BY tax_id HAVING count(*) > 1
        """,
    ),
    Invariant(
        "approvals.32 registration",
        "Whoever registered waits for the approval of what stands there, or was decided on in one.",
        """
        SELECT customer.number, customer.status, run.status AS approval FROM customer
        JOIN outbox AS registered ON registered.aggregate_id = customer.id
            AND registered.type = 'crm.customer.customer.registered.v1'
        LEFT JOIN LATERAL (
            SELECT id, status FROM approval
            WHERE document_type = 'registration' AND document_id = customer.id
            ORDER BY id DESC LIMIT 1
        ) AS run ON true
        LEFT JOIN outbox AS started ON started.aggregate_id = run.id
            AND started.type = 'crm.customer.approval.started.v1'
        WHERE run.status IS DISTINCT FROM CASE customer.status
                WHEN 'registered' THEN 'running' WHEN 'rejected' THEN 'rejected' ELSE 'approved' END
           OR customer.status = 'registered' AND EXISTS (
                SELECT FROM outbox AS changed
                WHERE changed.aggregate_id = customer.id AND changed.seq > started.seq
                  AND changed.type IN ('crm.customer.customer.changed.v1',
                                       'crm.customer.customer.level_changed.v1'))
        """,
    ),
    Invariant(
        "levels.12",
        "A proposal waits as long as its approval, for a customer with the level it speaks of.",
        """
        SELECT proposal.id, proposal.previous_level, customer.level FROM level_proposal AS proposal
        JOIN customer ON customer.id = proposal.customer_id
        LEFT JOIN approval ON approval.document_type = 'level_proposal'
            AND approval.document_id = proposal.id AND approval.status = 'running'
        WHERE (proposal.status = 'submitted') <> (approval.id IS NOT NULL)
           OR proposal.status = 'submitted' AND (
                proposal.previous_level IS DISTINCT FROM customer.level
                OR customer.status = 'lost' OR approval.content_hash <> proposal.content_hash)
        """,
    ),
    Invariant(
        "approvals.owner",
        "What is to be decided about a customer is seen by those who see the customer.",
        """
        SELECT approval.id, approval.owner_id, customer.owner_id AS owner FROM approval
        JOIN customer ON customer.id = approval.customer_id
        WHERE approval.status = 'running' AND approval.owner_id <> customer.owner_id
        """,
    ),
    Invariant(
        "customers.37",
        "Nobody who left owns customers, unless they are being handed over.",
        """
        SELECT customer.number, customer.owner_id FROM customer
        JOIN staff ON staff.id = customer.owner_id
        WHERE staff.status = 'left' AND NOT EXISTS (
            SELECT FROM handover
            WHERE handover.from_owner_id = staff.id AND handover.status = 'running')
        """,
    ),
    Invariant(
        "customers.37 history",
        "The last change of owner led to the owner of today.",
        """
        SELECT customer.number, customer.owner_id, last.owner_id AS noted FROM customer
        JOIN (
            SELECT DISTINCT ON (customer_id) customer_id, owner_id
            FROM ownership_change ORDER BY customer_id, version DESC
        ) AS last ON last.customer_id = customer.id
        WHERE last.owner_id <> customer.owner_id
        """,
    ),
    Invariant(
        "customers.search",
        "A customer is found by the name, number and external id of today, and among the newest.",
        f"""
        SELECT number, name, search_text FROM customer
        WHERE regexp_replace(normalize(name, NFKC), '{_HAN_AND_DIGITS}', '', 'g')
           <> regexp_replace(split_part(search_text, E'\\n', 1), '{_HAN_AND_DIGITS}', '', 'g')
           OR name ~ '^[ -~]*[A-Za-z0-9][ -~]*$'
              AND lower(regexp_replace(name, '[^A-Za-z0-9]', '', 'g'))
               <> split_part(search_text, E'\\n', 1)
           OR position(lower(number) IN search_text) = 0
           OR external_id IS NOT NULL
              AND position(lower(regexp_replace(external_id, '[^A-Za-z0-9]', '', 'g'))
                           IN search_text) = 0
           OR search_terms[cardinality(search_terms) - {len(LENGTHS) - 1}:]
              <> {periods_in_sql("id")}
        """,  # noqa: S608 - constants
    ),
    Invariant(
        "credit.history",
        "The credit that holds is the last assessment of its history, which has no gap.",
        """
        SELECT credit.id, credit.version, kept.last, kept.count FROM credit LEFT JOIN (
            SELECT customer_id, max(version) AS last, count(*) AS count
            FROM credit_assessment GROUP BY customer_id
        ) AS kept ON kept.customer_id = credit.id
        WHERE (credit.version, credit.version) IS DISTINCT FROM (kept.last, kept.count)
        """,
    ),
    Invariant(
        "events.8 timeline",
        "Each entry of the timeline comes from an event that was applied.",
        """
        SELECT entry.event_id, entry.kind FROM timeline.entry WHERE NOT EXISTS (
            SELECT FROM inbox
            WHERE consumer = 'customer.timeline' AND inbox.event_id = entry.event_id)
        """,
    ),
    Invariant(
        "events.8 timeline complete",
        "Each event about a customer that was applied, and not given up, has its entry in the"
        " timeline.",
        f"""
        SELECT event_id, aggregate_type, aggregate_id FROM inbox
        WHERE consumer = 'customer.timeline' AND aggregate_type IN ({_DOCUMENTS})
        AND NOT EXISTS (SELECT FROM timeline.entry WHERE entry.event_id = inbox.event_id)
        AND NOT EXISTS (
            SELECT FROM parked WHERE resolution = 'dropped'
            AND parked.consumer = inbox.consumer AND parked.event_id = inbox.event_id)
        """,  # noqa: S608 - names of our own
    ),
    Invariant(
        "customers.handover",
        "A hand-over counts the customers it gave, and is done when none is left to give.",
        """
        SELECT handover.id, handover.status, handover.done, given.count FROM handover LEFT JOIN (
            SELECT handover_id, count(*) FROM ownership_change GROUP BY handover_id
        ) AS given ON given.handover_id = handover.id
        WHERE handover.done <> coalesce(given.count, 0)
           OR (handover.status = 'done') <> (handover.finished_at IS NOT NULL)
        """,
    ),
    Invariant(
        "organisation.path",
        "The path of a unit is that of the unit above it and its own code.",
        """
        SELECT unit.code, unit.path, above.path AS above FROM unit
        LEFT JOIN unit AS above ON above.id = unit.parent_id
        WHERE unit.path <> concat(above.path, unit.code, '/')
           OR unit.status = 'open' AND above.status <> 'open'
        """,
    ),
    Invariant(
        "organisation.place",
        "Who works in a unit has its path, and the nearest department and branch above.",
        """
        SELECT staff.login, staff.unit_path, staff.department, staff.branch, unit.path
        FROM staff JOIN unit ON unit.id = staff.unit_id
        WHERE staff.status = 'active' AND (
            unit.status <> 'open' OR staff.unit_path IS DISTINCT FROM unit.path
            OR staff.department IS DISTINCT FROM (
                SELECT name FROM unit AS above
                WHERE kind = 'department' AND starts_with(unit.path, above.path)
                ORDER BY length(path) DESC LIMIT 1)
            OR staff.branch IS DISTINCT FROM (
                SELECT name FROM unit AS above
                WHERE kind = 'branch' AND starts_with(unit.path, above.path)
                ORDER BY length(path) DESC LIMIT 1))
        """,
    ),
    Invariant(
        "organisation.manager",
        "Who manages a unit works here.",
        """
        SELECT unit.code, unit.manager_id FROM unit JOIN staff ON staff.id = unit.manager_id
        WHERE staff.status <> 'active'
        """,
    ),
    Invariant(
        "roles.held",
        "Nobody who works here holds a role that is retired.",
        """
        SELECT staff.login, role.code FROM staff JOIN role ON role.code = any(staff.roles)
        WHERE staff.status = 'active' AND role.status <> 'active'
        """,
    ),
    Invariant(
        "roles.administrator",
        "Administrators can manage staff and roles.",
        """
        SELECT code, permissions, status FROM role WHERE code = 'administrator'
        AND (status <> 'active' OR NOT permissions @> ARRAY['staff.manage', 'role.manage'])
        """,
    ),
    Invariant(
        "deputies.overlap",
        "Nobody stands in for the same person twice on one day.",
        """
        SELECT one.id, other.id AS other FROM deputy AS one JOIN deputy AS other
          ON other.principal_id = one.principal_id AND other.deputy_id = one.deputy_id
         AND other.id > one.id AND one.starts_on <= other.ends_on AND other.starts_on <= one.ends_on
        WHERE one.status = 'appointed' AND other.status = 'appointed'
        """,
    ),
    Invariant(
        "portal_users.login",
        "A login is one person's, of the staff or of a customer.",
        "SELECT login FROM staff JOIN portal_user USING (login)",
    ),
    Invariant(
        "portal_users.sessions",
        "Nobody is signed in to whom the portal is closed, or whose customer does not trade.",
        """
        SELECT session.id, session.subject_id FROM session
        JOIN portal_user ON portal_user.id = session.subject_id
        JOIN customer ON customer.id = portal_user.customer_id
        WHERE session.status = 'open'
          AND (portal_user.status <> 'active' OR customer.status <> 'formal')
        """,
    ),
    Invariant(
        "sessions.subject",
        "A session is that of a member of staff or of a portal user.",
        """
        SELECT id, subject_id FROM session
        WHERE NOT EXISTS (SELECT FROM staff WHERE staff.id = session.subject_id)
          AND NOT EXISTS (SELECT FROM portal_user WHERE portal_user.id = session.subject_id)
        """,
    ),
    Invariant(
        "roles.portal",
        "The role of the portal permits what the portal offers, and nothing else, and no member of"
        " staff and no other system holds it.",
        """
        SELECT code, permissions FROM role WHERE code = 'customer_portal'
        AND (reach <> 'own' OR NOT permissions <@ ARRAY[
            'portal.catalogue', 'portal.order', 'portal.read'])
        UNION ALL
        SELECT name, roles FROM staff WHERE status = 'active' AND 'customer_portal' = any(roles)
        UNION ALL
        SELECT name, roles FROM client WHERE 'customer_portal' = any(roles)
        """,
    ),
    status_history("level_proposal", [Status.SUBMITTED], TRANSITIONS),
    approvals.bound_to_content("level_proposal", "level_proposal", "d.status = 'approved'"),
    *approvals.INVARIANTS,
    *imports.INVARIANTS,
    *documents.INVARIANTS,
)
