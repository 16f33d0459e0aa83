"""Who may do what with customers, people and the organisation (S02 to S24, S214 to S218)."""

from __future__ import annotations

from tests.matrix.oracle.operating import approving, filing, operating
from tests.matrix.oracle.words import (
    ADMINISTRATOR,
    BUYERS,
    DATA_STEWARD,
    DEAL,
    DESK,
    EVERY_ROLE,
    EXECUTIVE,
    FINANCE,
    HEADS,
    HELPERS,
    HOUSE,
    MACHINE,
    MANAGERS,
    SELLERS,
    SERVICE_AGENT,
    only,
    owned,
    public,
    rule,
)

ONE = "/v1/customers/{customer_id}"
PORTAL_USER = "/v1/portal-users/{portal_user_id}"
CONTACT = f"{ONE}/contacts/{{contact_id}}"

#: The desk, the steward of the file (S14), the administrator, and machines that feed it.
KEEPERS = DESK | {ADMINISTRATOR, DATA_STEWARD, MACHINE}
ADMINISTRATION = only(ADMINISTRATOR)
IMPORTERS = MANAGERS | {ADMINISTRATOR, DATA_STEWARD}

RULES = (
    public(
        "Signing in and out, becoming a customer (S24) and checking a signature need no account",
        "POST /v1/auth/token",
        "POST /v1/auth/revoke",
        "POST /v1/registrations",
        "GET /v1/auth/jwks",
    ),
    rule(
        "Whoever is signed in sees who they are and where, signs out, and chooses their password",
        EVERY_ROLE,
        "GET /v1/auth/me",
        "POST /v1/auth/password",
        "GET /v1/auth/sessions",
        "POST /v1/auth/sessions/{session_id}/end",
        "POST /v1/auth/sign-out",
    ),
    owned(
        "The whole house, and machines, look customers up (S02)",
        HOUSE | {MACHINE},
        "GET /v1/customers",
        f"GET {ONE}",
        f"GET {ONE}/lookalikes",
        f"GET {ONE}/owners",
        f"GET {ONE}/level-proposals",
        f"GET {ONE}/level-proposals/{{level_proposal_id}}",
        f"GET {ONE}/timeline",
    ),
    rule(
        "The desk, the steward and machines enter customers (S02)",
        KEEPERS,
        "POST /v1/customers",
    ),
    owned(
        "They also keep the record as it is, up to the loss of a customer (S13, S66)",
        KEEPERS,
        f"PATCH {ONE}",
        f"POST {ONE}/lose",
        f"POST {ONE}/regain",
    ),
    owned(
        "Whoever keeps customers proposes their level; managers judge when asked (S12)",
        KEEPERS,
        f"POST {ONE}/level-proposals",
    ),
    owned(
        "Managers make a customer formal, or refuse the registration (S24)",
        MANAGERS,
        f"POST {ONE}/confirm",
        f"POST {ONE}/reject",
    ),
    owned(
        "Managers and the administrator give a customer to another owner (S04)",
        MANAGERS | ADMINISTRATION,
        f"POST {ONE}/hand-over",
    ),
    rule(
        "They also hand over all of what a leaver had (S04)",
        MANAGERS | ADMINISTRATION,
        "POST /v1/handovers",
    ),
    owned(
        "The whole house, and machines, see what was handed over",
        HOUSE | {MACHINE},
        "GET /v1/handovers",
        "GET /v1/handovers/{handover_id}",
    ),
    rule(
        "Managers, the steward and the administrator bring in files of customers",
        IMPORTERS,
        "POST /v1/customers/imports",
        "GET /v1/customers/imports/template",
    ),
    owned(
        "They see what became of the files they sent, and call an import off",
        IMPORTERS,
        "GET /v1/imports",
        "GET /v1/imports/{import_id}",
        "POST /v1/imports/{import_id}/cancel",
        "GET /v1/imports/{import_id}/errors",
    ),
    owned(
        "Whom to talk to is known to the house and to machines, but is no business of purchasing",
        (HOUSE | {MACHINE}) - BUYERS,
        f"GET {ONE}/contacts",
        f"GET {CONTACT}",
    ),
    owned(
        "Who keeps customers, and who helps them, keeps their contacts",
        KEEPERS | HELPERS,
        f"POST {ONE}/contacts",
        f"PATCH {CONTACT}",
    ),
    owned(
        "Whom a deal concerns, and service, see who of a customer uses the portal (S25)",
        DEAL | {SERVICE_AGENT},
        "GET /v1/portal-users",
        f"GET {PORTAL_USER}",
    ),
    owned(
        "Who sells, heads the company or administers it opens the portal to people of customers,"
        " and closes it (S25)",
        SELLERS | ADMINISTRATION,
        "POST /v1/portal-users",
        f"PATCH {PORTAL_USER}",
        f"POST {PORTAL_USER}/deactivate",
        f"POST {PORTAL_USER}/reactivate",
        f"POST {PORTAL_USER}/password",
    ),
    owned(
        "Whom a deal concerns, and the steward, see how much a customer is trusted (S10)",
        DEAL | {DATA_STEWARD},
        f"GET {ONE}/credit",
        f"GET {ONE}/credit/history",
    ),
    owned(
        "Managers and finance say how far a customer is trusted",
        MANAGERS | {FINANCE},
        f"PUT {ONE}/credit",
    ),
    rule(
        "The house knows who works in it",
        HOUSE,
        "GET /v1/staff",
        "GET /v1/staff/{staff_id}",
    ),
    rule(
        "The administrator hires, places and dismisses",
        ADMINISTRATION,
        "POST /v1/staff",
        "PATCH /v1/staff/{staff_id}",
        "POST /v1/staff/{staff_id}/leave",
        "POST /v1/staff/{staff_id}/password",
    ),
    rule(
        "The house and machines know how the company is built",
        HOUSE | {MACHINE},
        "GET /v1/units",
        "GET /v1/units/tree",
        "GET /v1/units/{unit_id}",
    ),
    rule(
        "The administrator builds it",
        ADMINISTRATION,
        "POST /v1/units",
        "PATCH /v1/units/{unit_id}",
        "POST /v1/units/{unit_id}/close",
        "POST /v1/units/{unit_id}/move",
    ),
    rule(
        "The heads, executives and the administrator see what a role may do (S217)",
        HEADS | {EXECUTIVE, ADMINISTRATOR},
        "GET /v1/permissions",
        "GET /v1/roles",
        "GET /v1/roles/{role_id}",
    ),
    rule(
        "Only the administrator defines roles, grants and revokes (S214)",
        ADMINISTRATION,
        "POST /v1/roles",
        "PATCH /v1/roles/{role_id}",
        "POST /v1/roles/{role_id}/grant",
        "POST /v1/roles/{role_id}/revoke",
        "POST /v1/roles/{role_id}/retire",
    ),
    rule(
        "Only the administrator lets other systems in, and changes the keys of the house",
        ADMINISTRATION,
        "GET /v1/clients",
        "POST /v1/clients",
        "GET /v1/clients/{client_id}",
        "PATCH /v1/clients/{client_id}",
        "POST /v1/clients/{client_id}/secret",
        "POST /v1/clients/{client_id}/disable",
        "POST /v1/clients/{client_id}/enable",
        "GET /v1/auth/keys",
        "POST /v1/auth/keys/rotate",
    ),
    rule(
        "The house sees who stands in for whom, and everybody names their own deputy (S18, S218)",
        HOUSE,
        "GET /v1/deputies",
        "GET /v1/deputies/{deputyship_id}",
        "POST /v1/deputies",
        "POST /v1/deputies/{deputyship_id}/revoke",
    ),
    rule(
        "The steward and the administrator forget people for good",
        ADMINISTRATION | {DATA_STEWARD},
        "POST /v1/personal-data/customer/erase",
    ),
    *operating("customer"),
    *filing("customer", readers=HOUSE | {MACHINE}, changers=KEEPERS),
    *approving("customer", able=MANAGERS),
)
