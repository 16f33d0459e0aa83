"""``/v1/registrations``: open to everybody."""

from __future__ import annotations

from fastapi import Request
from starlette.responses import Response

from services.customer.registrations import service
from services.customer.registrations.schemas import RegistrationIn, RegistrationOut
from shared.domain.actor import SYSTEM
from shared.domain.scope import EVERYTHING
from shared.http.context import context_of
from shared.http.gates import Write
from shared.http.network import network
from shared.http.openapi import answers_problem
from shared.http.routing import new_router

router = new_router("registrations")


@router.post(
    "/registrations",
    response_model=RegistrationOut,
    status_code=202,
    responses={429: answers_problem("Too many registrations from here")},
)
async def register(body: RegistrationIn, request: Request) -> Response:
    """Ask to become a customer. A sales manager confirms or rejects the registration."""
    context = context_of(request)
    settings = context.settings
    await service.limit_registrations(
        context.db, network(request.scope), settings.registrations_per_hour
    )
    write = Write(request, context, SYSTEM, EVERYTHING, expected=None, key=None)
    command = body.command(settings.registration_owner_id)
    return await write(command, service.register, RegistrationOut.of, status=202)
