"""Which business types a company does: its own decision, not that of who enters a document."""

from __future__ import annotations

from collections.abc import Collection

from shared.domain.errors import Conflict
from shared.events.vocabulary import Chain

#: What is permitted unless the company says otherwise; billing first has to be chosen.
USUAL = (Chain.ORDINARY, Chain.CONTRACT_FIRST, Chain.DIRECT_DELIVERY)


class ChainNotPermitted(Conflict):
    """The company does no business of this type (S103, S121, S145)."""

    code = "chain_not_permitted"
    title = "The company does not permit this business type"


def must_be_permitted(chain: Chain, permitted: Collection[Chain]) -> None:
    """Refuse a business type that the company has not chosen (S103, S121, S145)."""
    if chain not in permitted:
        allowed = ", ".join(permitted)
        raise ChainNotPermitted(f"{chain} is none of {allowed}.", permitted=list(permitted))
