"""Who may do what with contracts, orders, goods and money (S117 to S168)."""

from __future__ import annotations

from tests.matrix.oracle.operating import approving, filing, numbering, operating
from tests.matrix.oracle.words import (
    ADMINISTRATOR,
    BUYERS,
    DEAL,
    DESK,
    EXECUTIVE,
    FIELD,
    FINANCE,
    HEADS,
    HELPERS,
    MACHINE,
    MANAGERS,
    SALES_MANAGER,
    SERVICE_AGENT,
    WAREHOUSE,
    only,
    owned,
    portal,
    rule,
)

CONTRACT = "/v1/contracts/{contract_id}"
EXPENSE = "/v1/expenses/{expense_id}"
ORDER = "/v1/orders/{order_id}"
DELIVERY = "/v1/deliveries/{delivery_id}"
INVOICE = "/v1/invoices/{invoice_id}"
RECEIPT = "/v1/receipts/{receipt_id}"
PREPAYMENT = "/v1/prepayments/{prepayment_id}"
DRAFT = "/v1/portal/drafts/{draft_id}"
HISTORY = "/v1/sales-history/imports"

#: Whom goods on their way concern besides those of the deal.
LOGISTICS = DEAL | BUYERS | HELPERS | {MACHINE}
MONEY = only(FINANCE)
HISTORIANS = only(FINANCE, ADMINISTRATOR)
#: Who speaks for a department when a contract is countersigned.
COUNTERSIGNERS = MANAGERS | {WAREHOUSE, FINANCE}

