"""Refusals of approvals."""

from __future__ import annotations

from shared.domain.errors import Conflict, Forbidden, Invalid


class InvalidProcess(Invalid):
    """The parts of a process definition do not fit together (S219)."""

    code = "invalid_process"
    title = "The approval process is not valid"


class ApprovalEnded(Conflict):
    """It was decided, returned or withdrawn already."""

    code = "approval_ended"
    title = "This approval has ended"


class ApproverIsAuthor(Forbidden):
    """Who wrote or submitted something does not decide on it."""

    code = "approver_is_author"
    title = "Authors do not approve their own work"


class NotAsked(Forbidden):
    """The present step asks somebody else (S219)."""

    code = "approval_not_asked"
    title = "Somebody else is asked"


class SpokenAlready(Forbidden):
    """Who gave an opinion in an approval gives no other (S122, S220)."""

    code = "spoken_already"
    title = "Somebody else must do this"


class NotTheAuthor(Forbidden):
    """Only who wrote or submitted something takes it back."""

    code = "not_the_author"
    title = "Only an author withdraws"


class ContentChanged(Conflict):
    """What stands here is not what was submitted or approved."""

    code = "content_changed"
    title = "The content is not the approved one"


class NotAdjustable(Conflict):
    """Somebody agreed to the content as it is, or nobody would be asked about the changed one."""

    code = "not_adjustable"
    title = "This cannot be adjusted any more"


class NotReturnable(Conflict):
    """This kind of document is approved or rejected; nobody could change it."""

    code = "not_returnable"
    title = "This cannot be returned for a change"
