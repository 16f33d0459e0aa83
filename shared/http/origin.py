"""Where a request comes from, as the audit notes it."""

from __future__ import annotations

import re
from functools import lru_cache

from starlette.requests import Request

from shared.audit.entries import Origin

#: Kinds of programs by what their User-Agent begins with or has in it, the first that fits.
_KINDS = (
    ("mobile browser", re.compile(r"^Mozilla/.*\b(Mobile|Android|iPhone|iPad)\b")),
    ("browser", re.compile(r"^(Mozilla|Opera)/")),
    ("command line", re.compile(r"^(curl|Wget|HTTPie|xh)/")),
    ("program", re.compile(r"^[A-Za-z][\w.-]*/")),
)
_LONGEST = 300


def origin_of(request: Request) -> Origin:
    """Return the network address and the kind of program of a request.

    The address is that of the connection, or what a trusted ingress says it is.
    """
    address = request.client.host if request.client else None
    return Origin(address, kind_of_program(request.headers.get("user-agent", "")[:_LONGEST]))


@lru_cache(maxsize=1000)
def kind_of_program(user_agent: str) -> str:
    """Return a coarse kind: what exactly somebody uses is nobody's business."""
    return next((kind for kind, form in _KINDS if form.search(user_agent)), "unknown")
