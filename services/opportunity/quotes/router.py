"""``/v1/quotes`` and ``/v1/discount-policy``."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query
from starlette.responses import Response

from services.opportunity.quotes import answering, approving, drafting
from services.opportunity.quotes.margin import MarginOut, margin_of
from services.opportunity.quotes.model import Status
from services.opportunity.quotes.policy import POLICY
from services.opportunity.quotes.repository import QuoteFilter
from services.opportunity.quotes.schemas import (
    CopyIn,
    PolicyIn,
    PolicyOut,
    QuoteChanges,
    QuoteIn,
    QuoteOut,
    QuoteSummary,
    ReasonIn,
)
from shared.auth.roles import Role
from shared.http.gates import Read, Write, reading, writing
from shared.http.paging import ListOf, PageSize, PageToken, page_request, respond_page
from shared.http.routing import new_router

router = new_router("quotes")

Reading = Annotated[Read, reading("quote.read")]
Deciding = Annotated[Write, writing("quote.approve", if_match=True)]
Answering = Annotated[Write, writing("quote.answer")]


@router.get("/quotes/{quote_id}", response_model=QuoteOut)
async def get_quote(quote_id: UUID, read: Reading) -> Response:
    """Return a revision with its lines."""
    async with read.connection() as conn:
        found = await drafting.quotes.get(conn, quote_id)
    return read.respond(QuoteOut.of(found))


@router.get("/quotes", response_model=ListOf[QuoteSummary])
async def list_quotes(
    read: Reading,
    number: Annotated[str | None, Query(max_length=40, description="all revisions of it")] = None,
    opportunity_id: UUID | None = None,
    customer_id: UUID | None = None,
    owner_id: UUID | None = None,
    status: Status | None = None,
    required_role: Annotated[
        Role | None, Query(description="with status in_approval: whom they wait for")
    ] = None,
    sort: str = "-created",
    page_size: PageSize = 50,
    page_token: PageToken = None,
) -> Response:
    """List revisions, newest first; ``sort`` is created, -created or valid_until."""
    wanted = QuoteFilter(number, opportunity_id, customer_id, owner_id, status, required_role)
    request = page_request(read, page_size, page_token, sort)
    async with read.connection() as conn:
        page = await drafting.quotes.page(conn, wanted, request)
    return respond_page(read, page, QuoteSummary, QuoteSummary.of)


@router.get("/quotes/{quote_id}/margin", response_model=MarginOut)
async def get_quote_margin(
    quote_id: UUID, read: Annotated[Read, reading("quote.margin")]
) -> Response:
    """Return the margin at list prices and at the prices asked for."""
    async with read.connection() as conn:
        return read.respond(margin_of(await drafting.quotes.get(conn, quote_id)))


@router.post("/quotes", response_model=QuoteOut, status_code=201)
async def draft_quote(body: QuoteIn, write: Annotated[Write, writing("quote.draft")]) -> Response:
    """Start a quote for a registered project."""
    command = body.command(write.context.settings.quote_validity_days)
    return await write(command, drafting.draft_quote, QuoteOut.of, status=201)


@router.patch("/quotes/{quote_id}", response_model=QuoteOut)
async def change_quote(
    quote_id: UUID,
    body: QuoteChanges,
    write: Annotated[Write, writing("quote.draft", if_match=True)],
) -> Response:
    """Change a draft and price it anew. A final revision is revised instead."""
    command = body.change(quote_id, write.expected)
    return await write(command, drafting.change_quote, QuoteOut.of)


@router.post("/quotes/{quote_id}/revise", response_model=QuoteOut)
async def revise_quote(
    quote_id: UUID,
    body: QuoteChanges,
    write: Annotated[Write, writing("quote.draft", if_match=True)],
) -> Response:
    """Answer the next revision: a draft without approval; this one is superseded."""
    command = body.revise(quote_id, write.expected)
    return await write(command, drafting.revise_quote, QuoteOut.of)


@router.post("/quotes/{quote_id}/copy", response_model=QuoteOut)
async def copy_quote(
    quote_id: UUID, body: CopyIn, write: Annotated[Write, writing("quote.draft")]
) -> Response:
    """Answer a quote of its own number with the same lines: a draft without approval."""
    days = write.context.settings.quote_validity_days
    command = drafting.CopyQuote(quote_id, body.opportunity_id, days)
    return await write(command, drafting.copy_quote, QuoteOut.of)


@router.post("/quotes/{quote_id}/submit", response_model=QuoteOut)
async def submit_quote(
    quote_id: UUID, write: Annotated[Write, writing("quote.submit", if_match=True)]
) -> Response:
    """Submit a draft; within the author's own authority it is approved at once."""
    command = approving.SubmitQuote(quote_id, write.expected, write.context.settings.chains)
    return await write(command, approving.submit_quote, QuoteOut.of)


@router.post("/quotes/{quote_id}/approve", response_model=QuoteOut)
async def approve_quote(quote_id: UUID, write: Deciding) -> Response:
    """Approve a revision; ``required_role`` or a higher one, and never its author."""
    command = approving.OnQuote(quote_id, write.expected)
    return await write(command, approving.approve_quote, QuoteOut.of)


@router.post("/quotes/{quote_id}/reject", response_model=QuoteOut)
async def reject_quote(quote_id: UUID, body: ReasonIn, write: Deciding) -> Response:
    """Refuse approval."""
    command = approving.RejectQuote(quote_id, write.expected, body.reason)
    return await write(command, approving.reject_quote, QuoteOut.of)


@router.post("/quotes/{quote_id}/send", response_model=QuoteOut)
async def send_quote(quote_id: UUID, write: Answering) -> Response:
    """Note that the approved quote was handed to the customer."""
    command = approving.OnQuote(quote_id, write.expected)
    return await write(command, answering.send_quote, QuoteOut.of)


@router.post("/quotes/{quote_id}/accept", response_model=QuoteOut)
async def accept_quote(
    quote_id: UUID, write: Annotated[Write, writing("quote.answer", if_match=True)]
) -> Response:
    """Note that the customer accepted; a contract or order follows by itself."""
    command = approving.OnQuote(quote_id, write.expected)
    return await write(command, answering.accept_quote, QuoteOut.of)


@router.post("/quotes/{quote_id}/decline", response_model=QuoteOut)
async def decline_quote(quote_id: UUID, body: ReasonIn, write: Answering) -> Response:
    """Note that the customer declined."""
    command = answering.DeclineQuote(quote_id, write.expected, body.reason)
    return await write(command, answering.decline_quote, QuoteOut.of)


@router.get("/discount-policy", response_model=PolicyOut)
async def get_discount_policy(read: Reading) -> Response:
    """Return who may give away how much."""
    async with read.connection() as conn:
        return read.respond(PolicyOut.of(await POLICY.current(conn)))


@router.put("/discount-policy", response_model=PolicyOut)
async def adopt_discount_policy(
    body: PolicyIn, write: Annotated[Write, writing("discount_policy.manage", if_match=True)]
) -> Response:
    """Put another policy in force. What waits for approval is judged by it."""
    command = approving.AdoptPolicy(body.policy(), write.expected)
    return await write(command, approving.adopt_policy, PolicyOut.of)
