"""Blobs in a bucket of any storage that speaks S3."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import IO

import obstore
import structlog
from obstore.exceptions import BaseError
from obstore.store import S3Store

from shared.documents.blobs import PIECE_BYTES, BlobMissing
from shared.documents.errors import StorageUnavailable

log = structlog.get_logger("kehu.documents")

_CONNECT, _REQUEST, _RETRY = timedelta(seconds=5), timedelta(seconds=60), timedelta(seconds=10)
_RETRIES = 3


class BucketStore:
    """Blobs in ``bucket``, their keys behind ``prefix``. Without keys of its own it takes what the
    environment or the machine has (``AWS_…``)."""

    def __init__(
        self,
        bucket: str,
        prefix: str = "",
        *,
        region: str,
        endpoint: str | None = None,
        access_key: str | None = None,
        secret_key: str | None = None,
    ) -> None:
        given = {
            "endpoint": endpoint,
            "access_key_id": access_key,
            "secret_access_key": secret_key,
        }
        self._store = S3Store(
            bucket,
            prefix=prefix or None,
            region=region,
            virtual_hosted_style_request=False,
            client_options={
                "allow_http": (endpoint or "").startswith("http://"),
                "connect_timeout": _CONNECT,
                "timeout": _REQUEST,
            },
            retry_config={"max_retries": _RETRIES, "retry_timeout": _RETRY},
            **{name: value for name, value in given.items() if value is not None},  # type: ignore[arg-type]
        )

    async def put(self, key: str, content: IO[bytes]) -> None:
        """Store the rest of ``content``; it is there as a whole or not at all."""
        with _told():
            await obstore.put_async(self._store, key, content)

    async def read(self, key: str) -> AsyncIterator[bytes]:
        """Yield the content in pieces."""
        with _told():
            try:
                found = await obstore.get_async(self._store, key)
            except FileNotFoundError as error:
                raise BlobMissing(key) from error
            pieces = aiter(found.stream(min_chunk_size=PIECE_BYTES))
        while True:
            with _told():
                try:
                    piece = await anext(pieces)
                except StopAsyncIteration:
                    return
            yield bytes(piece)

    async def size(self, key: str) -> int | None:
        """Return the size in bytes."""
        with _told():
            try:
                return (await obstore.head_async(self._store, key))["size"]
            except FileNotFoundError:
                return None

    async def delete(self, key: str) -> None:
        """Remove a blob."""
        with _told():
            try:
                await obstore.delete_async(self._store, key)
            except FileNotFoundError:
                return


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except (BaseError, OSError) as error:
        log.error("the storage of documents fails", error=str(error).partition("\n")[0][:300])
        raise StorageUnavailable("Files cannot be stored or read at the moment.") from error
