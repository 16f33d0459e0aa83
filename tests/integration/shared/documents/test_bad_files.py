"""Files and names that must not be kept: each is refused with a problem document, and nothing of it
stays (S70)."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from tests.conftest import Launch
from tests.support.bad_files import CASES, LIMIT
from tests.support.documents import PDF, send
from tests.support.services import ServiceUnderTest

BASE = "/v1/documents/customer"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the documents."""
    return tmp_path_factory.mktemp("documents")


@pytest.fixture(scope="module")
async def service(launch: Launch, files: Path) -> ServiceUnderTest:
    """The customer service with a folder of its own."""
    settings: dict[str, Any] = {"KEHU_DOCUMENTS": str(files), "document_max_bytes": LIMIT}
    return await launch("customer", **settings)


@pytest.fixture(scope="module")
async def owner(service: ServiceUnderTest) -> str:
    """The id of a customer."""
    async with service.client("account_manager") as client:
        answer = await client.post("/v1/customers", json={"name": f"坏文件{uuid4().hex[:8]}公司"})
    return str(answer.json()["id"])


async def kept(service: ServiceUnderTest, files: Path) -> tuple[int, ...]:
    """How much there is of documents, versions, uploads and files."""
    async with service.db.reading() as conn:
        tables = ("document", "document_version", "document_upload", "outbox")
        counts = [await conn.scalar(sa.text(f"SELECT count(*) FROM {name}")) for name in tables]
    return (*counts, len(files_in(files)))


def files_in(folder: Path) -> list[Path]:
    """All files below a folder."""
    return [each for each in folder.rglob("*") if each.is_file()]


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 60


@pytest.mark.parametrize("case", CASES)
async def test_a_bad_file_is_refused_and_nothing_is_kept(
    service: ServiceUnderTest, files: Path, owner: str, case: str
) -> None:
    """A problem document says why, without telling anything of the machine."""
    name, make, status, code = CASES[case]
    before = await kept(service, files)
    async with service.client("account_manager") as client:
        answer = await send(client, BASE, "customer", owner, make(), name)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert "root:" not in answer.text
    assert str(files) not in answer.text
    assert await kept(service, files) == before


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no form",
        b"--x\r\n\r\n",
        b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\nx\r\n--x--\r\n',
        b'--x\r\nContent-Disposition: form-data; name="other"; filename="a.pdf"\r\n\r\n'
        + PDF
        + b"\r\n--x--\r\n",
        2
        * (b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n%PDF\r\n')
        + b"--x--\r\n",
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n' + PDF,
    ],
)
async def test_a_broken_form_is_refused_and_nothing_is_kept(
    service: ServiceUnderTest, files: Path, owner: str, body: bytes
) -> None:
    """Empty, none, cut off, without a file, with two of them."""
    before = await kept(service, files)
    async with service.client("account_manager") as client:
        answer = await client.post(
            BASE,
            params={"object_type": "customer", "object_id": owner},
            content=body,
            headers={"content-type": "multipart/form-data; boundary=x"},
        )
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_upload"), answer.text
    assert await kept(service, files) == before


@pytest.mark.parametrize("name", [b"a\0.pdf", b"a\x07.pdf", b"\xff.pdf", b"a\tb.pdf"])
async def test_a_name_that_is_no_text_is_refused_and_nothing_is_kept(
    service: ServiceUnderTest, files: Path, owner: str, name: bytes
) -> None:
    """As a client would send it that does not escape."""
    before = await kept(service, files)
    said = b'form-data; name="file"; filename="' + name + b'"'
    body = b"--x\r\nContent-Disposition: " + said + b"\r\n\r\n" + PDF + b"\r\n--x--\r\n"
    async with service.client("account_manager") as client:
        answer = await client.post(
            BASE,
            params={"object_type": "customer", "object_id": owner},
            content=body,
            headers={"content-type": "multipart/form-data; boundary=x"},
        )
    assert answer.json()["code"] in ("bad_file_name", "malformed_upload"), answer.text
    assert await kept(service, files) == before


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "nonsense"},
        {"valid_until": "yesterday"},
        {"title": "x" * 201},
        {"unknown": "1"},
    ],
)
async def test_a_bad_field_of_the_form_is_named(
    service: ServiceUnderTest, files: Path, owner: str, fields: dict[str, Any]
) -> None:
    before = await kept(service, files)
    async with service.client("account_manager") as client:
        answer = await send(client, BASE, "customer", owner, **fields)
    assert answer.status_code == 422, answer.text
    assert [each["pointer"] for each in answer.json()["errors"]] == [f"/{next(iter(fields))}"]
    assert await kept(service, files) == before
