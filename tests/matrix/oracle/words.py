"""The words the oracle is written in: roles, the groups business rules speak of, and how far a role
sees. Nothing here comes from the system: it is what the system is measured against."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

ADMINISTRATOR = "administrator"
EXECUTIVE = "executive"
GENERAL_MANAGER = "general_manager"
DEPUTY_GENERAL_MANAGER = "deputy_general_manager"
SALES_MANAGER = "sales_manager"
ACCOUNT_MANAGER = "account_manager"
SALES_ASSISTANT = "sales_assistant"
FINANCE = "finance"
WAREHOUSE = "warehouse"
PURCHASER = "purchaser"
PURCHASING_MANAGER = "purchasing_manager"
SERVICE_AGENT = "service_agent"
DISPATCHER = "dispatcher"
DATA_STEWARD = "data_steward"
PORTAL = "customer_portal"
MACHINE = "integration"

Roles = frozenset[str]


def only(*roles: str) -> Roles:
    """These roles and no other."""
    return frozenset(roles)


#: Who answers for the company, and who for a part of it.
HEADS = only(GENERAL_MANAGER, DEPUTY_GENERAL_MANAGER)
MANAGERS = HEADS | {SALES_MANAGER}
#: Who sells: with customers of their own, or with the power to take part.
FIELD = only(ACCOUNT_MANAGER, SALES_MANAGER)
SELLERS = FIELD | HEADS
#: The desk that does the paperwork of the sellers.
DESK = FIELD | {SALES_ASSISTANT}
BUYERS = only(PURCHASER, PURCHASING_MANAGER)
HELPERS = only(SERVICE_AGENT, DISPATCHER)
#: Who looks over a deal from the outside: it is counted, audited, administered.
ONLOOKERS = only(ADMINISTRATOR, EXECUTIVE)
#: Everybody a deal concerns, from the first visit to the money.
DEAL = SELLERS | {SALES_ASSISTANT, FINANCE, WAREHOUSE} | ONLOOKERS
#: All who work in the company.
HOUSE = DEAL | BUYERS | HELPERS | {DATA_STEWARD}
EVERY_ROLE = HOUSE | {PORTAL, MACHINE}


class Sees(Enum):
    """How far somebody sees among what has an owner."""

    OWN = "what is one's own"
    TEAM = "what belongs to one's own team"
    DEPARTMENT = "what belongs to one's department"
    ALL = "everything"


#: Who sees less than everything.
NARROW = {
    ACCOUNT_MANAGER: Sees.OWN,
    SALES_ASSISTANT: Sees.TEAM,
    SALES_MANAGER: Sees.DEPARTMENT,
}


def sees(role: str) -> Sees:
    """How far a role sees."""
    return NARROW.get(role, Sees.ALL)


@dataclass(frozen=True)
class Rule:
    """A sentence of the business, whom it permits, and the operations it is about.

    ``owned``: what the operations show or change has an owner, so that it is hidden from those who
    do not see that far. ``known_to``: whose business it is at all; it is hidden from the others.
    ``able``: who may do so with what they see; the others are told that they may not. ``portal``:
    what they show or change is one customer's, and hidden from every other's people. ``signed_in``
    False: nobody needs to say who they are.
    """

    sentence: str
    who: Roles
    operations: tuple[str, ...]
    owned: bool = False
    known_to: Roles = EVERY_ROLE
    able: Roles = EVERY_ROLE
    signed_in: bool = True
    portal: bool = False


def rule(sentence: str, who: Roles, *operations: str) -> Rule:
    """About what belongs to the company as a whole."""
    return Rule(sentence, who, operations)


def owned(
    sentence: str,
    who: Roles,
    *operations: str,
    known_to: Roles = EVERY_ROLE,
    able: Roles = EVERY_ROLE,
) -> Rule:
    """About what belongs to somebody."""
    return Rule(sentence, who, operations, owned=True, known_to=known_to, able=able)


def portal(sentence: str, *operations: str) -> Rule:
    """For customers, about what is their own company's."""
    return Rule(sentence, only(PORTAL), operations, portal=True)


def public(sentence: str, *operations: str) -> Rule:
    """For those who are not signed in."""
    return Rule(sentence, EVERY_ROLE, operations, signed_in=False)
