"""Takes a file in: from the request into the database, a chunk at a time."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID

from shared.db.unit_of_work import Database
from shared.http.multipart import FileTooLarge
from shared.imports import store
from shared.imports.errors import UnsupportedFile

CHUNK_BYTES = 1024 * 1024

_XLSX_MAGIC = b"PK\x03\x04"
_OLD_EXCEL_MAGIC = b"\xd0\xcf\x11\xe0"
_CSV_NAMES = (".csv", ".tsv", ".txt")


@dataclass
class Upload:
    """What is known of a file when it is in."""

    size: int = 0
    start: bytes = b""
    digest: str = ""

    def format(self, file_name: str) -> str:
        """Return csv or xlsx.

        Raises:
            UnsupportedFile: the content is neither, or the name says something else.
        """
        name = file_name.lower()
        if self.start.startswith(_OLD_EXCEL_MAGIC):
            raise UnsupportedFile("This is an old Excel workbook; save it as .xlsx.")
        if self.start.startswith(_XLSX_MAGIC):
            if name.endswith(".xlsx"):
                return "xlsx"
            raise UnsupportedFile("The content is XLSX; the name has to end so.")
        if name.endswith(_CSV_NAMES):
            return "csv"
        raise UnsupportedFile("The name has to end in .csv or .xlsx, and the content to fit it.")


async def take_in(
    db: Database, job_id: UUID, pieces: AsyncIterator[bytes], max_bytes: int
) -> Upload:
    """Store the pieces in chunks. No connection is held while the network is slow.

    Raises:
        FileTooLarge: there is more than ``max_bytes``.
    """
    upload, digest, number = Upload(), hashlib.sha256(), 0
    waiting = bytearray()
    async for piece in pieces:
        upload.size += len(piece)
        if upload.size > max_bytes:
            raise FileTooLarge(f"The file has more than {max_bytes} bytes.", max_bytes=max_bytes)
        if len(upload.start) < len(_XLSX_MAGIC):
            upload.start += piece[: len(_XLSX_MAGIC)]
        digest.update(piece)
        waiting += piece
        while len(waiting) >= CHUNK_BYTES:
            await _store(db, job_id, number, bytes(waiting[:CHUNK_BYTES]))
            del waiting[:CHUNK_BYTES]
            number += 1
    if waiting:
        await _store(db, job_id, number, bytes(waiting))
    upload.digest = digest.hexdigest()
    return upload


async def _store(db: Database, job_id: UUID, number: int, data: bytes) -> None:
    async with db.pool.transaction() as conn:
        await store.add_chunk(conn, job_id, number, data)
