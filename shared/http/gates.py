"""Gates: every route declares one. They authenticate, authorise, and open the unit of work.

@router.post("/orders/{order_id}/approve", response_model=OrderOut)
async def approve_order(
    order_id: UUID, write: Annotated[Write, writing("order.approve", if_match=True)]
) -> Response:
    return await write(ApproveOrder(order_id, write.expected), approving.approve, OrderOut.of)
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, TypeVar
from uuid import UUID

import asyncpg
from fastapi import Depends, Request
from pydantic import BaseModel
from starlette.responses import Response

from shared.auth.delegation import ON_BEHALF_OF
from shared.db.driver import Connection
from shared.db.unit_of_work import UnitOfWork
from shared.domain.actor import Actor
from shared.domain.errors import DomainError, PreconditionRequired, Unauthenticated
from shared.domain.scope import Scope
from shared.http.context import Context, context_of
from shared.http.etag import etag, parse_if_match
from shared.http.idempotency import IdempotencyKey, MissingIdempotencyKey, Stored
from shared.http.origin import origin_of
from shared.http.request_id import request_id, traceparent
from shared.http.rights import for_eyes_of

C = TypeVar("C")
R = TypeVar("R")

#: The version of what must not be there yet (``If-None-Match: *``).
NOT_THERE = 0
_TRIES = 3
#: After such events others may do and see things, and at once in this process.
_WHO_MAY_WHAT = tuple(
    f"crm.customer.{each}." for each in ("staff", "unit", "role", "deputy", "session")
)
_COLLISIONS = (asyncpg.SerializationError, asyncpg.DeadlockDetectedError)
_JSON = {"content-type": "application/json"}


class UnsupportedHeader(DomainError):
    """A header that makes the request conditional or repeatable, where it would have no effect."""

    code = "unsupported_header"
    status = 400
    title = "The operation does not honour this header"


class Read:
    """A permitted request that changes nothing."""

    def __init__(self, request: Request, context: Context, actor: Actor, scope: Scope) -> None:
        self.request = request
        self.context = context
        self.actor = actor
        self.scope = scope

    def connection(self) -> AbstractAsyncContextManager[Connection]:
        """Lend a connection outside any transaction, over which the caller's scope is seen."""
        return self.context.db.reading(self.scope)

    def respond(self, body: BaseModel) -> Response:
        """Answer a body; with an ETag when it has a version, 304 when the caller has it."""
        headers = dict(_JSON)
        version = getattr(body, "version", None)
        if isinstance(version, int):
            headers["etag"] = etag(version)
            if self.request.headers.get("if-none-match") == headers["etag"]:
                return Response(status_code=304, headers={"etag": headers["etag"]})
        content = body.model_dump_json(context=for_eyes_of(self.actor))
        return Response(content.encode(), headers=headers)


class Write(Read):
    """A permitted request that changes something: one command, one transaction, then the answer.

    ``expected`` is the version the caller saw (``If-Match``), None for any, or NOT_THERE.
    """

    def __init__(
        self,
        request: Request,
        context: Context,
        actor: Actor,
        scope: Scope,
        expected: int | None,
        key: IdempotencyKey | None,
    ) -> None:
        super().__init__(request, context, actor, scope)
        self.expected = expected
        self.key = key

    async def __call__(
        self,
        command: C,
        handle: Callable[[UnitOfWork, C], Awaitable[R]],
        present: Callable[[R], BaseModel],
        *,
        status: int = 200,
        kept: Callable[[R], BaseModel] | None = None,
    ) -> Response:
        """Run ``handle(uow, command)`` and answer ``present(result)``, after the commit.

        With an Idempotency-Key the answer is kept; ``kept(result)`` in its place where it holds a
        secret.

        A deadlock or serialization failure is tried again, at most three times in all.
        """
        for attempt in range(1, _TRIES + 1):
            try:
                return await self._run(command, handle, present, status, kept or present)
            except _COLLISIONS:
                if attempt == _TRIES:
                    raise
        raise AssertionError("unreachable")

    async def _run(
        self,
        command: C,
        handle: Callable[[UnitOfWork, C], Awaitable[R]],
        present: Callable[[R], BaseModel],
        status: int,
        kept: Callable[[R], BaseModel],
    ) -> Response:
        async with self.context.db.transaction(
            self.actor,
            correlation_id=UUID(request_id(self.request.scope)),
            traceparent=traceparent(self.request),
            origin=origin_of(self.request),
            scope=self.scope,
        ) as uow:
            if self.key and (stored := await self.key.claim(uow.conn)):
                replayed = {**stored.headers, "idempotent-replayed": "true"}
                return Response(stored.body, stored.status, headers=replayed)
            result = await handle(uow, command)
            answer = self._answer(present(result), status)
            if self.key:
                stored = answer if kept is present else self._answer(kept(result), status)
                await self.key.store(uow.conn, stored)
        if any(each.envelope.type.startswith(_WHO_MAY_WHAT) for each in uow.recorded):
            self.context.forget()
        return Response(answer.body, answer.status, headers=answer.headers)

    def _answer(self, body: BaseModel, status: int) -> Stored:
        headers = dict(_JSON)
        version, created = getattr(body, "version", None), getattr(body, "id", None)
        if isinstance(version, int):
            headers["etag"] = etag(version)
        if status == 201 and created is not None:
            headers["location"] = f"{self.request.url.path}/{created}"
        content = body.model_dump_json(context=for_eyes_of(self.actor))
        return Stored(status, headers, content.encode())


