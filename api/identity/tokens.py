"""The one function that decodes a signed token, whoever issued it: signature first, then all that it must say.

A token is a JWT in compact form (RFC 7519), checked as RFC 8725 advises: the issuer's rules and published keys decide,
and what a token says about keys is not followed. Whatever is wrong, `Unauthenticated` is raised; the reason goes to the
log at DEBUG, in words that hold nothing of the token.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from api.identity.claimed_roles import RoleError, parse_role
from api.identity.claims import Claims, Malformed, decode_segment, read_object
from api.identity.keys import Keys
from api.identity.rules import JWT_TYPE, IssuerRules, Kind
from api.identity.signed_in import ClaimedRole, SignedIn, Unauthenticated
from api.identity.verifying import VerifyingKey, is_signed_by

__all__ = ["CLOCK_SKEW_SECONDS", "MOST_CHARACTERS", "AcceptedIssuer", "Decoded", "decode"]

# How far the clock of an issuer may be ahead of ours.
CLOCK_SKEW_SECONDS = 60
# Entra ID puts up to 200 groups into a token, of 39 characters each.
MOST_CHARACTERS = 16_384
# Header parameters that bring or name a key, or change how the rest is to be read.
_REFUSED_PARAMETERS = frozenset({"jku", "jwk", "x5u", "x5c", "crit", "b64", "zip", "enc"})
# What only ID tokens say, and logout tokens and other events (OpenID Connect Core, section 2; RFC 8417).
_SAID_BY_OTHERS = frozenset({"nonce", "at_hash", "c_hash", "s_hash", "events"})
# A token bound to a key is no bearer token: who carries it has to show the key (RFC 7800).
_BOUND = frozenset({"cnf"})

log = logging.getLogger("caseledger.identity")


@dataclass(frozen=True, slots=True)
class AcceptedIssuer:
    """An issuer whose tokens are accepted: the rules for them, and the keys that sign them."""

    rules: IssuerRules
    keys: Keys


@dataclass(frozen=True, slots=True)
class Decoded:
    """A genuine token: who signed in, the key that signed it, whose keys these are, and from when it holds."""

    signed_in: SignedIn
    not_before: int
    key: VerifyingKey
    keys: Keys

    def holds(self, now: float) -> bool:
        """Return whether the token holds at this moment, and its key is still one of its issuer's."""
        if not self.not_before - CLOCK_SKEW_SECONDS <= now < self.signed_in.expires_at:
            return False
        return self.keys.at_hand(self.key.kid) is self.key


async def decode(token: str, accepted: Mapping[str, AcceptedIssuer], now: Callable[[], float]) -> Decoded:
    """Return what a token of one of the accepted issuers says; they stand under their `iss`, `now` is Unix time.

    Raise `Unauthenticated`, alike whatever is wrong, or `ProviderUnreachable` where the keys to tell cannot be had.
    """
    try:
        return await _decode(token, accepted, now)
    except Malformed as error:
        log.info("a bearer token was refused: %s", error)
        raise Unauthenticated from None


async def _decode(token: str, accepted: Mapping[str, AcceptedIssuer], now: Callable[[], float]) -> Decoded:
    header, claims = _read(token)
    issuer = accepted.get(claims.text("iss"))
    if issuer is None:
        raise Malformed("its issuer is not accepted")
    algorithm, kid = _signature_of(header, issuer.rules)
    key = await issuer.keys.get(kid)
    if key is None:
        raise Malformed("its issuer has no such key")
    if not is_signed_by(token, algorithm, key):
        raise Malformed("the signature is not by its issuer's key")
    return _checked(claims, issuer, key, now())


def _read(token: str) -> tuple[dict[str, Any], Claims]:
    if len(token) > MOST_CHARACTERS:
        raise Malformed("it is too long")
    segments = token.split(".")
    if len(segments) != 3:
        raise Malformed("it is not a signed JWT in compact form")
    header, payload, _signature = (decode_segment(segment) for segment in segments)
    return read_object(header), Claims(read_object(payload))


def _signature_of(header: Mapping[str, Any], rules: IssuerRules) -> tuple[str, str]:
    """Return the algorithm and the `kid` of a signature."""
    if not _REFUSED_PARAMETERS.isdisjoint(header):
        raise Malformed("its header brings a key, or an extension")
    parameters = Claims(header)
    algorithm = parameters.text("alg")
    if algorithm not in rules.algorithms:
        raise Malformed("its algorithm is not one of its issuer's")
    kind = parameters.text_if_any("typ")
    # A media type in either case, with or without the part that every one begins with (RFC 7515, section 4.1.9).
    said = JWT_TYPE if kind is None else kind.removeprefix("application/")
    if said.lower() != rules.token_type.lower():
        raise Malformed("its type is another")
    return algorithm, parameters.text("kid")


