"""What the ledger holds beside cases: the trust itself, and for each school its membership, calendars, packs and roles.

Figures and deadlines depend on these, so they are events too, and every question names the day it is asked about.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID, uuid5

from domain.aggregate import UNRECORDED, Opening, Recordable, event
from domain.api_keys import IssuedKey, KeyEnded, UnknownKey, require_key, require_overlap
from domain.appointments import Appointing, Appointment, ended, given, revoked
from domain.calendars import CalendarSet, Days, SchoolCalendar, Term, require_sound
from domain.checks import require_order, require_word
from domain.policy import Adoption, PolicyPackError, content_hash, in_force, parse_pack
from domain.refusals import RefusalCode, Refused
from domain.roles import SCHOOL_ROLES, TRUST_ROLES
from domain.trust_retention import TrustRetention
from domain.values import PolicyRef


class NotAMember(Refused):
    """The school is not a member of the trust on that day."""

    code = RefusalCode.NOT_A_MEMBER


class AlreadyAMember(Refused):
    """The school has not left the trust."""

    code = RefusalCode.ILLEGAL_STATE


class AccountOfAnother(Refused):
    """This account belongs to another person."""

    code = RefusalCode.ILLEGAL_STATE


class PackUnusable(Refused):
    """The policy pack cannot be used."""

    def __init__(self, key: str, rule: str) -> None:
        super().__init__("content")
        self.key = key
        self.rule = rule

    @property
    def message(self) -> str:
        """The sentence for the user, with the key of the pack and the rule it breaks."""
        return f"{self.args[0]} ({self.key or 'as a whole'}: {self.rule})"


def trust_register_id(trust_id: UUID) -> UUID:
    """The stream of a trust's own register."""
    return uuid5(trust_id, "trust-register")


def school_register_id(trust_id: UUID, urn: str) -> UUID:
    """The stream of the register of a school of the trust."""
    return uuid5(trust_id, f"school-register/{urn}")


@dataclass(frozen=True, slots=True)
class Membership:
    """A school's time in the trust, both days included; None while it has not left."""

    joined_on: date
    left_on: date | None = None

    def covers(self, on: date) -> bool:
        """Whether the school is a member on a day."""
        return self.joined_on <= on and (self.left_on is None or on <= self.left_on)


