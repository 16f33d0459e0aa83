"""HTTP/1.1 of uvicorn, whose parser takes a request line and headers of any length: here a head
that does not end is refused before it fills the memory, and what is no HTTP as a problem too."""

from __future__ import annotations

from typing import Any

from pydantic_core import to_json
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from shared.domain.ids import new_id
from shared.http.doorstep import Doorstep

#: Far more than the edge takes (shared/http/sizes.py), so that it answers whatever is near.
MOST_HEAD_BYTES = 128 * 1024


class BoundedProtocol(HttpToolsProtocol):
    """One connection."""

    #: Turns away what comes on top of all that a process can do.
    doorstep: Doorstep | None = None

    _in_head = True
    _head_bytes = 0
    _turned_away = False

    def data_received(self, data: bytes) -> None:
        """Take what has arrived, unless it makes the head too long."""
        if self._in_head:
            if self._head_bytes > MOST_HEAD_BYTES:
                self._refuse(431, "headers_too_large", "The headers are too large")
                return
            self._head_bytes += len(data)
        super().data_received(data)

    def on_message_begin(self) -> None:
        """Begin to count."""
        self._in_head, self._head_bytes = True, 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Count no more: a body is limited where it is read."""
        self._in_head = False
        refusal = self._refusal()
        if refusal is None:
            super().on_headers_complete()
        else:
            self._turned_away = True
            self.transport.write(refusal)

    def on_message_complete(self) -> None:
        """Be ready for the next request."""
        if not self._turned_away:
            super().on_message_complete()
            return
        self._turned_away = False
        self.timeout_keep_alive_task = self.loop.call_later(
            self.timeout_keep_alive, self.timeout_keep_alive_handler
        )

    def _refusal(self) -> bytes | None:
        if self.doorstep is None or not self.doorstep.shut:
            return None
        before: Any = self.cycle  # None on a new connection
        in_turn = before is None or before.response_complete
        stays = self.parser.should_keep_alive() and not self.parser.should_upgrade()
        if not in_turn or not stays:
            return None
        return self.doorstep.refusal(self.parser.get_method(), self.url, self.scope)

    def send_400_response(self, msg: str) -> None:
        """Refuse what cannot be read."""
        self._refuse(400, "bad_request", "The request is malformed")

    def _refuse(self, status: int, code: str, title: str) -> None:
        """Answer a problem document, and hang up."""
        request_id = str(new_id())
        document: dict[str, Any] = {
            "type": f"/problems/{code}",
            "title": title,
            "status": status,
            "detail": "The connection is closed.",
            "code": code,
            "errors": [],
            "request_id": request_id,
            "retryable": False,
        }
        body = to_json(document)
        headers = {
            "content-type": "application/problem+json",
            "content-length": str(len(body)),
            "content-language": "en",
            "cache-control": "no-store",
            "x-content-type-options": "nosniff",
            "x-request-id": request_id,
            "connection": "close",
        }
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        self.transport.write(STATUS_LINE[status] + lines.encode() + b"\r\n" + body)
        self.transport.close()
