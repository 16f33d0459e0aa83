"""Sends a version to whoever may read it: as a file to be saved, never to be shown, and only what
was stored."""

from __future__ import annotations

import hashlib
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

import structlog
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from shared.documents.blobs import BlobMissing, BlobStore
from shared.documents.errors import DamagedFile, RangeNotSatisfiable
from shared.documents.model import Version
from shared.documents.names import attachment

log = structlog.get_logger("kehu.documents")

#: Whatever it is: a browser that is told nothing of the format has nothing to show.
MEDIA_TYPE = "application/octet-stream"
_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Part:
    """The bytes from ``start`` up to ``end``, which is not among them."""

    start: int
    end: int


async def download(request: Request, store: BlobStore, version: Version) -> Response:
    """Answer the content, or the part of it that ``Range`` asks for (RFC 9110, section 14).

    Raises:
        RangeNotSatisfiable: the part lies behind the end.
        DamagedFile: the content is not there, or a small one is not what was stored; the answer
            with a large one ends before its last piece.
    """
    tag = f'"{version.sha256}"'
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers={"etag": tag})
    part = _part(request, version.size, tag)
    wanted = part or Part(0, version.size)
    pieces = _cut(_verified(store, version), wanted)
    headers = {
        "content-type": MEDIA_TYPE,
        "content-length": str(wanted.end - wanted.start),
        "content-disposition": attachment(version.file_name),
        "content-security-policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
        "accept-ranges": "bytes",
        "etag": tag,
    }
    if part is not None:
        headers["content-range"] = f"bytes {part.start}-{part.end - 1}/{version.size}"
    first = await anext(pieces, b"")  # what is wrong by now can still be told
    return StreamingResponse(_all(first, pieces), 206 if part else 200, headers)


def _part(request: Request, size: int, tag: str) -> Part | None:
    """Return what a single range asks for. Of several, or an unknown unit, all is answered."""
    asked = _RANGE.fullmatch(request.headers.get("range", ""))
    if asked is None or request.headers.get("if-range", tag) != tag:
        return None
    first, last = asked.groups()
    if first:
        part = Part(int(first), min(int(last), size - 1) + 1 if last else size)
        if last and int(last) < int(first):
            return None
    elif last:
        part = Part(max(0, size - int(last)), size)
    else:
        return None
    if part.start >= part.end:
        raise RangeNotSatisfiable(f"The file has {size} bytes.", size=size)
    return part


async def _verified(store: BlobStore, version: Version) -> AsyncIterator[bytes]:
    """Yield the content; the last piece only when all of it is what was stored."""
    digest, size, before = hashlib.sha256(), 0, b""
    try:
        async for piece in store.read(version.blob):
            if before:
                yield before
            digest.update(piece)
            size, before = size + len(piece), piece
    except BlobMissing as error:
        raise _damaged(version, "missing") from error
    if (size, digest.hexdigest()) != (version.size, version.sha256):
        raise _damaged(version, "changed")
    yield before


async def _cut(pieces: AsyncIterator[bytes], part: Part) -> AsyncIterator[bytes]:
    """Yield what lies in ``part``. All is read, since only all of it can be verified."""
    at = 0
    async for piece in pieces:
        if found := piece[max(0, part.start - at) : max(0, part.end - at)]:
            yield found
        at += len(piece)


async def _all(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for piece in rest:
        yield piece


def _damaged(version: Version, how: str) -> DamagedFile:
    log.error("a stored file is damaged", version=str(version.id), blob=version.blob, how=how)
    return DamagedFile("The content is not what was stored; tell those who run Kehu.")