RULES = (
    owned(
        "Contracts are read by whom the deal concerns, and by service (S117)",
        DEAL | {SERVICE_AGENT},
        "GET /v1/contracts",
        f"GET {CONTRACT}",
        f"GET {CONTRACT}/revisions",
        "GET /v1/contract-amendments",
        "GET /v1/contract-amendments/{amendment_id}",
        "GET /v1/contract-performance",
    ),
    owned(
        "The desk drafts contracts and hands them in (S117)",
        DESK,
        "POST /v1/contracts",
        f"PATCH {CONTRACT}",
        f"POST {CONTRACT}/submit",
    ),
    owned(
        "Sales, technical, finance and legal give their opinion: managers, warehouse, finance"
        " (S122)",
        COUNTERSIGNERS,
        f"POST {CONTRACT}/countersign",
    ),
    owned(
        "The heads approve a contract, or refuse it (S122)",
        HEADS,
        f"POST {CONTRACT}/approve",
        f"POST {CONTRACT}/reject",
    ),
    owned(
        "The desk and the heads propose to change a contract, or to end it before its time (S129)",
        DESK | HEADS,
        f"POST {CONTRACT}/amendments",
    ),
    owned(
        "Who sells, or heads the company, notes that it is signed (S118)",
        FIELD | HEADS,
        f"POST {CONTRACT}/sign",
    ),
    owned("Managers call it completed (S131)", MANAGERS, f"POST {CONTRACT}/complete"),
    owned(
        "Expenses are read by whom the deal concerns (S109)",
        DEAL,
        "GET /v1/expenses",
        f"GET {EXPENSE}",
    ),
    owned(
        "Who sells, heads the company, does the paperwork or the books asks for them (S109)",
        DESK | HEADS | MONEY,
        "POST /v1/expenses",
        f"PATCH {EXPENSE}",
        f"POST {EXPENSE}/submit",
        f"POST {EXPENSE}/cancel",
    ),
    owned("Only finance settles them (S109)", MONEY, f"POST {EXPENSE}/settle"),
    owned(
        "Orders and deliveries are read by whom the deal concerns, purchasing, service, machines",
        LOGISTICS,
        "GET /v1/orders",
        f"GET {ORDER}",
        "GET /v1/deliveries",
        f"GET {DELIVERY}",
    ),
    owned("The desk places orders (S120)", DESK, "POST /v1/orders", f"PATCH {ORDER}"),
    owned(
        "Managers and finance review them (S121, S134)",
        MANAGERS | MONEY,
        f"POST {ORDER}/approve",
        f"POST {ORDER}/reject",
    ),
    owned("Who sells, or heads the company, cancels", FIELD | HEADS, f"POST {ORDER}/cancel"),
    owned("Managers close what is through", MANAGERS, f"POST {ORDER}/close"),
    owned(
        "The desk and the warehouse prepare deliveries, and note the receipt (S141, S152)",
        DESK | {WAREHOUSE},
        "POST /v1/deliveries",
        f"POST {DELIVERY}/cancel",
        f"POST {DELIVERY}/receive",
    ),
    owned(
        "Managers and the warehouse check them, and take goods back (S144, S151)",
        MANAGERS | {WAREHOUSE},
        f"POST {DELIVERY}/check",
        f"POST {DELIVERY}/return",
    ),
    owned("Only the warehouse ships (S148)", only(WAREHOUSE), f"POST {DELIVERY}/ship"),
    owned(
        "Invoices and receipts are read by whom the deal concerns, and by machines",
        DEAL | {MACHINE},
        "GET /v1/invoices",
        f"GET {INVOICE}",
        "GET /v1/receipts",
        f"GET {RECEIPT}",
        f"GET {RECEIPT}/allocation-proposal",
        "GET /v1/allocations",
        "GET /v1/allocations/{allocation_id}",
    ),
    owned(
        "The desk and finance ask for an invoice, and to void one (S152)",
        DESK | MONEY,
        "POST /v1/invoices",
        f"POST {INVOICE}/void",
    ),
    owned("Managers and finance check it (S153)", MANAGERS | MONEY, f"POST {INVOICE}/check"),
    owned(
        "Only finance issues invoices and moves money (S153, S159 to S164)",
        MONEY,
        f"POST {INVOICE}/issue",
        f"POST {INVOICE}/allocations",
        f"POST {INVOICE}/pay-from-prepayment",
        "POST /v1/receipts",
        f"POST {RECEIPT}/allocations",
        f"POST {RECEIPT}/credit-prepayment",
        f"POST {RECEIPT}/reverse",
        "POST /v1/allocations/{allocation_id}/reverse",
        "POST /v1/prepayments",
        f"POST {PREPAYMENT}/refund",
    ),
    owned(
        "What a customer paid ahead, owes and has ordered is read by whom the deal concerns (S164)",
        DEAL,
        "GET /v1/prepayments",
        f"GET {PREPAYMENT}",
        f"GET {PREPAYMENT}/movements",
        "GET /v1/accounts",
    ),
    owned(
        "The ledger is for managers, executives and finance (S161)",
        HEADS | {SALES_MANAGER, EXECUTIVE, FINANCE},
        "GET /v1/ledger/balances",
        "GET /v1/ledger/postings",
    ),
    rule(
        "Stock is nobody's own: whom goods concern, and machines, see it (S116)",
        LOGISTICS,
        "GET /v1/stock",
        "GET /v1/stock/{stock_id}",
    ),
    rule(
        "The warehouse and machines say what is there (S116)",
        only(WAREHOUSE, MACHINE),
        "POST /v1/stock",
        "PATCH /v1/stock/{stock_id}",
    ),
    rule(
        "Finance and the administrator take over the sales of the past",
        HISTORIANS,
        f"POST {HISTORY}",
        f"GET {HISTORY}/template",
    ),
    owned(
        "They see what became of the files they sent, and call an import off",
        HISTORIANS,
        f"GET {HISTORY}",
        f"GET {HISTORY}/{{import_id}}",
        f"POST {HISTORY}/{{import_id}}/cancel",
        f"GET {HISTORY}/{{import_id}}/errors",
    ),
    portal(
        "Customers see products and prices, draft and hand in their own orders, and see what comes"
        " of them; nobody of the house is a customer (S25)",
        "GET /v1/portal/products",
        "GET /v1/portal/drafts",
        "POST /v1/portal/drafts",
        f"GET {DRAFT}",
        f"PATCH {DRAFT}",
        f"POST {DRAFT}/submit",
        f"POST {DRAFT}/cancel",
        "GET /v1/portal/orders",
        "GET /v1/portal/orders/{order_id}",
        "GET /v1/portal/deliveries",
        "GET /v1/portal/deliveries/{delivery_id}",
        "GET /v1/portal/invoices",
        "GET /v1/portal/invoices/{invoice_id}",
        "GET /v1/portal/account",
    ),
    *operating("order"),
    *filing("order", readers=DEAL | {SERVICE_AGENT}, changers=DESK),
    *approving("order", able=COUNTERSIGNERS),
    *numbering("order"),
)
