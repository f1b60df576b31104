"""What the rest of the program needs to know of signing in: the development issuer, and the one refusal."""

from __future__ import annotations

from api.identity.claimed_roles import RoleError, default_person, parse_role
from api.identity.development import DevelopmentTokens, NotLoopback
from api.identity.signed_in import UNAUTHENTICATED, Unauthenticated

__all__ = [
    "UNAUTHENTICATED",
    "DevelopmentTokens",
    "NotLoopback",
    "RoleError",
    "Unauthenticated",
    "default_person",
    "parse_role",
]
