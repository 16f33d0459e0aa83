"""The FastAPI application every service is: its routers within the common frame."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI
from starlette.middleware import Middleware

from shared.http import health, openapi, problems
from shared.http.audit import audit_router
from shared.http.context import Context
from shared.http.edge import Edge
from shared.http.operations import operations_router

VERSION = "0.1.0"


def new_app(
    context: Context, *, title: str, description: str, routers: Sequence[APIRouter]
) -> FastAPI:
    """Return the application of ``context.service``. Put the hottest router first: routes are
    tried in order."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        await context.db.close()

    app = FastAPI(
        title=title,
        description=description,
        version=VERSION,
        openapi_url=f"/openapi/{context.service}.json",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        middleware=[
            Middleware(
                Edge,
                service=context.service,
                settings=context.settings,
                rates=context.rates,
                admission=context.admission,
            )
        ],
        generate_unique_id_function=lambda route: route.name,
        telemetry={"tracing": False},
    )
    app.state.context = context
    own = (audit_router(context.service), operations_router(context.service))
    for router in (*routers, *own):
        # Not include_router: our routers are complete, and each inclusion is matched twice over.
        app.router.routes.extend(router.routes)
    health.install(app, context.db)
    openapi.install(app, context.service)
    problems.install(app)
    return app
