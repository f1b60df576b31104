"""For which trust and in which role somebody acts: what a request says of it, and what is refused."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

__all__ = ["ROLE_HEADER", "TRUST_HEADER", "NoSuchTrust", "RoleNeeded", "TrustNeeded"]

TRUST_HEADER = "Caseledger-Trust"
ROLE_HEADER = "Caseledger-Role"


class NoSuchTrust(Exception):
    """There is no such trust, or none that this person serves: nobody is told which."""


class TrustNeeded(Exception):
    """The person serves several trusts and did not say for which they ask."""

    def __init__(self, trusts: Sequence[UUID]) -> None:
        super().__init__("several trusts")
        self.trusts = tuple(trusts)


class RoleNeeded(Exception):
    """The person did not say in which role they act, or named one that they do not hold."""

    def __init__(self, roles: Sequence[str]) -> None:
        super().__init__("no such role")
        self.roles = tuple(roles)
