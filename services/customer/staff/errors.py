"""Refusals of the staff slice."""

from __future__ import annotations

from shared.domain.errors import Conflict, DomainError, Invalid


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


class WeakPassword(Invalid):
    """The password would be guessed at once."""

    code = "weak_password"
    title = "The password is too easy to guess"


class PlaceOfUnit(Invalid):
    """Who works in a unit has its department and branch."""

    code = "place_of_unit"
    title = "The unit says the place"


class TooManyPeople(Conflict):
    """One change of a unit would give more people another place than a transaction should."""

    code = "too_many_people"
    title = "Too many people at once"
