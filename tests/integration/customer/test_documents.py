"""Documents of customers and contacts: sent, read, versioned, verified, archived (S11, S70)."""

from __future__ import annotations

import asyncio
import json
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from shared.documents.model import MAX_VERSIONS
from shared.http.etag import etag
from tests.conftest import Launch
from tests.support.documents import PDF, PNG, attached, form, good_files, send
from tests.support.services import ServiceUnderTest

BASE = "/v1/documents/customer"
LIMIT = 5_000_000


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the documents."""
    return tmp_path_factory.mktemp("documents")


@pytest.fixture(scope="module")
async def service(launch: Launch, files: Path) -> ServiceUnderTest:
    """The customer service with a folder of its own."""
    settings: dict[str, Any] = {"KEHU_DOCUMENTS": str(files), "document_max_bytes": LIMIT}
    return await launch("customer", **settings)


async def a_customer(service: ServiceUnderTest) -> str:
    """The id of a new customer."""
    async with service.client("account_manager") as client:
        body = {"name": f"文档{uuid4().hex[:8]}有限公司", "accept_duplicates": True}
        answer = await client.post("/v1/customers", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def blobs(files: Path) -> int:
    """How many blobs lie in the folder."""
    return sum(each.is_file() for each in files.rglob("*"))


async def content(client: httpx.AsyncClient, document: dict[str, Any], number: int = 1) -> bytes:
    """The content of a version."""
    answer = await client.get(f"{BASE}/{document['id']}/versions/{number}/file")
    assert answer.status_code == 200, answer.text
    return answer.content


@pytest.mark.parametrize("name", good_files())
async def test_a_file_is_attached_and_read_again(service: ServiceUnderTest, name: str) -> None:
    """S70: every format that is kept comes back byte by byte."""
    owner, sent = await a_customer(service), good_files()[name]
    async with service.client("account_manager") as client:
        answer = await send(
            client, BASE, "customer", owner, sent, name, kind="licence", valid_until="2030-01-31"
        )
        assert answer.status_code == 201, answer.text
        found = answer.json()
        read = await client.get(answer.headers["location"])
        assert await content(client, found) == sent
    assert read.json() == found
    assert (found["title"], found["kind"], found["valid_until"]) == (
        "合同",
        "licence",
        "2030-01-31",
    )
    (version,) = found["versions"]
    assert (version["number"], version["file_name"]) == (1, name)
    assert (version["size"], version["sha256"]) == (len(sent), sha256(sent).hexdigest())


async def test_events_and_audit_tell_of_the_file_but_not_what_is_in_it(
    service: ServiceUnderTest,
) -> None:
    """S70: neither its content nor its name leaves the service."""
    owner = await a_customer(service)
    async with service.client("account_manager") as client:
        found = await attached(
            client, BASE, "customer", owner, PDF, "张三身份证.pdf", kind="identity", title="张三"
        )
    mine = [each for each in await service.published() if str(each["aggregate_id"]) == found["id"]]
    assert [each["type"] for each in mine] == ["crm.customer.document.attached.v1"]
    told = mine[0]["data"]
    assert (told["object_type"], told["object_id"]) == ("customer", owner)
    assert (told["latest"], told["sha256"]) == (1, sha256(PDF).hexdigest())
    assert "张三" not in json.dumps(told, ensure_ascii=False)
    async with service.client("administrator") as client:
        answer = await client.get("/v1/audit/customer", params={"object_id": found["id"]})
    (entry,) = answer.json()["items"]
    assert entry["event"]["type"] == "crm.customer.document.attached.v1"
    assert "张三" not in answer.text
    assert "%PDF" not in answer.text


async def test_versions_follow_one_another_and_all_stay(service: ServiceUnderTest) -> None:
    """S70: the newest counts, the older ones are read by their numbers."""
    owner = await a_customer(service)
    async with service.client("account_manager") as client:
        found = await attached(client, BASE, "customer", owner)
        url = f"{BASE}/{found['id']}"
        second = await client.post(
            f"{url}/versions", files=form("营业执照.png", PNG), headers={"If-Match": etag(1)}
        )
        stale = await client.post(
            f"{url}/versions", files=form("营业执照.png", PNG), headers={"If-Match": etag(1)}
        )
        assert await content(client, found, 1) == PDF
        assert await content(client, found, 2) == PNG
        missing = await client.get(f"{url}/versions/3/file")
        listed = await client.get(BASE, params={"object_type": "customer", "object_id": owner})
    assert second.status_code == 200, second.text
    assert [each["number"] for each in second.json()["versions"]] == [1, 2]
    assert (stale.status_code, stale.json()["code"]) == (412, "stale_version")
    assert missing.status_code == 404
    (summary,) = listed.json()["items"]
    assert (summary["latest"], summary["file_name"]) == (2, "营业执照.png")


async def test_versions_at_the_same_moment_get_numbers_of_their_own(
    service: ServiceUnderTest,
) -> None:
    """S70: none is lost, none counted twice."""
    owner = await a_customer(service)
    async with service.client("account_manager") as client:
        found = await attached(client, BASE, "customer", owner)
        url = f"{BASE}/{found['id']}"
        answers = await asyncio.gather(
            *(client.post(f"{url}/versions", files=form("a.pdf", PDF)) for _ in range(8))
        )
        read = (await client.get(url)).json()
    assert {answer.status_code for answer in answers} == {200}
    assert [each["number"] for each in read["versions"]] == list(range(1, 10))


async def test_a_document_has_a_limit_of_versions(
    service: ServiceUnderTest, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And what is refused is not kept."""
    monkeypatch.setattr("shared.documents.model.MAX_VERSIONS", 2)
    assert MAX_VERSIONS == 100
    owner = await a_customer(service)
    async with service.client("account_manager") as client:
        found = await attached(client, BASE, "customer", owner)
        url = f"{BASE}/{found['id']}/versions"
        assert (await client.post(url, files=form("a.pdf", PDF))).status_code == 200
        before = blobs(files)
        refused = await client.post(url, files=form("a.pdf", PDF))
    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_versions")
    assert blobs(files) == before


