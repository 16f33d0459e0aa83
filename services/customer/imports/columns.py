"""The columns of a file of customers, and how a row is checked."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from services.customer.customers.model import Level, Profile, Status
from services.customer.customers.schemas import Email, Phone, TaxId
from services.customer.staff.schemas import Login
from shared.http.fields import Code, Input, Line, Name, Note
from shared.imports.kinds import Column

COLUMNS = (
    Column("external_id", "External id", "外部编号", also=("客户编码", "id", "erp id")),
    Column(
        "name", "Name", "名称", required=True, also=("客户名称", "公司名称", "customer", "company")
    ),
    Column("tax_id", "Tax id", "统一社会信用代码", also=("税号", "信用代码", "uscc")),
    Column("phone", "Phone", "电话", also=("联系电话", "telephone", "tel")),
    Column("email", "E-mail", "邮箱", also=("电子邮箱", "mail")),
    Column("website", "Website", "网站", also=("网址", "url", "homepage")),
    Column("industry", "Industry", "行业", also=("所属行业",)),
    Column("region", "Region", "地区", also=("区域", "country")),
    Column("address", "Address", "地址", also=("联系地址",)),
    Column("source", "Source", "来源", also=("客户来源",)),
    Column("level", "Level", "等级", also=("客户等级",)),
    Column("note", "Note", "备注", also=("remark", "remarks")),
    Column("status", "Status", "状态", also=("客户状态",)),
    Column("owner", "Owner", "负责人", also=("客户经理", "account manager", "owner login")),
)

#: What may be written for a state, besides its name in the API.
_STATES = {
    "线索": Status.LEAD,
    "潜在客户": Status.PROSPECT,
    "潜在": Status.PROSPECT,
    "正式客户": Status.FORMAL,
    "正式": Status.FORMAL,
}
_IMPORTABLE = (Status.LEAD, Status.PROSPECT, Status.FORMAL)


def _state(value: Any) -> Any:
    return _STATES.get(value, value.lower()) if isinstance(value, str) else value


def _importable(status: Status) -> Status:
    if status not in _IMPORTABLE:
        raise PydanticCustomError("status", "A file may say lead, prospect or formal.")
    return status


def _upper(value: Any) -> Any:
    return value.upper() if isinstance(value, str) else value


ImportedStatus = Annotated[Status, BeforeValidator(_state), AfterValidator(_importable)]


class CustomerRow(Input):
    """A row of the file. Cells that are empty say nothing."""

    name: Name
    tax_id: TaxId | None = None
    phone: Phone | None = None
    email: Email | None = None
    website: Line | None = None
    industry: Name | None = None
    region: Name | None = None
    address: Line | None = None
    source: Name | None = None
    level: Annotated[Level, BeforeValidator(_upper)] | None = None
    note: Note | None = None
    external_id: Code | None = None
    status: ImportedStatus | None = None
    owner: Login | None = None

    def profile(self) -> Profile:
        """Return the record of a new customer."""
        return Profile(**self.changes())

    def changes(self) -> dict[str, Any]:
        """Return what the row says of the record."""
        return self.model_dump(exclude_unset=True, exclude={"external_id", "status", "owner"})


class CustomerImportOptions(Input):
    """What can be chosen for a whole file."""

    accept_duplicates: bool = Field(
        default=False, description="enter rows that look like customers that are there already"
    )
