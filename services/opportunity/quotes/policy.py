"""The discount policy of the company: adopted as versions, and told to all who judge by it."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from services.opportunity.quotes.table import discount_policies, policy_heads
from services.opportunity.versioned import Version, Versioned
from shared.audit.changes import as_json
from shared.auth.discounts import SHIPPED, DiscountPolicy
from shared.db.unit_of_work import UnitOfWork
from shared.domain.actor import Actor
from shared.domain.aggregate import Aggregate
from shared.events.opportunity import DiscountBand, DiscountPolicyAdopted

#: There is one, and it is the same everywhere.
THE_POLICY = UUID("00000000-0000-7000-8000-000000000108")

_count = insert(policy_heads)
_count = _count.on_conflict_do_update(
    index_elements=[policy_heads.c.id], set_={"version": _count.excluded.version}
)


class DiscountPolicies(Versioned[DiscountPolicy]):
    """Every version is one event of the one aggregate."""

    async def _store(self, uow: UnitOfWork, version: Version[DiscountPolicy], by: Actor) -> bool:
        before = None if version.version == 1 else (await self.current(uow.conn)).content
        if not await super()._store(uow, version, by):
            return False
        head = Aggregate(id=THE_POLICY, version=version.version)
        await uow.conn.execute(_count, {"id": head.id, "version": head.version})
        changes = as_json({"policy": [before, version.content]})
        await uow.record(head, _payload(version.content), changes)
        return True


POLICY = DiscountPolicies(discount_policies, SHIPPED)


def _payload(policy: DiscountPolicy) -> DiscountPolicyAdopted:
    return DiscountPolicyAdopted(
        discount_policy_id=THE_POLICY,
        bands=tuple(DiscountBand(role=band.role, up_to=band.up_to) for band in policy.bands),
        non_standard_role=policy.non_standard_role,
    )