async def test_somebody_else_verifies_and_a_new_version_is_not_verified(
    service: ServiceUnderTest,
) -> None:
    """S11: who verified, and when; never who sent the file."""
    owner = await a_customer(service)
    async with service.client("sales_manager", name="寄件人") as sender:
        found = await attached(sender, BASE, "customer", owner, kind="licence")
        url = f"{BASE}/{found['id']}"
        said = {"outcome": "verified", "remark": "与工商登记一致"}
        own = await sender.post(f"{url}/verify", json=said, headers={"If-Match": etag(1)})
        assert (own.status_code, own.json()["code"]) == (403, "own_file")
        async with service.client("finance", name="核实人") as checker:
            done = await checker.post(f"{url}/verify", json=said, headers={"If-Match": etag(1)})
        assert done.status_code == 200, done.text
        assert done.json()["verification"] == "verified"
        assert done.json()["verified_by"] == str(service.people["核实人"])
        renamed = await sender.patch(url, json={"title": "执照"}, headers={"If-Match": etag(2)})
        assert renamed.json()["verification"] == "verified"
        moved = await sender.patch(
            url, json={"valid_until": "2031-01-01"}, headers={"If-Match": etag(3)}
        )
        assert (moved.json()["verification"], moved.json()["verified_by"]) == ("unverified", None)
        again = await sender.post(f"{url}/versions", files=form("b.pdf", PDF))
    assert again.json()["verification"] == "unverified"
    mine = [each for each in await service.published() if str(each["aggregate_id"]) == found["id"]]
    assert [each["type"].split(".")[3] for each in mine] == [
        "attached",
        "verified",
        "changed",
        "changed",
        "version_added",
    ]


