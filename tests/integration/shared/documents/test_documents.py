"""Documents over both storages: what is read is what was stored, crashes leave nothing visible, the
sweep and `kehu check` (S70)."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
import sqlalchemy as sa

from shared.documents import service as documents
from shared.documents.housekeeping import sweep
from shared.documents.service import GIVEN_UP_AFTER
from shared.documents.verifying import verify_documents
from shared.domain.clock import now
from tests.conftest import Launch
from tests.integration.shared.documents.conftest import Place
from tests.support.documents import PDF, attached, send
from tests.support.services import ServiceUnderTest

BASE = "/v1/documents/customer"
TEXT = b"".join(b"%d\n" % number for number in range(400_000))


@pytest.fixture(scope="module")
async def service(launch: Launch, place: Place) -> ServiceUnderTest:
    """The customer service with its files in this storage."""
    return await launch("customer", **place.settings)


@pytest.fixture(scope="module")
async def owner(service: ServiceUnderTest) -> str:
    """The id of a customer."""
    async with service.client("account_manager") as client:
        answer = await client.post("/v1/customers", json={"name": f"存储{uuid4().hex[:8]}公司"})
    return str(answer.json()["id"])


async def blob_of(service: ServiceUnderTest, document: dict[str, Any]) -> str:
    """The key of a document's first version."""
    query = sa.text("SELECT blob FROM document_version WHERE document_id = :id")
    async with service.db.reading() as conn:
        return str(await conn.scalar(query, {"id": document["id"]}))


def stored_file(place: Place, blob: str) -> Path:
    """The file a blob lies in."""
    name = blob.partition("/")[2]
    (found,) = [each for each in place.files() if each.name == name]
    return found


async def fetch(client: httpx.AsyncClient, document: dict[str, Any], **headers: str) -> Any:
    """The answer with the content of a document's first version."""
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return await client.get(f"{BASE}/{document['id']}/versions/1/file", headers=names)


async def test_a_file_is_saved_and_never_shown(service: ServiceUnderTest, owner: str) -> None:
    """No browser takes it for a page, whatever is in it; its name survives (RFC 8187)."""
    async with service.client("account_manager") as client:
        found = await attached(
            client, BASE, "customer", owner, PDF, '合同 "A" 50%.pdf'[:3] + "A.pdf"
        )
        answer = await fetch(client, found)
        assert answer.content == PDF
        kept = await fetch(client, found, if_none_match=answer.headers["etag"])
    told = answer.headers["content-disposition"]
    assert told == "attachment; filename=\"__ A.pdf\"; filename*=UTF-8''%E5%90%88%E5%90%8C%20A.pdf"
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"
    assert kept.status_code == 304


async def test_a_part_of_a_file_is_answered(service: ServiceUnderTest, owner: str) -> None:
    """RFC 9110: one range, from the front, the end or the middle; over the edge of pieces too."""
    size = len(TEXT)
    assert size > 2 * 1024 * 1024
    async with service.client("account_manager") as client:
        found = await attached(client, BASE, "customer", owner, TEXT, "a.txt")
        for asked, start, end in (
            ("bytes=0-0", 0, 1),
            ("bytes=-5", size - 5, size),
            ("bytes=1048570-1048580", 1048570, 1048581),
            (f"bytes={size - 3}-{size + 9}", size - 3, size),
            ("bytes=2000000-", 2000000, size),
        ):
            answer = await fetch(client, found, range=asked)
            assert answer.status_code == 206, asked
            assert answer.content == TEXT[start:end], asked
            assert answer.headers["content-range"] == f"bytes {start}-{end - 1}/{size}"
        for whole in ("bytes=0-1,5-6", "lines=1-2", "bytes=-", "bytes=5-2"):
            assert (await fetch(client, found, range=whole)).content == TEXT, whole
        other = await fetch(client, found, range="bytes=0-0", if_range='"other"')
        assert (other.status_code, len(other.content)) == (200, size)
        for behind in (f"bytes={size}-", "bytes=-0"):
            answer = await fetch(client, found, range=behind)
            assert (answer.status_code, answer.json()["code"]) == (416, "range_not_satisfiable")


