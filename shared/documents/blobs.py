"""The port to where files lie. A key is ``<service>/<random>``, and a blob never changes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import IO, Protocol
from uuid import uuid4

PIECE_BYTES = 1024 * 1024


class BlobMissing(Exception):
    """There is nothing under this key."""


class BlobStore(Protocol):
    """A place for files. Whatever goes wrong in it is StorageUnavailable."""

    async def put(self, key: str, content: IO[bytes]) -> None:
        """Store the rest of ``content``; when this returns it survives the loss of power."""

    def read(self, key: str) -> AsyncIterator[bytes]:
        """Yield the content in pieces.

        Raises:
            BlobMissing: there is none.
        """

    async def size(self, key: str) -> int | None:
        """Return the size in bytes; None if there is nothing."""

    async def delete(self, key: str) -> None:
        """Remove a blob, and what an interrupted put left of it; none there is no error."""


def new_key(service: str) -> str:
    """Return a key nobody can guess."""
    return f"{service}/{uuid4().hex}"
