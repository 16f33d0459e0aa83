"""``kehu ingress``: the configuration of a reverse proxy before the services' own processes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

import typer

from shared.host import server
from shared.host.errors import HostError
from shared.host.nginx import nginx_configuration
from shared.host.options import service_called
from shared.service import NAMES

#: Where the API processes are unless told: the order of the pipeline from this port on.
_FIRST_PORT = 8101
#: Routes are asked for, no data: nobody connects.
_NOWHERE = "postgresql://nobody@127.0.0.1:1/nothing"


def ingress(
    to: Annotated[
        list[str] | None,
        typer.Option(help="SERVICE=HOST:PORT of an API process; may be given several times."),
    ] = None,
    listen: Annotated[
        str, typer.Option(help="HOST:PORT where clients connect.")
    ] = "127.0.0.1:8000",
) -> None:
    """Print an nginx configuration that routes by path, from the services' own routes."""
    addresses = _addresses(to or ())

    async def configure() -> str:
        return write_configuration(addresses, listen)

    print(server.run_once(configure), end="")


def write_configuration(addresses: Mapping[str, Sequence[str]], listen: str) -> str:
    """Return the configuration for all services. Call it where a loop runs: a pool wants one."""
    apps = {}
    for name in NAMES:
        service = service_called(name)
        settings = service.settings(database_url=_NOWHERE)
        apps[name] = service.create_app(settings, db=service.create_database(settings))
    return nginx_configuration(apps, addresses, listen)


def _addresses(given: Sequence[str]) -> dict[str, list[str]]:
    """Where the services are: as given, or on this machine."""
    found: dict[str, list[str]] = {}
    for each in given:
        name, separator, address = each.partition("=")
        if not separator or name not in NAMES:
            raise HostError(f"--to {each} is not SERVICE=HOST:PORT, of {', '.join(NAMES)}.")
        found.setdefault(name, []).append(address)
    here = {name: [f"127.0.0.1:{_FIRST_PORT + place}"] for place, name in enumerate(NAMES)}
    return here | found
