"""Refusals of the units slice."""

from __future__ import annotations

from shared.domain.errors import Conflict, Invalid


class UnitStateError(Conflict):
    """The unit is closed."""

    code = "unit_state"
    title = "This unit is closed"


class UnitCodeTaken(Conflict):
    """Another unit has this code, or had it before it was closed."""

    code = "unit_code_taken"
    title = "The code is taken"


class MisplacedUnit(Invalid):
    """A unit of this kind does not belong there."""

    code = "misplaced_unit"
    title = "The unit does not belong there"


class TheCompany(Conflict):
    """The company is the root of the tree: it is neither moved nor closed."""

    code = "the_company"
    title = "The company stays where it is"


class UnitInUse(Conflict):
    """There are open units below it, or people in it."""

    code = "unit_in_use"
    title = "The unit is in use"


class TooManyUnits(Conflict):
    """More units than the tree holds, or than one move carries."""

    code = "too_many_units"
    title = "Too many units"
