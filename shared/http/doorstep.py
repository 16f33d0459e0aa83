"""What is turned away on the doorstep: when a process has as much to do as it can, a request that
brings no body gets the answer of the edge before anything is made of it, for a third of the cost.
"""

from __future__ import annotations

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
_PATH, _ID = "/path-of-the-request", str(new_id())


class Doorstep:
    """Says to whom the door stays shut."""

    def __init__(self, admission: Admission, service: str) -> None:
        self._admission = admission
        self._timer = DURATION.labels(service, "GET", "none", 503)
        self._answers: dict[str, bytes] = {}

    def refusal(self, method: bytes, url: bytes, scope: Any) -> bytes | None:
        """Return the whole answer to a request that is not let in, None for one that is.

        ``scope`` is that of the request as far as its headers are in it, in lower case.
        """
        if not self._admission.full or method != b"GET":
            return None
        path = unquote(url.partition(b"?")[0].decode("ascii"))
        if path in ALWAYS_ANSWERED or not _LET_IN.isdisjoint(name for name, _ in scope["headers"]):
            return None
        self._timer.observe(0)
        return self._answer(path, scope)

    def _answer(self, path: str, scope: Scope) -> bytes:
        language = language_of(scope)
        answer = self._answers.get(language.tag)
        if answer is None:
            answer = self._answers[language.tag] = _written(language.tag)
        head, _, body = answer.partition(b"\r\n\r\n")
        body = body.replace(_PATH.encode(), to_json(path)[1:-1])
        identity = request_id(scope).encode()
        length = b"\r\ncontent-length: %d\r\n\r\n" % len(body)
        return head.replace(_ID.encode(), identity) + length + body.replace(_ID.encode(), identity)


def _written(language: str) -> bytes:
    """Return the answer of the edge to a request in a language, but for the length of its body."""
    headers = [(b"accept-language", language.encode()), (b"x-request-id", _ID.encode())]
    scope = {"type": "http", "method": "GET", "path": _PATH, "headers": headers, "state": {}}
    answer = refused(Request(scope), Overloaded.now())
    add_safety(answer.raw_headers, scope)
    lines = [b"%b: %b\r\n" % each for each in answer.raw_headers if each[0] != b"content-length"]
    return b"HTTP/1.1 503 Service Unavailable\r\n%b\r\n%b" % (b"".join(lines), bytes(answer.body))