async def test_who_may_not_verify_does_not(service: ServiceUnderTest) -> None:
    """S11: verification is a permission of its own."""
    owner = await a_customer(service)
    async with service.client("account_manager") as client:
        found = await attached(client, BASE, "customer", owner)
        answer = await client.post(
            f"{BASE}/{found['id']}/verify",
            json={"outcome": "verified"},
            headers={"If-Match": etag(1)},
        )
    assert answer.status_code == 403


async def test_an_archived_document_is_kept_and_only_read(service: ServiceUnderTest) -> None:
    """S11: 归档. Nothing is destroyed."""
    owner = await a_customer(service)
    async with service.client("account_manager") as client:
        found = await attached(client, BASE, "customer", owner)
        url, where = f"{BASE}/{found['id']}", {"object_type": "customer", "object_id": owner}
        done = await client.post(f"{url}/archive", headers={"If-Match": etag(1)})
        assert done.json()["status"] == "archived", done.text
        assert (await client.get(BASE, params=where)).json()["items"] == []
        kept = await client.get(BASE, params=where | {"status": "archived"})
        assert [each["id"] for each in kept.json()["items"]] == [found["id"]]
        assert await content(client, found) == PDF
        for answer in (
            await client.post(f"{url}/versions", files=form("a.pdf", PDF)),
            await client.patch(url, json={"title": "x"}, headers={"If-Match": etag(2)}),
            await client.post(f"{url}/archive", headers={"If-Match": etag(2)}),
        ):
            assert (answer.status_code, answer.json()["code"]) == (409, "document_archived")


async def test_lists_come_in_pages_and_by_kind(service: ServiceUnderTest) -> None:
    """S70: all documents of one object, and of no other."""
    owner, other = await a_customer(service), await a_customer(service)
    async with service.client("account_manager") as client:
        sent = [
            (await attached(client, BASE, "customer", owner, kind=kind))["id"]
            for kind in ("licence", "other", "licence")
        ]
        await attached(client, BASE, "customer", other)
        where = {"object_type": "customer", "object_id": owner}
        first = (await client.get(BASE, params=where | {"page_size": 2})).json()
        token = {"page_size": 2, "page_token": first["next_page_token"]}
        second = (await client.get(BASE, params=where | token)).json()
        licences = (await client.get(BASE, params=where | {"kind": "licence"})).json()
    listed = [each["id"] for each in first["items"] + second["items"]]
    assert listed == sent[::-1]
    assert second["next_page_token"] is None
    assert [each["id"] for each in licences["items"]] == [sent[2], sent[0]]


async def test_a_repeated_upload_is_one_document(service: ServiceUnderTest, files: Path) -> None:
    """And one blob; the key stands for this file and no other."""
    owner, key = await a_customer(service), {"Idempotency-Key": str(uuid4())}
    async with service.client("account_manager") as client:
        first = await send(client, BASE, "customer", owner, headers=key)
        before = blobs(files)
        again = await send(client, BASE, "customer", owner, headers=key)
        other = await send(client, BASE, "customer", owner, PNG, "a.png", headers=key)
        where = {"object_type": "customer", "object_id": owner}
        listed = (await client.get(BASE, params=where)).json()["items"]
    assert again.headers["idempotent-replayed"] == "true"
    assert again.json() == first.json()
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert len(listed) == 1
    assert blobs(files) == before


