"""People that data are about, and what is left of one who was erased."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from shared.domain.errors import Conflict


class Subject(StrEnum):
    """As what somebody is known here (data subject, GDPR Art. 4; 个人信息主体, PIPL)."""

    CONTACT = "contact"  # 联系人
    PORTAL_USER = "portal_user"  # 客户自助用户
    CUSTOMER = "customer"  # 个体客户: a sole trader, who is a person
    STAFF = "staff"  # 员工


class PersonErased(Conflict):
    """What was known about the person is gone, and nothing is entered in its place."""

    code = "person_erased"
    title = "The person was erased"

    @classmethod
    def named(cls, noun: str) -> PersonErased:
        """Refuse to change what is left."""
        return cls(f"The data about this {noun} were erased; the record is only kept.")


def pseudonym(subject_id: UUID) -> str:
    """Return what stands in the place of a name: it tells two apart, and says nothing else."""
    return f"erased person {subject_id.hex[-8:]}"


def unused_login(subject_id: UUID) -> str:
    """Return what stands in the place of a login: it is nobody's."""
    return f"erased-{subject_id.hex}"
