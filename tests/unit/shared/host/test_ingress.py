"""One address for several services: who answers which path."""

from __future__ import annotations

import httpx
import pytest
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from shared.host.errors import HostError
from shared.host.ingress import Ingress, routing_table, segments_of


def service(title: str, *paths: str) -> FastAPI:
    app = FastAPI(title=title, openapi_url=None)

    async def answer(request: object) -> PlainTextResponse:
        return PlainTextResponse(title)

    for path in (*paths, "/livez", "/metrics"):
        app.add_route(path, answer)
    return app


async def home(request: object) -> PlainTextResponse:
    return PlainTextResponse("home")


async def ask(ingress: Ingress, path: str) -> str:
    transport = httpx.ASGITransport(ingress)
    async with httpx.AsyncClient(transport=transport, base_url="http://kehu") as client:
        return (await client.get(path)).text


async def test_a_path_goes_to_the_service_that_has_its_first_segments() -> None:
    orders = service("orders", "/v1/orders/{id}", "/v1/orders", "/docs/orders")
    customers = service("customers", "/v1/customers")
    everything = Starlette(routes=[Route("/{path:path}", home)])
    ingress = Ingress(routing_table([orders, customers]), everything)
    assert await ask(ingress, "/v1/orders/7?a=b") == "orders"
    assert await ask(ingress, "/docs/orders") == "orders"
    assert await ask(ingress, "/v1/customers") == "customers"
    for path in ("/", "/v1", "/v1/unknown", "/livez", "/v1/ordersx", "/v2/orders", "//v1/orders"):
        assert await ask(ingress, path) == "home", path


async def test_what_every_service_has_goes_by_its_name() -> None:
    orders, customers = (
        service("orders", "/v1/audit/order"),
        service("customers", "/v1/audit/customer", "/v1/audit/customer/head"),
    )
    ingress = Ingress(
        routing_table([orders, customers]), Starlette(routes=[Route("/{path:path}", home)])
    )
    assert await ask(ingress, "/v1/audit/order?object_id=7") == "orders"
    assert await ask(ingress, "/v1/audit/customer/head") == "customers"
    assert await ask(ingress, "/v1/audit") == "home"


def test_two_services_cannot_claim_the_same_paths() -> None:
    with pytest.raises(HostError, match=r"sales and orders both claim /v1/orders\."):
        routing_table([service("orders", "/v1/orders"), service("sales", "/v1/orders/{id}/lines")])


def test_no_service_can_claim_everything() -> None:
    with pytest.raises(HostError, match="could be anybody's"):
        routing_table([service("greedy", "/v1/{anything}")])


@pytest.mark.parametrize(
    ("path", "segments"),
    [
        ("/v1/orders/7/lines", ("v1", "orders")),
        ("/v1/orders", ("v1", "orders")),
        ("/v1/audit/order", ("v1", "audit/order")),
        ("/v1/audit/order/head", ("v1", "audit/order")),
        ("/v1/audit", ("v1", "audit/")),
        ("/v1", ("v1", "")),
        ("/", ("", "")),
        ("", ("", "")),
    ],
)
def test_a_path_is_routed_by_its_first_segments(path: str, segments: tuple[str, str]) -> None:
    assert segments_of(path) == segments
