"""Who may do what with follow-up, products, prices and quotes (S03, S71 to S119)."""

from __future__ import annotations

from tests.matrix.oracle.operating import approving, filing, numbering, operating
from tests.matrix.oracle.words import (
    ADMINISTRATOR,
    DEAL,
    EXECUTIVE,
    FINANCE,
    GENERAL_MANAGER,
    HEADS,
    HOUSE,
    MACHINE,
    MANAGERS,
    PURCHASING_MANAGER,
    SALES_ASSISTANT,
    SELLERS,
    SERVICE_AGENT,
    WAREHOUSE,
    only,
    owned,
    rule,
)

PROJECT = "/v1/opportunities/{opportunity_id}"
QUOTE = "/v1/quotes/{quote_id}"
PLAN = "/v1/plans/{plan_id}"
PRODUCT = "/v1/products/{product_id}"
PRICES = "/v1/price-lists/{price_list_id}"

#: What is being pursued is not yet a matter of the warehouse.
COMMERCIAL = DEAL - {WAREHOUSE}

RULES = (
    owned(
        "What happened with a customer is read by the commercial side and by service (S03)",
        COMMERCIAL | {SERVICE_AGENT},
        "GET /v1/activities",
        "GET /v1/activities/{activity_id}",
        "GET /v1/next-contacts",
    ),
    owned(
        "Sellers, their assistant and service note what happened (S03)",
        SELLERS | {SALES_ASSISTANT, SERVICE_AGENT},
        "POST /v1/activities",
    ),
    owned(
        "The commercial side follows the projects (S71)",
        COMMERCIAL,
        "GET /v1/opportunities",
        "GET /v1/opportunities/matrix",
        "GET /v1/opportunities/pipeline",
        f"GET {PROJECT}",
    ),
    rule(
        "The commercial side knows the stages a project goes through",
        COMMERCIAL,
        "GET /v1/stages",
    ),
    owned(
        "Sellers open projects, and drive them to an end (S71 to S79)",
        SELLERS,
        "POST /v1/opportunities",
        f"PATCH {PROJECT}",
        f"POST {PROJECT}/move",
        f"POST {PROJECT}/plan",
        f"DELETE {PROJECT}/plan/{{item_id}}",
        f"POST {PROJECT}/plan/{{item_id}}/complete",
        f"POST {PROJECT}/register",
        f"POST {PROJECT}/win",
        f"POST {PROJECT}/lose",
        f"POST {PROJECT}/abandon",
    ),
    owned(
        "Managers give a project to another owner (S04)",
        MANAGERS,
        f"POST {PROJECT}/hand-over",
    ),
    rule(
        "The heads and the administrator define the stages",
        HEADS | {ADMINISTRATOR},
        "PUT /v1/stages",
    ),
    rule(
        "Everybody in the house, and machines, know what is sold (S16)",
        HOUSE | {MACHINE},
        "GET /v1/products",
        f"GET {PRODUCT}",
    ),
    rule(
        "Managers, finance and the administrator keep the products (S16)",
        MANAGERS | {FINANCE, ADMINISTRATOR},
        "POST /v1/products",
        f"PATCH {PRODUCT}",
        f"POST {PRODUCT}/retire",
        f"POST {PRODUCT}/restore",
    ),
    rule(
        "List prices are for the commercial side, who purchases, and machines (S110)",
        COMMERCIAL | {PURCHASING_MANAGER, MACHINE},
        "GET /v1/price-lists",
        f"GET {PRICES}",
        f"GET {PRICES}/prices",
        "GET /v1/prices",
    ),
    rule(
        "Managers and finance write prices (S110)",
        MANAGERS | {FINANCE},
        "POST /v1/price-lists",
        f"PUT {PRICES}/prices",
        f"POST {PRICES}/propose",
    ),
    rule(
        "Finance adjusts what is proposed (S110)",
        only(FINANCE),
        f"POST {PRICES}/adjust",
    ),
    owned(
        "Sellers, their assistant and executives read work plans (S44, S47)",
        SELLERS | {SALES_ASSISTANT, EXECUTIVE},
        "GET /v1/plans",
        f"GET {PLAN}",
        f"GET {PLAN}/attainment",
    ),
    owned(
        "Sellers plan their days, weeks and months (S42 to S47)",
        SELLERS,
        "POST /v1/plans",
        f"PUT {PLAN}",
        f"POST {PLAN}/submit",
        f"POST {PLAN}/close",
    ),
    owned(
        "The assistant files what is closed (S47)",
        only(SALES_ASSISTANT),
        f"POST {PLAN}/archive",
    ),
    owned(
        "The commercial side reads quotes (S101)",
        COMMERCIAL,
        "GET /v1/quotes",
        f"GET {QUOTE}",
    ),
    rule(
        "The commercial side knows who may give which discount (S108)",
        COMMERCIAL,
        "GET /v1/discount-policy",
    ),
    owned(
        "Sellers and their assistant draft quotes (S101)",
        SELLERS | {SALES_ASSISTANT},
        "POST /v1/quotes",
        f"PATCH {QUOTE}",
        f"POST {QUOTE}/copy",
        f"POST {QUOTE}/revise",
    ),
    owned(
        "Sellers submit them, approve within their authority, and note the answer (S106, S108)",
        SELLERS,
        f"POST {QUOTE}/submit",
        f"POST {QUOTE}/approve",
        f"POST {QUOTE}/reject",
        f"POST {QUOTE}/send",
        f"POST {QUOTE}/accept",
        f"POST {QUOTE}/decline",
    ),
    owned(
        "What is earned by a quote is for managers and finance",
        MANAGERS | {FINANCE},
        f"GET {QUOTE}/margin",
    ),
    rule(
        "Only the general manager says who may give which discount (S108)",
        only(GENERAL_MANAGER),
        "PUT /v1/discount-policy",
    ),
    *operating("opportunity"),
    *filing("opportunity", readers=COMMERCIAL, changers=SELLERS),
    *approving("opportunity", able=SELLERS),
    *numbering("opportunity"),
)
