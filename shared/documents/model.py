"""A document: what it is, the object it belongs to, its versions, and who verified it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from shared.documents.errors import DocumentArchived, OwnFile, TooManyVersions
from shared.domain.actor import hands
from shared.domain.aggregate import Aggregate, Change
from shared.domain.ids import new_id
from shared.events.payload import Payload

MAX_VERSIONS = 100
_ERASED = "erased"


class Kind(StrEnum):
    """What a document is."""

    LICENCE = "licence"  # 证照
    CERTIFICATE = "certificate"  # 证书
    TAX_DATA = "tax_data"  # 开票资料
    IDENTITY = "identity"  # 身份证明
    CONTRACT = "contract"  # 合同文本、扫描件
    QUOTE = "quote"  # 报价单
    PURCHASE_ORDER = "purchase_order"  # 客户订单
    TECHNICAL = "technical"  # 技术资料、方案
    DELIVERY_NOTE = "delivery_note"  # 送货单、签收单
    INVOICE = "invoice"  # 发票
    PAYMENT_PROOF = "payment_proof"  # 付款凭证
    CORRESPONDENCE = "correspondence"  # 往来函件
    OTHER = "other"


class Status(StrEnum):
    """Whether a document is in use, or only kept."""

    ACTIVE = "active"
    ARCHIVED = "archived"


class Verification(StrEnum):
    """What came of the check of the newest version (核实, S11)."""

    UNVERIFIED = "unverified"
    VERIFIED = "verified"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class DocumentEvents:
    """The events of documents as one service publishes them."""

    attached: type[Payload]
    version_added: type[Payload]
    changed: type[Payload]
    verified: type[Payload]
    archived: type[Payload]


@dataclass(frozen=True, slots=True)
class Version:
    """One file of a document. ``blob`` is the key of its content, which never changes."""

    id: UUID
    number: int
    blob: str
    file_name: str
    media_type: str
    size: int
    sha256: str
    uploaded_by: UUID
    uploaded_at: datetime
    uploaded_for: UUID | None = None

    @property
    def is_erased(self) -> bool:
        """Say whether the file is gone for good."""
        return self.blob.startswith(f"{_ERASED}/")

    def erased(self) -> Version:
        """Return what is left of it: that there was a file."""
        return replace(self, blob=f"{_ERASED}/{self.id}", file_name=_ERASED)


@dataclass(kw_only=True)
class Document(Aggregate):
    """A document of one object (S70), which may be a customer's. ``latest`` is the number of its
    newest version."""

    object_type: str
    object_id: UUID
    customer_id: UUID | None
    title: str
    kind: str
    valid_until: date | None
    status: str
    verification: str
    verified_by: UUID | None
    verified_for: UUID | None
    verified_at: datetime | None
    remark: str | None
    created_by: UUID
    created_at: datetime
    latest: int
    versions: tuple[Version, ...]

    @classmethod
    def of(
        cls,
        first: Version,
        *,
        object_type: str,
        object_id: UUID,
        customer_id: UUID | None,
        title: str,
        kind: Kind,
        valid_until: date | None,
    ) -> Document:
        """Return a new document with its first version."""
        return cls(
            id=new_id(),
            object_type=object_type,
            object_id=object_id,
            customer_id=customer_id,
            title=title,
            kind=kind,
            valid_until=valid_until,
            status=Status.ACTIVE,
            verification=Verification.UNVERIFIED,
            verified_by=None,
            verified_for=None,
            verified_at=None,
            remark=None,
            created_by=first.uploaded_by,
            created_at=first.uploaded_at,
            latest=first.number,
            versions=(first,),
        )

    @property
    def newest(self) -> Version:
        """The version that counts."""
        return self.versions[-1]

    def add(self, version: Version, events: DocumentEvents) -> Change:
        """Add a version, which nobody has verified yet; the older ones stay."""
        self._must_be_active()
        if self.latest >= MAX_VERSIONS:
            raise TooManyVersions(f"A document has at most {MAX_VERSIONS} versions.")
        self.versions, self.latest = (*self.versions, version), version.number
        self._forget_verification()
        return Change(events.version_added)

    def change(self, events: DocumentEvents, **fields: Any) -> Change:
        """Change what is said about it. A kind or date that was verified no longer is."""
        self._must_be_active()
        if any(fields.get(name, was) != was for name, was in self._verifiable().items()):
            self._forget_verification()
        for name, value in fields.items():
            setattr(self, name, value)
        return Change(events.changed)

    def verify(
        self,
        outcome: Verification,
        remark: str | None,
        events: DocumentEvents,
        *,
        by: UUID,
        at: datetime,
        on_behalf_of: UUID | None = None,
    ) -> Change:
        """Note what the check of the newest version found; not by or for who sent it (S11)."""
        self._must_be_active()
        senders = hands(self.newest.uploaded_by, self.newest.uploaded_for)
        if set(senders).intersection(hands(by, on_behalf_of)):
            raise OwnFile("Who sent a file does not verify it.")
        self.verification, self.remark = outcome, remark
        self.verified_by, self.verified_for, self.verified_at = by, on_behalf_of, at
        return Change(events.verified)

    def archive(self, events: DocumentEvents) -> Change:
        """Take it out of use; it stays to be read."""
        self._must_be_active()
        self.status = Status.ARCHIVED
        return Change(events.archived)

    def erase(self, events: DocumentEvents) -> Change:
        """Take it out of use, and forget what it is called and where its files are: the person it
        is about was erased."""
        self.status, self.title, self.remark = Status.ARCHIVED, _ERASED, None
        self.versions = tuple(version.erased() for version in self.versions)
        return Change(events.archived)

    def _verifiable(self) -> dict[str, Any]:
        return {"kind": self.kind, "valid_until": self.valid_until}

    def _forget_verification(self) -> None:
        self.verification, self.remark = Verification.UNVERIFIED, None
        self.verified_by = self.verified_for = self.verified_at = None

    def _must_be_active(self) -> None:
        if self.status != Status.ACTIVE:
            raise DocumentArchived("The document is archived; it is only read.")