class TrustRegister(TrustRetention, Appointing):
    """A trust, from its registration on: what it is called and who acts for it."""

    TOPIC = "trust_register.v1"
    ROLES = frozenset(role.value for role in TRUST_ROLES)

    class Registered(Opening, Recordable.Event):
        """A trust began to keep its record here."""

        TOPIC = "trust.registered.v1"

        name: str

    @event(Registered)
    def __init__(self, name: str) -> None:
        self.name = name
        self.appointments: tuple[Appointment, ...] = ()
        # Whose account each is, and whether it can be used; what an account is called at its issuer stands elsewhere.
        self.accounts: dict[UUID, tuple[UUID, bool]] = {}
        self.keys: dict[UUID, IssuedKey] = {}
        # Keys that sealed texts, of which an event that a restore lost had said that they were destroyed.
        self.destroyed_keys: frozenset[UUID] = frozenset()
        self._begin_retention()

    # --- decisions

    @classmethod
    def register(cls, *, trust_id: UUID, name: str) -> TrustRegister:
        """Register a trust under its id, which is given from outside."""
        require_word("name", name)
        return cls._create(cls.Registered, id=trust_register_id(trust_id), name=name)

    def note_account(self, *, account: UUID, issuer: str, person: UUID, is_active: bool) -> None:
        """Note that an account was bound to a person, switched off or on again; it is never given to another person."""
        require_word("issuer", issuer)
        known = self.accounts.get(account)
        if known is not None and known[0] != person:
            raise AccountOfAnother("person")
        if known is None:
            self._account_bound(account=account, issuer=issuer, person=person)
        if self.accounts[account] != (person, is_active):
            self._account_switched(account=account, is_active=is_active)

    def issue_key(
        self,
        *,
        key: UUID,
        person: UUID,
        scopes: tuple[str, ...],
        schools: tuple[str, ...] | None,
        expires_on: date,
        today: date,
    ) -> None:
        """Give a program's person a key; `expires_on` is its last day. One that was given before stays as it is."""
        require_key(scopes, schools, expires_on, today)
        if key not in self.keys:
            self._key_issued(key=key, person=person, scopes=scopes, schools=schools, expires_on=expires_on)

    def replace_key(self, *, key: UUID, successor: UUID, expires_on: date, works_until: date, today: date) -> None:
        """Give a key with the same rights in place of one, which works beside it until the last day of the overlap."""
        if successor in self.keys:
            return
        former = self._key(key)
        if not former.lasts(today):
            raise KeyEnded("key")
        require_overlap(works_until, today)
        require_key(former.scopes, former.schools, expires_on, today)
        self._key_issued(
            key=successor,
            person=former.person,
            scopes=former.scopes,
            schools=former.schools,
            expires_on=expires_on,
        )
        self._key_replaced(key=key, successor=successor, works_until=works_until)

    def revoke_key(self, *, key: UUID) -> None:
        """Take a key away at once."""
        if not self._key(key).is_revoked:
            self._key_revoked(key=key)

    def end_access_of(self, persons: frozenset[UUID]) -> None:
        """Switch off the accounts of persons and take away their keys, as when they are erased."""
        for account, (person, is_active) in list(self.accounts.items()):
            if person in persons and is_active:
                self._account_switched(account=account, is_active=False)
        for key, issued in list(self.keys.items()):
            if issued.person in persons and not issued.is_revoked:
                self._key_revoked(key=key)

    def note_destruction(self, *, key: UUID) -> None:
        """Say again that a key was destroyed by an erasure, where a restore lost the event that said so; once only."""
        if key not in self.destroyed_keys:
            self._text_key_destroyed(key=key)

    def _key(self, key: UUID) -> IssuedKey:
        if key not in self.keys:
            raise UnknownKey("key")
        return self.keys[key]

    # --- changes

    @event("KeyIssued", topic="trust.key_issued.v1")
    def _key_issued(
        self, key: UUID, person: UUID, scopes: tuple[str, ...], schools: tuple[str, ...] | None, expires_on: date
    ) -> None:
        """A program was given a key, with these scopes at most, for these schools or for all that its roles reach."""
        self.keys[key] = IssuedKey(person, scopes, schools, expires_on)

    @event("KeyReplaced", topic="trust.key_replaced.v1")
    def _key_replaced(self, key: UUID, successor: UUID, works_until: date) -> None:
        """A program's key was followed by another; the former works until that day."""
        self.keys[key] = replace(self.keys[key], successor=successor, works_until=works_until)

    @event("KeyRevoked", topic="trust.key_revoked.v1")
    def _key_revoked(self, key: UUID) -> None:
        """A program's key was taken away at once."""
        self.keys[key] = replace(self.keys[key], is_revoked=True)

    @event("TextKeyDestroyed", topic="trust.text_key_destroyed.v1")
    def _text_key_destroyed(self, key: UUID) -> None:
        """A key that sealed texts had been destroyed by an erasure of which a restore left no event."""
        self.destroyed_keys = self.destroyed_keys | {key}

    @event("AccountBound", topic="trust.account_bound.v1")
    def _account_bound(self, account: UUID, issuer: str, person: UUID) -> None:  # noqa: ARG002 - a field of the event
        """Somebody who signs in at an issuer was found to be a person of the registry."""
        self.accounts[account] = (person, True)

    @event("AccountSwitched", topic="trust.account_switched.v1")
    def _account_switched(self, account: UUID, is_active: bool) -> None:
        """An account was switched off, or on again."""
        self.accounts[account] = (self.accounts[account][0], is_active)

    @event("RoleAppointed", topic="trust.role_appointed.v1")
    def _role_appointed(self, role: str, person: UUID, appointed_on: date) -> None:
        """A person was given a role in the trust."""
        self.appointments = given(self.appointments, role, person, appointed_on)

    @event("RoleEnded", topic="trust.role_ended.v1")
    def _role_ended(self, role: str, person: UUID, ended_on: date) -> None:
        """A person's role in the trust ended with that day."""
        self.appointments = ended(self.appointments, role, person, ended_on)

    @event("RoleRevoked", topic="trust.role_revoked.v1")
    def _role_revoked(self, role: str, person: UUID, revoked_on: date) -> None:
        """A person's role in the trust was taken away at once: from that day on it gives nothing."""
        self.appointments = revoked(self.appointments, role, person, revoked_on)


