"""Where a request comes from, as far as one party holds a part of the network."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import ip_address, ip_network

from starlette.types import Scope

_IPV6_SITE = 64


def network(scope: Scope) -> str:
    """Return the network of the client of a request."""
    client = scope.get("client")
    return network_of(client[0] if client else None)


@lru_cache(maxsize=10_000)
def network_of(address: str | None) -> str:
    """Return what one party holds of the network: an IPv4 address, or an IPv6 site (/64)."""
    try:
        parsed = ip_address(address or "")
    except ValueError:
        return "unknown"
    if parsed.version == 4:
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ip_network((parsed, _IPV6_SITE), strict=False))
