"""The ingress of separate processes as an nginx configuration, from the services' own routes."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from fastapi import FastAPI

from shared.host.errors import HostError
from shared.host.ingress import Segments, routing_table

_ADDRESS = re.compile(r"[A-Za-z0-9_.\-]+:\d{1,5}|\[[0-9A-Fa-f:]+\]:\d{1,5}")

_UPSTREAM = """\
upstream kehu_{name} {{
{servers}
    keepalive 32;
}}
"""
_SERVER = """\
server {{
    listen {listen};
    server_tokens off;
    merge_slashes off;
    # Every service has limits of its own, and says so in a problem document.
    client_max_body_size 0;

    proxy_http_version 1.1;
    proxy_set_header Connection "";
    proxy_set_header Host $http_host;
    # Ours alone: what a client says about itself is not to be believed.
    proxy_set_header X-Forwarded-For $remote_addr;
    proxy_set_header X-Forwarded-Proto $scheme;
    proxy_connect_timeout 3s;
    error_page 502 504 = @unavailable;

{locations}
    location = /livez {{
        default_type application/json;
        return 200 '{{"status":"alive"}}';
    }}
{not_found}{unavailable}}}
"""
_LOCATION = """\
    location ~ {paths} {{
        proxy_pass http://kehu_{name};
    }}
"""
_PROBLEM = """\
    location {where} {{
        default_type application/problem+json;
        add_header X-Content-Type-Options nosniff always;
        add_header Cache-Control no-store always;
        add_header Content-Security-Policy "frame-ancestors 'none'" always;
        add_header X-Request-Id $request_id always;
{more}        return {status} '{document}';
    }}
"""


def nginx_configuration(
    apps: Mapping[str, FastAPI], addresses: Mapping[str, Sequence[str]], listen: str
) -> str:
    """Return upstreams and a server, to be included in the ``http`` block of nginx.

    ``addresses`` are ``host:port`` of the API processes by service.

    Raises:
        HostError: a service has no address, or one that is none.
    """
    for each in (listen, *(each for listed in addresses.values() for each in listed)):
        if not _ADDRESS.fullmatch(each):
            raise HostError(f"{each!r} is no address; give host:port.")
    if missing := [name for name in apps if not addresses.get(name)]:
        raise HostError(f"No address is given for {', '.join(missing)}.")
    upstreams = [_upstream(name, addresses[name]) for name in apps]
    locations = [
        _LOCATION.format(name=name, paths=expression)
        for name, segments in _segments_by_service(apps).items()
        for expression in _expressions(segments)
    ]
    server = _SERVER.format(
        listen=listen,
        locations="\n".join(locations),
        not_found=_problem("/", 404, "not_found", "Not found", "Nothing answers this path."),
        unavailable=_problem(
            "@unavailable",
            503,
            "unavailable",
            "Not available",
            "The service does not answer; try again.",
            retryable=True,
            more="        add_header Retry-After 1 always;\n",
        ),
    )
    return "\n".join(
        ["# Written by `kehu ingress` from the services' own routes.", *upstreams, server]
    )


def _upstream(name: str, addresses: Sequence[str]) -> str:
    servers = "\n".join(f"    server {each};" for each in addresses)
    return _UPSTREAM.format(name=name, servers=servers)


def _segments_by_service(apps: Mapping[str, FastAPI]) -> dict[str, list[Segments]]:
    names = {id(app): name for name, app in apps.items()}
    found: dict[str, list[Segments]] = defaultdict(list)
    for segments, app in sorted(routing_table(apps.values()).items(), key=lambda item: item[0]):
        found[names[id(app)]].append(segments)
    return {name: found[name] for name in apps if name in found}


def _expressions(listed: Sequence[Segments]) -> Iterator[str]:
    """Yield what matches the paths that `segments_of` makes these segments of."""
    deep = [_escaped(f"{first}/{second}") for first, second in listed if second]
    if deep:
        yield f'"^/(?:{"|".join(deep)})(?:/|$)"'
    if shallow := [_escaped(first) for first, second in listed if not second]:
        yield f'"^/(?:{"|".join(shallow)})/?$"'


def _escaped(path: str) -> str:
    return re.escape(path).replace(r"\-", "-")


def _problem(
    where: str,
    status: int,
    code: str,
    title: str,
    detail: str,
    *,
    retryable: bool = False,
    more: str = "",
) -> str:
    document = {
        "type": f"/problems/{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
        "errors": [],
        "request_id": "$request_id",
        "retryable": retryable,
    }
    return _PROBLEM.format(where=where, more=more, status=status, document=json.dumps(document))
