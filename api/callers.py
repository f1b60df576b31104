"""From a request to its caller: who signed in, for which trust, as which person, in which of the roles they hold now.

A token says who; the account says which person of a trust that is; the ledger says what roles the person holds. What
one does not have - a trust, a role - is answered as what never was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Final
from uuid import UUID

import anyio
from starlette.requests import Request

from api.bootstrap import Runtime
from api.identity.acting import ROLE_HEADER, TRUST_HEADER, NoSuchTrust, RoleNeeded, TrustNeeded
from api.identity.identities import Identities
from api.identity.signed_in import ClaimedRole, SignedIn, Unauthenticated
from api.identity.strength import withheld_kinds
from api.program_keys import ProgramKeys, is_key
from api.purpose import purpose_of
from api.rate_limits import RateLimits
from domain.access import CASE_ROLES, SCHOOL_ROLES, Role
from domain.permissions import Resource, Task, decide
from ledger.loop_connections import LoopConnections
from services import clock
from services.api_keys import KeyIdentity
from services.authority import OF_ROLES, Authority, HeldRole
from services.case_roles import holds_in_case
from services.scope import Caller

__all__ = ["Authenticate"]

# As whom somebody acts in a trust, and up to where the events of roles go: all that a request asks before its question.
# Whoever was erased acts as nobody, whatever their account says.
_STANDING: Final = (
    "SELECT (SELECT person_id FROM account JOIN person USING (trust_id, person_id) WHERE trust_id = $1 AND issuer = $2"  # noqa: S608 - put together from constants
    " AND subject = $3 AND is_active AND erased_at IS NULL),"
    f" (SELECT coalesce(max(position), 0) FROM event WHERE trust_id = $1 AND {OF_ROLES})"
).encode()


class Authenticate:
    """Turns a request into its caller. Where nobody can sign in, every request is refused."""

    def __init__(
        self,
        runtime: Runtime,
        identities: Identities,
        keys: ProgramKeys,
        connections: LoopConnections,
        limits: RateLimits,
    ) -> None:
        self._runtime = runtime
        self._keys = keys
        self._limits = limits
        self._identities = identities
        self._connections = connections
        self._authority = Authority()

    async def __call__(self, request: Request) -> Caller:
        """Return who asks, in which role.

        Raise `Unauthenticated`, `ProviderUnreachable` where nobody can tell, `RateLimited` for whoever asks too often,
        `NoSuchTrust`, `TrustNeeded`, `RoleNeeded` or `UnknownPurpose`.
        """
        self._limits.admit(request)
        try:
            authorization = request.headers.getlist("authorization")
            trust, role = _asked(request, TRUST_HEADER), _asked(request, ROLE_HEADER)
            if any(map(is_key, authorization)):
                caller = await self._program(await self._keys.identify(authorization), trust, role)
            else:
                caller = await self._acting(await self._identities.identify(authorization), trust, role)
            caller = replace(caller, purpose=purpose_of(request.headers))
        except (Unauthenticated, NoSuchTrust, RoleNeeded):
            # Guessing at trusts and roles is slowed down as guessing at tokens is.
            self._limits.fail(request)
            raise
        self._limits.count(request, caller)
        return caller

    async def program(self, request: Request) -> KeyIdentity:
        """Return the program that a request is from, whatever its roles. Raise `Unauthenticated` or `RateLimited`."""
        self._limits.admit(request)
        try:
            key = await self._keys.identify(request.headers.getlist("authorization"))
        except Unauthenticated:
            self._limits.fail(request)
            raise
        self._limits.count(request, _as_program(key, (Role.ADMIN, None)))
        return key

    async def everything(self, request: Request) -> list[tuple[UUID, UUID, tuple[str, ...]]]:
        """Return every trust that who asks serves, the person they are there, and the roles that a request may name.

        Raises what asking for one of them does, but for not having said which.
        """
        if any(map(is_key, request.headers.getlist("authorization"))):
            key = await self.program(request)
            roles = await self._roles_of_program(key)
            return [(key.trust_id, key.person_id, tuple(one.token for one in roles))]
        self._limits.admit(request)
        try:
            signed_in = await self._identities.identify(request.headers.getlist("authorization"))
        except Unauthenticated:
            self._limits.fail(request)
            raise
        if signed_in.claimed is not None:
            claimed = self._claimed(signed_in, signed_in.claimed, None, None)
            self._limits.count(request, claimed)
            return [(claimed.trust_id, claimed.person_id, (_name_of(signed_in.claimed),))]
        served = await self.served(signed_in)
        if not served:
            self._limits.fail(request)
            raise NoSuchTrust
        first, person = served[0]
        self._limits.count(request, Caller(first, person, Role.ADMIN, client=signed_in.client))
        return [(trust, who, tuple(one.token for one in self.held(trust, who))) for trust, who in served]

    async def _program(self, key: KeyIdentity, trust: str | None, role: str | None) -> Caller:
        """Return a program as it acts: by the roles that its person holds, within the key's scopes and schools."""
        if trust not in (None, str(key.trust_id)):
            raise NoSuchTrust
        return _as_program(key, _chosen(await self._roles_of_program(key), role))

    async def _roles_of_program(self, key: KeyIdentity) -> tuple[HeldRole, ...]:
        [(_, position)] = await self._connections.rows(key.trust_id, _STANDING, [key.trust_id, "", ""])
        await self._catch_up(key.trust_id, position)
        return self.held(key.trust_id, key.person_id)

    async def _acting(self, signed_in: SignedIn, trust: str | None, role: str | None) -> Caller:
        """Return somebody who signed in, as they act; both are what the request names, if anything."""
        if signed_in.claimed is not None:
            return self._claimed(signed_in, signed_in.claimed, trust, role)
        trust_id, person_id = await self.person(signed_in, trust)
        held = self.held(trust_id, person_id)
        in_case = _case_role(role)
        if in_case is None:
            return self._caller(signed_in, trust_id, person_id, _chosen(held, role))
        if not await anyio.to_thread.run_sync(self._holds_in_case, trust_id, person_id, *in_case):
            raise RoleNeeded(sorted({one.token for one in held}))
        return self._caller(signed_in, trust_id, person_id, (in_case[0], str(in_case[1])))

    def _holds_in_case(self, trust_id: UUID, person_id: UUID, role: Role, case_id: UUID) -> bool:
        """Return whether a person acts in a role of a case, by the case as it stands in the ledger at this moment."""
        services = self._runtime.services(trust_id)
        held = self.held(trust_id, person_id)
        if role is Role.EMERGENCY and not any(
            decide(one.role, Task.OPEN_IN_EMERGENCY, Resource()).allowed for one in held
        ):
            # Whoever lost the role in which the case was opened has lost the case.
            return False
        return holds_in_case(services.ledger, case_id, person_id, role, services.now())

    async def person(self, signed_in: SignedIn, asked: str | None) -> tuple[UUID, UUID]:
        """Return the trust that is asked for, and the person of it; the authority has caught up with its ledger."""
        served = await self.served(signed_in, asked)
        if not served:
            raise NoSuchTrust
        if len(served) > 1:
            raise TrustNeeded([trust_id for trust_id, _ in served])
        return served[0]

    async def served(self, signed_in: SignedIn, asked: str | None = None) -> list[tuple[UUID, UUID]]:
        """Return the trusts that somebody serves, each with the person that they are there; only the one asked for."""
        found = []
        for trust_id in signed_in.trusts:
            if asked in (None, str(trust_id)):
                parameters = [trust_id, signed_in.issuer, signed_in.subject]
                [(person_id, position)] = await self._connections.rows(trust_id, _STANDING, parameters)
                if person_id is not None:
                    await self._catch_up(trust_id, position)
                    found.append((trust_id, person_id))
        return found

    async def _catch_up(self, trust_id: UUID, position: int) -> None:
        if not self._authority.knows(trust_id, position):
            trust = self._runtime.services(trust_id).ledger.trust
            await anyio.to_thread.run_sync(self._authority.catch_up, trust)

    def held(self, trust_id: UUID, person_id: UUID) -> tuple[HeldRole, ...]:
        """Return the roles that a person holds today, of a trust that was caught up with."""
        return self._authority.held(trust_id, person_id, self.today(trust_id))

    def today(self, trust_id: UUID) -> date:
        """Return the day on which it is decided who holds what."""
        return clock.london_date(self._runtime.services(trust_id).now())

    def _claimed(self, signed_in: SignedIn, claimed: ClaimedRole, trust: str | None, role: str | None) -> Caller:
        """Return the caller of a development token, whose role stands for an appointment."""
        if trust not in (None, str(claimed.trust_id)):
            raise NoSuchTrust
        if role not in (None, _name_of(claimed)):
            raise RoleNeeded([_name_of(claimed)])
        return self._caller(signed_in, claimed.trust_id, claimed.person_id, (Role(claimed.role), claimed.place))

    def _caller(self, signed_in: SignedIn, trust_id: UUID, person_id: UUID, held: tuple[Role, str | None]) -> Caller:
        role, place = held
        return Caller(
            trust_id,
            person_id,
            role,
            place if role in SCHOOL_ROLES else None,
            case_id=UUID(place) if role in CASE_ROLES and place is not None else None,
            client=signed_in.client,
            withheld=withheld_kinds(signed_in, self._runtime.settings, clock.now().timestamp()),
        )


