"""What columns say about people, as far as no mark on the column says it (``shared/audit/marks``):
names that mean the same in every table, and tables where a name means something else."""

from __future__ import annotations

#: Codes, numbers, states, places in the organisation, technical words: never about a person.
IMPERSONAL = frozenset(
    """
    aggregate_type agreed_hash approved_hash approved_role asked at_limit authors blob branch
    carrier category chain client client_id code column columns competitor consumer content
    content_hash cost_currency currency customer_number demanded department document document_type
    encoding end_reason error event_type external_id fingerprint format hash headers ignored
    industry key kid kind label ladder level likelihood limit_currency line lines media_type method
    name_zh non_standard_role number object_type options path payload payment_terms
    permissions previous_level product_code product_name progress project_number reach reference
    region registration required_role resolution role roles route scope series service settlement
    sha256 site source source_type stage state status step_name steps subject_type terms title topic
    trace_id tracking type unit unit_path verdict verification voice website
    """.split()
)
#: Names of things, not of people.
THINGS = frozenset({"product", "unit", "role", "opportunity", "client"})
#: Written by people about whatever they like: it may mention somebody.
FREE_TEXT = frozenset(
    {"note", "reason", "remark", "details", "result", "action", "close_reason"}
    | {"goal", "purpose", "scheme", "support", "report"}
)
#: What a table says of a column differently: "table.column" of every service.
PERSONAL = {
    "staff.name": "who works here; told to all services",
    "staff.login": "who works here",
    "staff.position": "who works here",
    "customer.name": "a company; of a sole trader the person. Told to all services",
    "customer.name_key": "derived from the name",
    "customer.search_text": "derived from the name",
    "customer.search_terms": "derived from the name, numbers and the time of entry",
    "audit_entry.actor_name": "who did it, as called then",
    "audit_entry.on_behalf_of_name": "in whose name, as called then",
    "audit_entry.address": "network address of who did it",
    "attempt.subject": "hash of what was guessed at",
    "known_network.network": "network somebody signs in from",
    "session.network": "network somebody signed in from",
    "expense.payee": "who is paid: a company, or a person",
    "contract.signer": "who signed for us",
    "contract.customer_signer": "who signed for the customer",
    "idempotency_key.body": "answers as they were given",
    "import_job.actor": "who asked for the import",
    "import_job.file_name": "as called by who sent it",
    "import_chunk.data": "a file as it was sent, until it is read",
    "import_error.message": "what is wrong with a line, with the value",
    "parked.data": "an event that could not be applied",
    "parked.original": "an event before it was mended",
    "parked.resolved_by": "the operator",
}
#: Impersonal in these tables, whatever the name means elsewhere.
NOT_PERSONAL = frozenset(
    {
        "audit_entry.changes",
        "outbox.payload",
        "posting.account",
        "activity.result",
        "import_error.code",
    }
)
SECRET = frozenset({"signing_key.private_key", "refresh_token.digest"})