def _checked(claims: Claims, issuer: AcceptedIssuer, key: VerifyingKey, now: float) -> Decoded:
    rules = issuer.rules
    if rules.audiences.isdisjoint(claims.text_or_texts("aud")):
        raise Malformed("it is for another audience")
    issued, expires = claims.seconds("iat"), claims.seconds("exp")
    not_before = max(issued, claims.seconds_if_any("nbf") or 0)
    if not now < expires:
        raise Malformed("it has expired")
    if not not_before - CLOCK_SKEW_SECONDS <= now:
        raise Malformed("it is not valid yet")
    if claims.has_any(_BOUND):
        raise Malformed("it is bound to a key, which nobody showed")
    # Google gives APIs nothing but ID tokens to go by: its access tokens are readable to Google alone.
    if rules.kind is not Kind.GOOGLE and claims.has_any(_SAID_BY_OTHERS):
        raise Malformed("it is no access token")
    client = _client(claims, rules)
    subject, trusts = _person(claims, rules, client)
    claimed = _claimed(claims, subject) if rules.kind is Kind.DEVELOPMENT else None
    signed_in = SignedIn(
        issuer=rules.issuer,
        subject=subject,
        trusts=trusts if claimed is None else (claimed.trust_id,),
        client=client,
        methods=claims.texts("amr"),
        contexts=_contexts(claims),
        signed_in_at=claims.seconds_if_any("auth_time"),
        issued_at=issued,
        expires_at=expires,
        claimed=claimed,
    )
    return Decoded(signed_in, not_before, key, issuer.keys)


def _client(claims: Claims, rules: IssuerRules) -> str | None:
    """Return the program that asks: `azp` (OpenID Connect) or `client_id` (RFC 9068), which must not differ."""
    said = {claims.text_if_any("azp"), claims.text_if_any("client_id")} - {None}
    if len(said) > 1:
        raise Malformed("it names two clients")
    client = next(iter(said), None)
    if rules.clients is not None and client not in rules.clients:
        raise Malformed("it is from another client")
    return client


def _person(claims: Claims, rules: IssuerRules, client: str | None) -> tuple[str, tuple[UUID, ...]]:
    """Return the subject, and the trusts that this issuer may name for it."""
    scopes = claims.words("scp") | claims.words("scope")
    if rules.kind is Kind.ENTRA:
        return _of_entra(claims, rules, client, scopes), rules.trusts
    if rules.scope is not None and rules.scope not in scopes:
        raise Malformed("it lacks the scope")
    subject = claims.text("sub")
    if rules.kind is not Kind.GOOGLE:
        return subject, rules.trusts
    domain = claims.text("hd")
    if domain not in rules.domains:
        raise Malformed("it is of another hosted domain")
    return subject, rules.domains[domain]


def _of_entra(claims: Claims, rules: IssuerRules, client: str | None, scopes: frozenset[str]) -> str:
    """Return `tid/oid`; `sub` of Entra ID is another for each client.

    ID tokens of Entra ID can be for the same audience as access tokens, have the same `typ`, and name roles too. Only
    access tokens name the client that asks, and with it what it may: scopes for a person, roles for a program.
    """
    if claims.text("ver") != "2.0" or claims.text("tid") != rules.tenant:
        raise Malformed("it is of another version or tenant")
    allowed = scopes | claims.texts("roles")
    if client is None or not allowed:
        raise Malformed("it is no access token")
    if rules.scope is not None and rules.scope not in allowed:
        raise Malformed("it lacks the scope")
    person = claims.text("oid")
    try:
        canonical = str(UUID(person)) == person
    except ValueError:
        canonical = False
    if not canonical:
        raise Malformed("oid is not of its type")
    return f"{rules.tenant}/{person}"


def _contexts(claims: Claims) -> frozenset[str]:
    context = claims.text_if_any("acr")
    return claims.texts("acrs") | ({context} if context is not None else set())


def _claimed(claims: Claims, subject: str) -> ClaimedRole:
    """Return the role that a token of the development issuer claims."""
    text, place = claims.text("role"), claims.text_if_any("place")
    try:
        role, parsed = parse_role(text if place is None else f"{text}:{place}")
        claimed = ClaimedRole(UUID(claims.text("trust")), UUID(subject), role.value, parsed)
    except (RoleError, ValueError):
        raise Malformed("its role is none") from None
    if (claimed.role, claimed.place) != (text, place):
        raise Malformed("its role is none")
    return claimed