def _as_program(key: KeyIdentity, held: tuple[Role, str | None]) -> Caller:
    role, place = held
    return Caller(
        key.trust_id,
        key.person_id,
        role,
        place,
        client=str(key.key_id),
        scopes=key.scopes,
        schools=key.schools,
    )


def _case_role(asked: str | None) -> tuple[Role, UUID] | None:
    """Return the role of one case that a request names; None where it names none, or another sort of role."""
    name, _, place = (asked or "").partition(":")
    if name not in {role.value for role in CASE_ROLES}:
        return None
    try:
        case_id = UUID(place)
    except ValueError:
        return None
    return (Role(name), case_id) if str(case_id) == place else None


def _name_of(claimed: ClaimedRole) -> str:
    return claimed.role if claimed.place is None else f"{claimed.role}:{claimed.place}"


def _asked(request: Request, header: str) -> str | None:
    """Return what a header names; said twice it names nothing that there could be."""
    given = request.headers.getlist(header)
    return given[0] if len(given) == 1 else None if not given else ""


def _chosen(held: Sequence[HeldRole], asked: str | None) -> tuple[Role, str | None]:
    """Return the role that is asked for, or the only one there is."""
    fitting = [one for one in held if asked in (None, one.token)]
    if len({one.token for one in fitting}) != 1:
        raise RoleNeeded(sorted({one.token for one in held}))
    return fitting[0].role, fitting[0].school_urn
