"""One behaviour of every storage: a folder, and a bucket of a real S3 server."""

from __future__ import annotations

import asyncio
import io
import os
from pathlib import Path
from uuid import UUID

import pytest

from shared.documents.blobs import PIECE_BYTES, BlobMissing, BlobStore, new_key
from shared.documents.errors import StorageUnavailable
from shared.documents.settings import DocumentSettings, storage
from shared.embedded.state import HOST, free_port
from tests.integration.shared.documents.conftest import Place
from tests.support.bucket import Bucket


async def all_of(store: BlobStore, key: str) -> bytes:
    """The whole content of a blob."""
    return b"".join([piece async for piece in store.read(key)])


def files_in(folder: Path) -> list[Path]:
    """All files below a folder."""
    return [each for each in folder.rglob("*") if each.is_file()]


@pytest.mark.parametrize("size", [1, PIECE_BYTES, 3 * PIECE_BYTES + 7, 12 * PIECE_BYTES])
async def test_what_was_stored_is_read_again(place: Place, size: int) -> None:
    """Whether it is sent in one piece or in parts."""
    key, content = new_key("things"), os.urandom(size)
    await place.store.put(key, io.BytesIO(content))
    assert await all_of(place.store, key) == content
    assert await place.store.size(key) == size


async def test_an_empty_blob_is_a_blob(place: Place) -> None:
    key = new_key("things")
    await place.store.put(key, io.BytesIO())
    assert await place.store.size(key) == 0
    assert await all_of(place.store, key) == b""


async def test_what_is_not_there_is_missing(place: Place) -> None:
    key = new_key("things")
    assert await place.store.size(key) is None
    with pytest.raises(BlobMissing):
        await all_of(place.store, key)


async def test_what_was_removed_is_gone_and_may_be_removed_again(place: Place) -> None:
    """A sweep that was interrupted begins anew."""
    key, other = new_key("things"), new_key("things")
    for each in (key, other):
        await place.store.put(each, io.BytesIO(b"content"))
    for _ in range(2):
        await place.store.delete(key)
    assert await place.store.size(key) is None
    assert await all_of(place.store, other) == b"content"


async def test_many_are_stored_at_once(place: Place) -> None:
    contents = {new_key("things"): os.urandom(100_000) for _ in range(20)}
    await asyncio.gather(
        *(place.store.put(key, io.BytesIO(content)) for key, content in contents.items())
    )
    found = await asyncio.gather(*(all_of(place.store, key) for key in contents))
    assert found == list(contents.values())


async def test_names_tell_nothing(place: Place) -> None:
    """Neither the file's name nor the object's."""
    key = new_key("things")
    service, _, name = key.partition("/")
    assert service == "things"
    assert UUID(name).version == 4
    await place.store.put(key, io.BytesIO(b"x"))
    assert [each.name for each in place.files() if each.name == name] == [name]


async def test_a_content_that_breaks_off_leaves_no_blob(place: Place) -> None:
    """No half of a file is ever read."""

    class Breaking(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if self.tell() > 8 * PIECE_BYTES:
                raise OSError("the disk is full")
            return super().read(size)

    key = new_key("things")
    with pytest.raises(StorageUnavailable):
        await place.store.put(key, Breaking(bytes(12 * PIECE_BYTES)))
    assert await place.store.size(key) is None
    with pytest.raises(BlobMissing):
        await all_of(place.store, key)


async def test_a_folder_that_cannot_be_written_is_unavailable(tmp_path: Path) -> None:
    """503, and the operator reads why in the log."""
    (tmp_path / "blobs").write_text("a file where a folder should be")
    store = storage(DocumentSettings(KEHU_DOCUMENTS=str(tmp_path / "blobs")))
    with pytest.raises(StorageUnavailable):
        await store.put(new_key("things"), io.BytesIO(b"x"))


async def test_a_killed_write_leaves_what_the_sweep_removes(tmp_path: Path) -> None:
    """The draft beside the blob goes with its key."""
    store = storage(DocumentSettings(KEHU_DOCUMENTS=str(tmp_path)))
    key = new_key("things")
    await store.put(key, io.BytesIO(b"x"))
    (stored,) = files_in(tmp_path)
    stored.rename(stored.with_name(f"{stored.name}.part"))
    assert await store.size(key) is None
    await store.delete(key)
    assert files_in(tmp_path) == []


@pytest.mark.parametrize("wrong", ["KEHU_DOCUMENTS", "KEHU_DOCUMENTS_SECRET_KEY"])
async def test_a_bucket_that_refuses_is_unavailable(bucket: Bucket, wrong: str) -> None:
    """One that is not there, or whose key is another."""
    store = storage(DocumentSettings(**{**bucket.settings, wrong: "s3://no-such-bucket"}))  # type: ignore[arg-type]
    with pytest.raises(StorageUnavailable):
        await store.put(new_key("things"), io.BytesIO(b"x"))


async def test_a_server_that_is_gone_is_unavailable(bucket: Bucket) -> None:
    """In seconds, not minutes."""
    gone = bucket.settings | {"KEHU_DOCUMENTS_ENDPOINT": f"http://{HOST}:{free_port()}"}
    store = storage(DocumentSettings(**gone))  # type: ignore[arg-type]
    async with asyncio.timeout(20):
        for work in (store.put("a/b", io.BytesIO(b"x")), store.size("a/b"), store.delete("a/b")):
            with pytest.raises(StorageUnavailable):
                await work
        with pytest.raises(StorageUnavailable):
            await all_of(store, "a/b")


@pytest.mark.parametrize("place", ["s3://", "s3://UPPER", "ftp://host/folder", "s3://a?b"])
def test_a_place_that_is_none_is_refused(place: str) -> None:
    """At the start, not at the first file."""
    with pytest.raises(ValueError, match="name a folder"):
        DocumentSettings(KEHU_DOCUMENTS=place)
