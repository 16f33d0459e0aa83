"""What arrives at the port byte for byte: heads of any length, and what is no HTTP at all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from pydantic_core import from_json
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from shared.host.protocol import MOST_HEAD_BYTES
from shared.host.server import address_of, listen, serve

GOOD = b"POST / HTTP/1.1\r\nhost: kehu\r\ncontent-length: %d\r\n\r\n%b"


async def counting(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers how long the body is."""
    length, more = 0, True
    while more:
        message = await receive()
        length, more = length + len(message["body"]), message["more_body"]
    await PlainTextResponse(str(length))(scope, receive, send)


@pytest.fixture
async def port() -> AsyncIterator[int]:
    """The port of a server as the host starts it."""
    stop = asyncio.Event()
    with listen("127.0.0.1", 0) as sock:
        serving = asyncio.create_task(serve(counting, sock, stop))
        yield int(address_of(sock).rpartition(":")[2])
        stop.set()
        await serving


async def answered(port: int, *pieces: bytes) -> tuple[int, bytes, bytes]:
    """Send pieces; return status, head and body of what comes back before the line is closed."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answer = asyncio.create_task(reader.read())
    for piece in pieces:
        writer.write(piece)
        done, _ = await asyncio.wait({answer}, timeout=0.02)
        if done:
            break  # who goes on speaking to one who hung up may never hear why
    head, _, body = (await asyncio.wait_for(answer, 30)).partition(b"\r\n\r\n")
    writer.close()
    return int(head.split()[1]), head.lower(), body


@pytest.mark.parametrize(
    "pieces",
    [
        [b"GET / HTTP/1.1\r\nx: ", *[b"x" * 8192] * 100],
        [b"GET / HTTP/1.1\r\n", *[b"x-junk: %b\r\n" % (b"y" * 1000)] * 1000],
        [b"GET /", *[b"a" * 8192] * 100],
    ],
    ids=["one header", "many headers", "the address"],
)
async def test_a_head_that_does_not_end_is_refused(port: int, pieces: list[bytes]) -> None:
    """Before it fills the memory."""
    assert sum(map(len, pieces)) > 4 * MOST_HEAD_BYTES
    status, head, body = await answered(port, *pieces)
    assert status == 431
    assert b"application/problem+json" in head
    assert from_json(body)["code"] == "headers_too_large"


@pytest.mark.parametrize(
    "nonsense",
    [b"\x16\x03\x01\x02\x00\x01\x00", b"hello\r\n\r\n", b"GET / HTTP/1.1\r\na b: c\r\n\r\n"],
)
async def test_what_is_no_http_is_refused_with_a_problem_document(
    port: int, nonsense: bytes
) -> None:
    status, head, body = await answered(port, nonsense)
    assert (status, from_json(body)["status"]) == (400, 400)
    assert b"nosniff" in head
    assert from_json(body)["request_id"].encode() in head


async def test_bodies_are_not_taken_for_heads(port: int) -> None:
    """However long, on one connection, and whether they come in one piece or with the head."""
    long = b"x" * (4 * MOST_HEAD_BYTES)
    close = b"GET / HTTP/1.1\r\nhost: kehu\r\nconnection: close\r\n\r\n"
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for body in (long, b"", long):
        writer.write(GOOD % (len(body), body))
        answer = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 30)
        assert answer.startswith(b"HTTP/1.1 200"), answer
        assert await reader.readexactly(len(str(len(body)))) == str(len(body)).encode()
    writer.close()
    assert (await answered(port, close))[0] == 200
