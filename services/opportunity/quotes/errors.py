"""Refusals of the quotes slice."""

from __future__ import annotations

from shared.domain.errors import Conflict, Forbidden, Invalid


class QuoteStateError(Conflict):
    """The life cycle does not allow the step."""

    code = "quote_state"
    title = "The quote's state does not allow this"


class QuoteFinal(Conflict):
    """A submitted revision never changes; make a new one."""

    code = "quote_final"
    title = "This revision is final"


class QuoteOverdue(Conflict):
    """Its validity has ended."""

    code = "quote_expired"
    title = "The quote is not valid any more"


class ProjectNotRegistered(Conflict):
    """Only a registered project is quoted for (S76)."""

    code = "project_not_registered"
    title = "Register the project first"


class PriceListChanged(Conflict):
    """Another price list has come into force; changing the draft prices it anew."""

    code = "price_list_changed"
    title = "The list prices have changed"


class InvalidLines(Invalid):
    """A line names an unknown product, has no price, or is worth too much."""

    code = "invalid_lines"
    title = "The lines are not valid"


class ApproverIsAuthor(Forbidden):
    """Who wrote or submitted the revision does not decide on it."""

    code = "approver_is_author"
    title = "Authors do not approve their own work"


class ContentChanged(Conflict):
    """What stands here is not what was submitted or approved."""

    code = "content_changed"
    title = "The content is not the approved one"
