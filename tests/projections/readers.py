"""Readers of the trust, by role."""

from __future__ import annotations

from uuid import UUID

from domain.access import Role, Visibility, visibility
from tests.projections.recording import named


def reader(trust_id: UUID, role: Role = Role.TRUST_LEAD, urn: str | None = None, person: str = "reader") -> Visibility:
    """What a person of this name sees in a role."""
    return visibility(trust_id, named(person), role, urn)
