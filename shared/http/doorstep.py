"""What is turned away on the doorstep: when a process has as much to do as it can, a request that
brings no body gets the answer of the edge before anything is made of it, for a third of the cost.
"""

from __future__ import annotations

from functools import cache
from typing import Any
from urllib.parse import unquote

from pydantic_core import to_json
from starlette.requests import Request
from starlette.types import Scope

from shared.domain.ids import new_id
from shared.http.admission import Admission, Overloaded
from shared.http.edge import ALWAYS_ANSWERED, DURATION
from shared.http.languages import language_of
from shared.http.problems import refused
from shared.http.request_id import request_id
from shared.http.safety import add_safety

#: With one of these a request needs more than this: a body to be read, an answer other sites see.
_LET_IN = {b"content-length", b"transfer-encoding", b"expect", b"origin"}
_ID, _PATH = str(new_id()).encode(), b"/path-of-the-request"


class Doorstep:
    """Says to whom the door stays shut."""

    def __init__(self, admission: Admission, service: str) -> None:
        self._admission = admission
        self._timer = DURATION.labels(service, "GET", "none", 503)

    @property
    def shut(self) -> bool:
        """Say whether anybody is turned away."""
        return self._admission.full

    def refusal(self, method: bytes, url: bytes, scope: Any) -> bytes | None:
        """Return the whole answer to a request that is not let in, None for one that is.

        ``scope`` is that of the request as far as its headers are in it, in lower case.
        """
        if not self.shut or method != b"GET":
            return None
        for name, _ in scope["headers"]:
            if name in _LET_IN:
                return None
        path = unquote(url.partition(b"?")[0].decode("ascii"))
        if path in ALWAYS_ANSWERED:
            return None
        self._timer.observe(0)
        head, between, start, middle, end, length = _answer(language_of(scope).tag)
        identity, written = request_id(scope).encode(), to_json(path)[1:-1]
        told = b"%d\r\n\r\n" % (length + len(written))
        return b"".join((head, identity, between, told, start, written, middle, identity, end))


@cache
def _answer(language: str) -> tuple[bytes, bytes, bytes, bytes, bytes, int]:
    """Return the answer of the edge in a language, cut where the id of the request stands, the
    length of the body, the path and the id again; and how long the body is without the path."""
    headers = [(b"accept-language", language.encode()), (b"x-request-id", _ID)]
    scope: Scope = {"type": "http", "method": "GET", "path": _PATH.decode(), "headers": headers}
    answer = refused(Request(scope), Overloaded.now())
    add_safety(answer.raw_headers, scope)
    lines = [b"%b: %b\r\n" % each for each in answer.raw_headers if each[0] != b"content-length"]
    text = b"HTTP/1.1 503 Service Unavailable\r\n%bcontent-length: " % b"".join(lines)
    head, between = text.split(_ID)
    start, middle, end = bytes(answer.body).replace(_PATH, _ID).split(_ID)
    return head, between, start, middle, end, len(answer.body) - len(_PATH)
