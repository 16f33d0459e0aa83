"""Blobs in a folder: written beside, made durable, then renamed, so that none is half there."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import IO, TypeVar

import structlog

from shared.documents.blobs import PIECE_BYTES, BlobMissing
from shared.documents.errors import StorageUnavailable

log = structlog.get_logger("kehu.documents")

R = TypeVar("R")
_UNFINISHED = ".part"


class LocalStore:
    """Blobs below ``folder``, in folders of 256 so that none grows too large."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def put(self, key: str, content: IO[bytes]) -> None:
        """Store the rest of ``content``."""
        await _off_loop(lambda: _write(self._path(key), content))

    async def read(self, key: str) -> AsyncIterator[bytes]:
        """Yield the content in pieces."""
        file = await _off_loop(lambda: _opened(self._path(key)))
        try:
            while piece := await _off_loop(lambda: file.read(PIECE_BYTES)):
                yield piece
        finally:
            file.close()

    async def size(self, key: str) -> int | None:
        """Return the size in bytes."""
        return await _off_loop(lambda: _size(self._path(key)))

    async def delete(self, key: str) -> None:
        """Remove a blob."""
        await _off_loop(lambda: _remove(self._path(key)))

    def _path(self, key: str) -> Path:
        service, _, name = key.partition("/")
        return self.folder / service / name[:2] / name


async def _off_loop(work: Callable[[], R]) -> R:
    try:
        return await asyncio.to_thread(work)
    except OSError as error:
        log.error("the folder of documents fails", error=repr(error))
        raise StorageUnavailable("Files cannot be stored or read at the moment.") from error


def _write(path: Path, content: IO[bytes]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(path.name + _UNFINISHED)
    try:
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            shutil.copyfileobj(content, file, PIECE_BYTES)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
    for folder in (path.parent, path.parent.parent):  # which may be new themselves
        _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _opened(path: Path) -> IO[bytes]:
    try:
        return path.open("rb")
    except FileNotFoundError as error:
        raise BlobMissing(path.name) from error


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return None


def _remove(path: Path) -> None:
    path.with_name(path.name + _UNFINISHED).unlink(missing_ok=True)
    path.unlink(missing_ok=True)