async def test_a_document_is_as_visible_as_its_object(service: ServiceUnderTest) -> None:
    """S70, S215: what is hidden answers as what is not there, and changing needs the right to."""
    owner = await a_customer(service)
    async with service.client("account_manager") as client:
        body = {"name": "李雷"}
        contact = await client.post(f"/v1/customers/{owner}/contacts", json=body)
        found = await attached(client, BASE, "contact", contact.json()["id"])
    nothing = str(uuid4())
    async with service.client("purchaser") as client:  # sees customers, but no contacts
        hidden = await client.get(f"{BASE}/{found['id']}")
        missing = await client.get(f"{BASE}/{nothing}")
        download = await client.get(f"{BASE}/{found['id']}/versions/1/file")
        where = {"object_type": "contact", "object_id": contact.json()["id"]}
        listed = await client.get(BASE, params=where)
        refused = await send(client, BASE, "customer", owner)
    assert (hidden.status_code, download.status_code) == (404, 404)
    assert hidden.json()["detail"].replace(found["id"], nothing) == missing.json()["detail"]
    assert listed.status_code == 403
    assert (refused.status_code, refused.json()["permission"]) == (403, "customer.change")


async def test_of_a_hidden_document_not_even_the_version_is_told(service: ServiceUnderTest) -> None:
    """S215: who verifies is told nothing of what a document of another department has become."""
    owner = await a_customer(service)
    async with service.client("account_manager") as client:
        found = await attached(client, BASE, "customer", owner)
    verdict = {"outcome": "verified"}
    async with service.client("sales_manager", name="远方", unit="TESTS/WEST/") as client:
        answers = [
            await client.post(
                f"{BASE}/{document_id}/verify", json=verdict, headers={"If-Match": etag(9)}
            )
            for document_id in (found["id"], str(uuid4()))
        ]
    assert [(each.status_code, each.json()["code"]) for each in answers] == [(404, "not_found")] * 2


async def test_a_document_of_nothing_is_refused(service: ServiceUnderTest, files: Path) -> None:
    """Nothing is kept of it."""
    before = blobs(files)
    async with service.client("account_manager") as client:
        missing = await send(client, BASE, "customer", uuid4())
        unknown = await send(client, BASE, "contract", uuid4())
    assert missing.status_code == 404
    assert unknown.status_code == 422
    assert blobs(files) == before


async def test_a_file_of_many_pieces_is_kept_and_one_too_large_is_not(
    service: ServiceUnderTest, files: Path
) -> None:
    """The limit is a setting."""
    owner = await a_customer(service)
    large = b"".join(b"%d,%d\n" % (number, number * number) for number in range(250_000))
    assert 3 * 1024 * 1024 < len(large) < LIMIT
    async with service.client("account_manager") as client:
        found = await attached(client, BASE, "customer", owner, large, "数据.csv")
        assert await content(client, found) == large
        before = blobs(files)
        refused = await send(client, BASE, "customer", owner, large * 2, "数据.csv")
    assert (refused.status_code, refused.json()["code"]) == (413, "file_too_large")
    assert refused.json()["max_bytes"] == LIMIT
    assert blobs(files) == before


async def test_a_document_is_within_the_reach_of_its_object(
    service: ServiceUnderTest, files: Path
) -> None:
    """S215: a colleague who does not see the customer sees no document of it, nor adds one."""
    async with service.client("account_manager", name="客户的经理") as owner:
        body = {"name": f"范围{uuid4().hex[:8]}公司"}
        customer = (await owner.post("/v1/customers", json=body)).json()["id"]
        found = await attached(owner, BASE, "customer", customer)
    url, before = f"{BASE}/{found['id']}", blobs(files)
    async with service.client("account_manager", name="别的经理") as other:
        answers = [
            await other.get(url),
            await other.get(f"{url}/versions/1/file"),
            await other.get(BASE, params={"object_type": "customer", "object_id": customer}),
            await send(other, BASE, "customer", customer),
            await other.post(f"{url}/versions", files=form("a.pdf", PDF)),
            await other.patch(url, json={"title": "x"}, headers={"If-Match": etag(1)}),
            await other.post(f"{url}/archive", headers={"If-Match": etag(1)}),
        ]
    assert [answer.status_code for answer in answers] == [404] * 7
    async with service.client("sales_manager", name="部门经理") as manager:
        assert (await manager.get(url)).status_code == 200
    assert blobs(files) == before
