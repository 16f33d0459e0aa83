"""Deputies acting in the name of a principal: whom a service lets act for whom, and what nobody
does for others (S18, S214). Read at each such request, so that the last day ends at midnight."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from shared.auth.grants import Table
from shared.auth.permissions import ALL
from shared.auth.roles import Role
from shared.domain.actor import Actor, Principal
from shared.domain.clock import business_date, now
from shared.domain.errors import DomainError, Forbidden

#: The header that names the principal, by the id of the member of staff.
ON_BEHALF_OF = "On-Behalf-Of"

#: What stays with the person: naming deputies, and whatever only administrators hold at first.
WITHHELD = frozenset(
    {"deputy.appoint", "deputy.manage"}
    | {each.code for each in ALL.values() if each.holders == {Role.ADMINISTRATOR}}
)


class MalformedPrincipal(DomainError):
    """The header is not the id of a person."""

    code = "malformed_on_behalf_of"
    status = 400
    title = "On-Behalf-Of is malformed"


class NotDeputy(Forbidden):
    """The actor does not stand in for this person today."""

    code = "not_deputy"
    title = "You do not stand in for this person"


@dataclass(frozen=True, slots=True)
class Standing:
    """A principal as a deputy stands in for: the name, and what comes with the position."""

    name: str
    roles: frozenset[str]
    department: str | None
    branch: str | None


#: Returns the principal, if the deputy stands in for them on a day and they have not left.
Find = Callable[[UUID, UUID, date], Awaitable[Standing | None]]


class Delegations:
    """Who stands in for whom, by the tables or replicas of one service."""

    def __init__(self, find: Find) -> None:
        self._find = find

    async def act(self, actor: Actor, principal: str, table: Table) -> Actor:
        """Return the actor in the name of a principal: both names, and the roles, place, reach
        and permissions of the principal, less those that stay with the person.

        Raises:
            MalformedPrincipal: this is no id.
            NotDeputy: the actor does not stand in for this person today.
        """
        principal_id = _id(principal)
        found = await self._find(principal_id, actor.id, business_date(now()))
        if found is None:
            raise NotDeputy("Nobody named you as deputy of this person for today.")
        return replace(
            actor,
            roles=found.roles,
            permissions=table.permissions(found.roles) - WITHHELD,
            reach=table.reach(found.roles),
            department=found.department,
            branch=found.branch,
            on_behalf_of=Principal(principal_id, found.name),
        )


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise MalformedPrincipal("Send the id of the person in whose name you act.") from error
