"""Who signed in, as a token that was found genuine says it. What they may do stands elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

__all__ = ["UNAUTHENTICATED", "ClaimedRole", "ProviderUnreachable", "SignedIn", "Unauthenticated"]

UNAUTHENTICATED = "A valid bearer token is needed."


class Unauthenticated(Exception):
    """The request carries no token that this server accepts. Nobody is told what is wrong with the one it carries."""

    def __init__(self) -> None:
        super().__init__(UNAUTHENTICATED)


class ProviderUnreachable(Exception):
    """An issuer's keys are needed, there are none to use, and they cannot be had at the moment."""


@dataclass(frozen=True, slots=True)
class ClaimedRole:
    """The role that a token of the development issuer claims; `place` is a school's URN, a case's id, or nothing."""

    trust_id: UUID
    person_id: UUID = field(repr=False)
    role: str
    place: str | None


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who signed in, where, how and when. Times are whole seconds since 1970 in UTC.

    `subject` is the issuer's own name for somebody, which is never given to anybody else: `tid/oid` of Entra ID, `sub`
    of any other issuer, and never an e-mail address. An account is known by issuer and subject. `trusts` are those that
    this issuer, tenant or hosted domain may name. `client` is the program that asks, by the id it is registered under.
    `methods` are how somebody signed in (`amr`, RFC 8176), `contexts` what the sign-in came up to (`acr`, and `acrs` of
    Entra ID), `signed_in_at` when (`auth_time`; None where the issuer does not say). `claimed` comes from the
    development issuer alone.
    """

    issuer: str
    subject: str = field(repr=False)
    trusts: tuple[UUID, ...]
    client: str | None
    methods: frozenset[str]
    contexts: frozenset[str]
    signed_in_at: int | None
    issued_at: int
    expires_at: int
    claimed: ClaimedRole | None = None