class SchoolRegister(Appointing):
    """A school, or another unit with an id of its own, from the day it joined the trust."""

    TOPIC = "school_register.v1"
    ROLES = frozenset(role.value for role in SCHOOL_ROLES)

    class Joined(Opening, Recordable.Event):
        """A school became a member of the trust."""

        TOPIC = "school.joined.v1"

        urn: str
        name: str
        joined_on: date

    @event(Joined)
    def __init__(self, urn: str, name: str, joined_on: date) -> None:
        self.urn = urn
        self.name = name
        self.memberships: tuple[Membership, ...] = (Membership(joined_on),)
        self.calendars: dict[str, SchoolCalendar] = {}
        # All that were ever set, in order: a deadline that was missed by one of them is not moved by a later one.
        self.calendars_set: tuple[CalendarSet, ...] = ()
        self.adoptions: tuple[Adoption, ...] = ()
        self.appointments: tuple[Appointment, ...] = ()

    # --- decisions

    @classmethod
    def join(cls, *, trust_id: UUID, urn: str, name: str, joined_on: date) -> SchoolRegister:
        """Open the register of a school that joins the trust for the first time."""
        require_word("urn", urn)
        require_word("name", name)
        return cls._create(cls.Joined, id=school_register_id(trust_id, urn), urn=urn, name=name, joined_on=joined_on)

    def leave(self, *, left_on: date) -> None:
        """Record that the school leaves; `left_on` is its last day as a member."""
        latest = self.memberships[-1]
        if latest.left_on is not None:
            raise NotAMember("left_on")
        require_order(latest.joined_on, left_on, "left_on")
        self._left(left_on=left_on)

    def rejoin(self, *, joined_on: date) -> None:
        """Record that a school that had left is a member again."""
        latest = self.memberships[-1]
        if latest.left_on is None:
            raise AlreadyAMember("joined_on")
        require_order(latest.left_on + timedelta(days=1), joined_on, "joined_on")
        self._rejoined(joined_on=joined_on)

    def rename(self, *, name: str, renamed_on: date) -> None:
        """Give the school another name."""
        require_word("name", name)
        if name != self.name:
            self._renamed(name=name, renamed_on=renamed_on)

    def set_calendar(
        self,
        *,
        academic_year: str,
        terms: tuple[Term, ...],
        holidays: tuple[Days, ...] = (),
        closures: tuple[Days, ...] = (),
        inset_days: tuple[date, ...] = (),
    ) -> None:
        """Set the calendar of an academic year, in place of any that the year had."""
        former = self.calendars.get(academic_year)
        calendar = SchoolCalendar(
            academic_year=academic_year,
            version=former.version + 1 if former else 1,
            terms=terms,
            holidays=tuple(sorted(holidays, key=lambda days: days.first)),
            closures=tuple(sorted(closures, key=lambda days: days.first)),
            inset_days=tuple(sorted(inset_days)),
        )
        require_sound(calendar)
        if former is None or replace(former, version=calendar.version) != calendar:
            self._calendar_set(
                academic_year=calendar.academic_year,
                calendar_version=calendar.version,
                terms=calendar.terms,
                holidays=calendar.holidays,
                closures=calendar.closures,
                inset_days=calendar.inset_days,
            )

    def adopt_pack(self, *, content: str, adopted_on: date) -> None:
        """Adopt a policy pack, given as its text: it is in force from `adopted_on` until a later one is."""
        try:
            pack = parse_pack(content)
        except PolicyPackError as error:
            raise PackUnusable(error.key, error.rule) from None
        policy = PolicyRef(pack.id, pack.version, content_hash(content))
        in_force_then = in_force(self.adoptions, adopted_on)
        if in_force_then is None or in_force_then.policy != policy:
            self._pack_adopted(policy=policy, content=content, adopted_on=adopted_on)

    # --- changes

    @event("Left", topic="school.left.v1")
    def _left(self, left_on: date) -> None:
        """The school left the trust; that day was its last as a member."""
        self.memberships = (*self.memberships[:-1], replace(self.memberships[-1], left_on=left_on))

    @event("Rejoined", topic="school.rejoined.v1")
    def _rejoined(self, joined_on: date) -> None:
        """The school became a member of the trust again."""
        self.memberships = (*self.memberships, Membership(joined_on))

    @event("Renamed", topic="school.renamed.v1")
    def _renamed(self, name: str, renamed_on: date) -> None:  # noqa: ARG002 - a change names every field of its event
        """The school was given another name."""
        self.name = name

    @event("CalendarSet", topic="school.calendar_set.v1")
    def _calendar_set(
        self,
        academic_year: str,
        calendar_version: int,
        terms: tuple[Term, ...],
        holidays: tuple[Days, ...],
        closures: tuple[Days, ...],
        inset_days: tuple[date, ...],
        timestamp: datetime = UNRECORDED,
    ) -> None:
        """The school's calendar of an academic year was set, in place of any former one."""
        calendar = SchoolCalendar(academic_year, calendar_version, terms, holidays, closures, inset_days)
        self.calendars[academic_year] = calendar
        self.calendars_set = (*self.calendars_set, CalendarSet(timestamp, calendar))

    @event("PackAdopted", topic="school.pack_adopted.v1")
    def _pack_adopted(self, policy: PolicyRef, content: str, adopted_on: date) -> None:
        """The school adopted a policy pack, which is kept whole."""
        self.adoptions = (*self.adoptions, Adoption(policy, adopted_on, content))

    @event("RoleAppointed", topic="school.role_appointed.v1")
    def _role_appointed(self, role: str, person: UUID, appointed_on: date) -> None:
        """A person was given a role at the school."""
        self.appointments = given(self.appointments, role, person, appointed_on)

    @event("RoleEnded", topic="school.role_ended.v1")
    def _role_ended(self, role: str, person: UUID, ended_on: date) -> None:
        """A person's role at the school ended with that day."""
        self.appointments = ended(self.appointments, role, person, ended_on)

    @event("RoleRevoked", topic="school.role_revoked.v1")
    def _role_revoked(self, role: str, person: UUID, revoked_on: date) -> None:
        """A person's role at the school was taken away at once: from that day on it gives nothing."""
        self.appointments = revoked(self.appointments, role, person, revoked_on)

    # --- questions

    def is_member(self, on: date) -> bool:
        """Whether the school is a member of the trust on a day."""
        return any(membership.covers(on) for membership in self.memberships)

    def adoption_on(self, on: date) -> Adoption | None:
        """The policy pack in force on a day; None where the school had adopted none."""
        return in_force(self.adoptions, on)

    def policy_on(self, on: date) -> PolicyRef | None:
        """What a case pins of the pack in force on the day that the school became aware."""
        adoption = self.adoption_on(on)
        return adoption.policy if adoption else None
