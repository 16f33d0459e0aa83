"""Refusals of the staff slice."""

from __future__ import annotations

from shared.domain.errors import Conflict, DomainError


class StaffStateError(Conflict):
    """The person has left."""

    code = "staff_state"
    title = "This person has left"


class LoginTaken(Conflict):
    """Somebody else signs in by this name."""

    code = "login_taken"
    title = "The login is taken"


class LastAdministrator(Conflict):
    """Without this administrator nobody could manage the users any more."""

    code = "last_administrator"
    title = "This is the last administrator"


class WrongPassword(DomainError):
    """The present password is not the one given."""

    code = "wrong_password"
    title = "The present password is wrong"
