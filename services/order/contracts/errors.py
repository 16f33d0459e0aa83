"""Refusals of the contracts slice."""

from __future__ import annotations

from shared.domain.errors import Conflict, Forbidden


class ContractStateError(Conflict):
    """The contract's state does not allow the step."""

    code = "contract_state"
    title = "The contract's state does not allow this"


class NotAsked(Conflict):
    """The department is not asked for its opinion, or has given it already (S122)."""

    code = "countersign_not_asked"
    title = "This department is not asked"


class OwnContract(Forbidden):
    """Who wrote on a contract neither countersigns nor approves it."""

    code = "own_contract"
    title = "Somebody else must do this"


class ContentChanged(Conflict):
    """The content is not what was submitted, so the approval does not hold for it."""

    code = "content_changed"
    title = "The content differs from what was approved"


class BoundToQuote(Conflict):
    """Lines and prices are those of the accepted quote; only another quote changes them."""

    code = "bound_to_quote"
    title = "The accepted quote fixes this"


class CustomerIsGone(Conflict):
    """Nothing is agreed with a rejected or lost customer."""

    code = "customer_gone"
    title = "The customer is rejected or lost"


class ContractNotInForce(Conflict):
    """The contract is not signed, not in its term, or another customer's (S121)."""

    code = "contract_not_in_force"
    title = "No order can be placed under this contract"
