"""Masks: what is shown of how somebody is reached to who may not see it in full, and the refusal to
take a mask for a value."""

from __future__ import annotations

from pydantic_core import PydanticCustomError

_HIDDEN = "****"
#: Every mask has it, and nothing that is written down does.
_MARK = "***"
_WHOLE_NUMBER = 11


def phone(value: str | None) -> str | None:
    """Show a number in the usual way: ``+86138****5678``; of a short one only its end."""
    if value is None:
        return None
    if len(value) < _WHOLE_NUMBER:
        return _HIDDEN + value[-2:]
    return value[:-8] + _HIDDEN + value[-4:]


def email(value: str | None) -> str | None:
    """Show the first letter and the domain: ``z***@example.com``."""
    if value is None:
        return None
    name, _, domain = value.partition("@")
    return f"{name[:1]}{_MARK}@{domain}"


def name(value: str | None) -> str | None:
    """Show the first letter of what somebody calls themselves elsewhere: ``l****``."""
    return None if value is None else value[:1] + _HIDDEN


def unmasked(value: str) -> str:
    """Return a value as it is, unless it is a mask that came back."""
    if _MARK in value:
        raise PydanticCustomError("masked", "This is a masked value: send the whole one.")
    return value
