"""Whose figures an actor may see: everybody's, or only the actor's own (S215, S216)."""

from __future__ import annotations

from uuid import UUID

from shared.domain.actor import Actor


def only_owner(actor: Actor) -> UUID | None:
    """Return the owner whose documents the actor may see, None for all."""
    return None if actor.may("report.read_all") else actor.stands_for
