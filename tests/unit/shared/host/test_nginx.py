"""The ingress of separate processes, as nginx is told it."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest
from fastapi import FastAPI

from shared.host.errors import HostError
from shared.host.ingress import routing_table, segments_of
from shared.host.nginx import nginx_configuration
from shared.service import NAMES
from tests.support.applications import application

LISTEN = "127.0.0.1:8000"
ADDRESSES = {name: [f"127.0.0.1:{8101 + place}"] for place, name in enumerate(NAMES)}
#: What could be mistaken for a path of a service.
STRANGE = ("/", "/v1", "/v1/", "/v1/nothing", "/v2/orders", "//v1/orders", "/v1/ordersx", "/livez")


@pytest.fixture
async def apps() -> dict[str, FastAPI]:
    """The services as they are composed."""
    return {name: application(name) for name in NAMES}


def targets(configuration: str) -> list[tuple[re.Pattern[str], str]]:
    """What is matched, and the service it goes to, in the order of the file."""
    found = re.findall(r'location ~ "(.+)" \{\s+proxy_pass http://kehu_(\w+);', configuration)
    return [(re.compile(expression), name) for expression, name in found]


def target(configuration: str, path: str) -> str | None:
    """The service a path goes to."""
    matching = (name for expression, name in targets(configuration) if expression.search(path))
    return next(matching, None)


async def test_every_path_goes_where_one_process_hands_it(apps: dict[str, FastAPI]) -> None:
    table = routing_table(apps.values())
    names = {id(app): name for name, app in apps.items()}
    configuration = nginx_configuration(apps, ADDRESSES, LISTEN)
    paths = [f"/{first}/{second}".rstrip("/") for first, second in table]
    assert len(paths) > 30
    for known in paths:
        for path in (known, f"{known}/", f"{known}/7/approve", f"{known}x", *STRANGE):
            app = table.get(segments_of(path))
            assert target(configuration, path) == (names[id(app)] if app else None), path


async def test_no_path_matches_two_services(apps: dict[str, FastAPI]) -> None:
    configuration = nginx_configuration(apps, ADDRESSES, LISTEN)
    for first, second in routing_table(apps.values()):
        matching = {
            n for expression, n in targets(configuration) if expression.search(f"/{first}/{second}")
        }
        assert len(matching) == 1, (first, second)


async def test_each_service_may_have_several_processes(apps: dict[str, FastAPI]) -> None:
    addresses = ADDRESSES | {"order": ["10.0.0.1:80", "order.internal:8103", "[::1]:8103"]}
    configuration = nginx_configuration(apps, addresses, LISTEN)
    upstream = configuration.partition("upstream kehu_order {")[2].partition("}")[0]
    assert re.findall(r"server (\S+);", upstream) == addresses["order"]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"order": []}, "No address is given for order"),
        ({"order": ["nowhere"]}, "'nowhere' is no address"),
        ({"order": ["1.2.3.4:80; } evil {"]}, "is no address"),
    ],
)
async def test_an_address_is_an_address(
    apps: dict[str, FastAPI], changed: Mapping[str, list[str]], message: str
) -> None:
    with pytest.raises(HostError, match=message):
        nginx_configuration(apps, {**ADDRESSES, **changed}, LISTEN)