@pytest.mark.parametrize("how", ["changed", "shorter", "gone"])
async def test_what_was_damaged_is_not_handed_out(
    service: ServiceUnderTest, place: Place, owner: str, how: str
) -> None:
    """Its hash is verified as it is read, and `kehu check` names it."""
    async with service.client("account_manager") as client:
        found = await attached(client, BASE, "customer", owner)
        blob = await blob_of(service, found)
        path, content = stored_file(place, blob), PDF
        if how == "gone":
            path.unlink()
        else:
            path.write_bytes(content[:-1] if how == "shorter" else content.replace(b"1.7", b"1.6"))
        answer = await fetch(client, found)
        assert (answer.status_code, answer.json()["code"]) == (503, "damaged_file")
    quick = await verify_documents(service.db, place.store)
    thorough = await verify_documents(service.db, place.store, hashes=True)
    assert [each.row["blob"] for each in quick] == ([] if how == "changed" else [blob])
    assert [each.row["blob"] for each in thorough] == [blob]
    await place.store.delete(blob)
    path.parent.mkdir(exist_ok=True)
    with path.open("wb") as file:
        file.write(PDF)
    assert await verify_documents(service.db, place.store, hashes=True) == []


async def test_a_large_file_that_was_damaged_is_cut_off(
    service: ServiceUnderTest, place: Place, owner: str
) -> None:
    """Its last piece is held back until all of it is known to be what was stored."""
    async with service.client("account_manager") as client:
        found = await attached(client, BASE, "customer", owner, TEXT, "a.txt")
        path = stored_file(place, await blob_of(service, found))
        path.write_bytes(b"x" + TEXT[1:])
        answer = await fetch(client, found)
        assert len(answer.content) < int(answer.headers["content-length"])
        path.write_bytes(TEXT)
        assert (await fetch(client, found)).content == TEXT


class Died(BaseException):
    """The process ends here: nothing is cleaned up."""


async def test_a_crash_between_blob_and_row_leaves_nothing_visible(
    service: ServiceUnderTest, place: Place, owner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S70: the blob that is left is swept after a day, and not before."""
    before = len(place.files())

    async def dies(*_: Any) -> None:
        raise Died

    with monkeypatch.context() as patched:
        patched.setattr(documents, "forget", dies)
        patched.setattr(documents.Desk, "attach", dies)
        async with service.client("account_manager") as client:
            with pytest.raises(Died):
                await send(client, BASE, "customer", owner)
    assert len(place.files()) > before
    async with service.client("account_manager") as client:
        where = {"object_type": "customer", "object_id": owner, "page_size": "200"}
        listed = (await client.get(BASE, params=where)).json()["items"]
        for each in listed:
            assert (await fetch(client, each)).status_code == 200
    assert await sweep(service.db, place.store) == 0
    async with service.db.pool.transaction() as conn:
        age = {"at": now() - GIVEN_UP_AFTER - timedelta(seconds=1)}
        await conn.execute(sa.text("UPDATE document_upload SET started_at = :at"), age)
    assert await sweep(service.db, place.store) == 1
    assert len(place.files()) == before
    assert await verify_documents(service.db, place.store, hashes=True) == []


async def test_an_upload_that_was_swept_does_not_become_visible(
    service: ServiceUnderTest, place: Place, owner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that took more than a day: the row would have no blob."""
    attach = documents.Desk.attach

    async def swept_before(self: Any, uow: Any, command: Any) -> Any:
        async with service.db.pool.transaction() as conn:
            age = {"at": now() - GIVEN_UP_AFTER - timedelta(seconds=1)}
            await conn.execute(sa.text("UPDATE document_upload SET started_at = :at"), age)
        assert await sweep(service.db, place.store) == 1
        return await attach(self, uow, command)

    monkeypatch.setattr(documents.Desk, "attach", swept_before)
    async with service.client("account_manager") as client:
        answer = await send(client, BASE, "customer", owner)
    assert (answer.status_code, answer.json()["code"]) == (409, "upload_given_up")


async def test_progress_is_told(service: ServiceUnderTest, place: Place) -> None:
    """To whoever waits for `kehu check`."""
    told: list[tuple[int, int]] = []
    await verify_documents(
        service.db, place.store, progress=lambda done, total: told.append((done, total))
    )
    assert told[-1][0] == told[-1][1] > 0
    assert os.environ.get("KEHU_DOCUMENTS") is None
