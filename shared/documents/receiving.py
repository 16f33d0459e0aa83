"""Takes one file in: from the request into a nameless temporary file, examined before it is kept
anywhere."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import IO

from fastapi import Request

from shared.documents.formats import recognised
from shared.documents.names import checked_name
from shared.http.multipart import FileTooLarge, Form, MalformedUpload, file_pieces

_IN_MEMORY = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Received:
    """A file that may be kept."""

    name: str
    media_type: str
    size: int
    sha256: str
    content: IO[bytes]


@asynccontextmanager
async def received(request: Request, form: Form, max_bytes: int) -> AsyncIterator[Received]:
    """Give the file of a form; the other fields go into ``form``. Nothing is left of it after.

    Raises:
        MalformedUpload, FileTooLarge, BadFileName, UnsupportedContent, HarmfulFile: it is not kept.
    """
    with SpooledTemporaryFile(max_size=_IN_MEMORY) as content:
        size, sha256 = await _take_in(file_pieces(request, form), content, max_bytes)
        if size == 0:
            raise MalformedUpload("The file is empty.")
        name = checked_name(form.given_name)
        found = await asyncio.to_thread(recognised, name, content)
        yield Received(name, found.media_type, size, sha256, content)


async def _take_in(
    pieces: AsyncIterator[bytes], content: IO[bytes], max_bytes: int
) -> tuple[int, str]:
    size, digest, waiting = 0, hashlib.sha256(), bytearray()
    async for piece in pieces:
        size += len(piece)
        if size > max_bytes:
            raise FileTooLarge(f"The file has more than {max_bytes} bytes.", max_bytes=max_bytes)
        digest.update(piece)
        waiting += piece
        if len(waiting) >= _IN_MEMORY:
            await asyncio.to_thread(content.write, bytes(waiting))
            waiting.clear()
    content.write(waiting)
    return size, digest.hexdigest()