class Gate:
    """What a route declares about who may call it and how; shown in OpenAPI.

    ``permission`` None means any signed-in actor.
    """

    def __init__(
        self,
        permission: str | None,
        *,
        writes: bool,
        if_match: bool = False,
        creates: bool = False,
        idempotency_key: bool = False,
        conditional: bool = True,
    ) -> None:
        self.permission = permission
        self.writes = writes
        self.if_match = if_match
        self.creates = creates
        self.idempotency_key = idempotency_key
        self.conditional = conditional

    async def __call__(self, request: Request) -> Read:
        """Let the request through, or refuse it.

        Raises:
            Unauthenticated, TooManyRequests, Forbidden: who is calling.
            PreconditionRequired, MalformedIfMatch: ``If-Match``.
            MissingIdempotencyKey, MalformedIdempotencyKey: ``Idempotency-Key``.
            MalformedPrincipal, NotDeputy: ``On-Behalf-Of``.
            UnsupportedHeader: one of them where it is not honoured.
        """
        context = context_of(request)
        actor = await context.tokens.verify(_bearer(request))
        context.rates.of(actor).count(actor.id, request.scope)
        actor = await self._named(request, context, actor)
        if self.permission is not None:
            actor.require(self.permission)
        scope = await context.scopes.of(actor)
        if not self.writes:
            return Read(request, context, actor, scope)
        if not self.conditional:
            return self._unconditional(request, context, actor, scope)
        expected = self._expected(request)
        return Write(request, context, actor, scope, expected, await self._key(request, actor))

    async def _named(self, request: Request, context: Context, actor: Actor) -> Actor:
        """Return the actor in whose name the request is made, its own or a principal's."""
        header = _sent(request, ON_BEHALF_OF)
        if header is None:
            return actor
        if self.permission is None:
            raise UnsupportedHeader("One's own account is nobody else's: leave On-Behalf-Of out.")
        table = await context.tokens.grants.table()
        return await context.delegations.act(actor, header, table)

    def _unconditional(
        self, request: Request, context: Context, actor: Actor, scope: Scope
    ) -> Write:
        # A promise that is not kept would be worse than a refusal.
        for name in ("Idempotency-Key", "If-Match"):
            if name in request.headers:
                raise UnsupportedHeader(f"This operation does not honour {name}; leave it out.")
        return Write(request, context, actor, scope, None, None)

    def _expected(self, request: Request) -> int | None:
        header = _sent(request, "if-match")
        if header is not None:
            return parse_if_match(header)
        if self.creates and request.headers.get("if-none-match", "").strip() == "*":
            return NOT_THERE
        if self.if_match:
            otherwise = ", or If-None-Match: * if there is none yet" if self.creates else ""
            raise PreconditionRequired(f"Send If-Match with the ETag that a read gave{otherwise}.")
        return None

    async def _key(self, request: Request, actor: Actor) -> IdempotencyKey | None:
        header = _sent(request, "idempotency-key")
        if header is None:
            if self.idempotency_key:
                raise MissingIdempotencyKey("Send an Idempotency-Key of your own making.")
            return None
        kind = request.headers.get("content-type", "")
        body = await request.json() if "json" in kind and await request.body() else None
        route = f"{request.method} {request.url.path}"
        return IdempotencyKey.of(actor, route, header, body)


def reading(permission: str | None) -> Any:
    """Declare a route that reads."""
    return Depends(Gate(permission, writes=False))


def writing(
    permission: str | None,
    *,
    if_match: bool = False,
    creates: bool = False,
    idempotency_key: bool = False,
    conditional: bool = True,
) -> Any:
    """Declare a route that writes; ``if_match`` and ``idempotency_key`` make the header required,
    otherwise it is honoured when sent. A PUT that ``creates`` what is not there yet takes
    ``If-None-Match: *`` in place of ``If-Match``. What is several transactions is not
    ``conditional``: it takes neither."""
    return Depends(
        Gate(
            permission,
            writes=True,
            if_match=if_match,
            creates=creates,
            idempotency_key=idempotency_key,
            conditional=conditional,
        )
    )


def _sent(request: Request, name: str) -> str | None:
    """Return a header; one that was sent more than once as a list (RFC 9110, section 5.3)."""
    found = request.headers.getlist(name)
    return ", ".join(found) if found else None


def _bearer(request: Request) -> str:
    scheme, _, token = (_sent(request, "authorization") or "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated("Send a bearer token; sign in at /v1/auth/token.")
    return token.strip()
