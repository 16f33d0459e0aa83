"""The scan of a contract is attached, replaced by a better one, verified, and fetched again."""

from __future__ import annotations

from shared.auth.roles import Role
from tests.support.company import Company
from tests.support.documents import PDF, PNG, form
from tests.support.system import System
from tests.support.trade import formal_customer, new_product, put_in_force

BASE = "/v1/documents/order"


async def test_a_contract_is_on_file(system: System, company: Company) -> None:
    """S118, S70, S11: 电子版合同可以作为附件上传."""
    seller = await company.one(Role.ACCOUNT_MANAGER)
    finance = await company.one(Role.FINANCE)
    customer = await formal_customer(company, "存档机械有限公司")
    product = await new_product(company, "100.00")
    await put_in_force(company, {product["id"]: "100.00"})
    await system.drained()
    price = {"amount": "100.00", "currency": "CNY"}
    line = {"product_id": product["id"], "quantity": "2", "unit_price": price}
    body = {"title": "年度供货合同", "customer_id": customer["id"], "lines": [line]}
    contract = await seller.caller.post("/v1/contracts", body)

    place = f"{BASE}?object_type=contract&object_id={contract['id']}"
    scan = await seller.caller.post(
        place, files=form("供货合同.pdf", PDF), form={"kind": "contract", "title": "双方盖章"}
    )
    url = f"{BASE}/{scan['id']}"
    better = await seller.caller.post(
        f"{url}/versions", files=form("供货合同.png", PNG), version=scan["version"]
    )
    done = await finance.caller.post(
        f"{url}/verify", {"outcome": "verified"}, version=better["version"]
    )
    assert (done["verification"], done["verified_by"]) == ("verified", finance.id)
    assert [each["file_name"] for each in done["versions"]] == ["供货合同.pdf", "供货合同.png"]
    (listed,) = await finance.caller.list(BASE, object_type="contract", object_id=contract["id"])
    assert (listed["title"], listed["latest"]) == ("双方盖章", 2)
    for number, content in ((1, PDF), (2, PNG)):
        answer = await finance.caller.http.get(f"{url}/versions/{number}/file")
        assert answer.content == content
        assert answer.headers["content-disposition"].startswith("attachment")

    await system.drained()
    checked = await system.run("check", "--hashes")
    assert checked.returncode == 0, checked.stdout + checked.stderr
