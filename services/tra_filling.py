"""What of a staff breach and of the registry answers which question of a referral."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from domain.registers import SchoolRegister, school_register_id
from domain.retention import NO_DATES, PersonDates
from domain.sealed import Sealed
from domain.staff_breach import StaffBreach
from domain.vocabulary import CODE_LISTS
from services.people import NameUse, Person
from services.store import TrustLedger

__all__ = ["Filled", "Filling", "parted"]

_TRN = re.compile(r"[0-9]{7}")
_EMPLOYED = frozenset({"EMPLOYEE", "CENTRAL_EMPLOYEE"})
_TITLES = frozenset({"mr", "mrs", "ms", "miss", "mx", "dr", "prof", "professor", "rev", "sir", "dame", "lady", "lord"})
_LABELS = {name: {code.code: code.label for code in codes} for name, codes in CODE_LISTS.items()}


@dataclass(frozen=True, slots=True)
class Filled:
    """The answers by their questions, which of them are to be checked, and what the school is called."""

    values: Mapping[str, Any]
    to_check: tuple[str, ...]
    school: str | None


class Filling:
    """The questions about one breach; `told` gives a sealed text of a case as far as it is open."""

    def __init__(
        self,
        ledger: TrustLedger,
        case: StaffBreach,
        *,
        teacher: Person | None,
        days: Mapping[UUID, PersonDates],
        today: date,
        told: Callable[[StaffBreach, Sealed | None], str | None],
    ) -> None:
        self._ledger = ledger
        self._case = case
        self._teacher = teacher
        self._days = NO_DATES if case.subject is None else days.get(case.subject, NO_DATES)
        self._today = today
        self._told = told
        self._to_check: list[str] = []

    def filled(self, earlier: Sequence[StaffBreach], *, has_evidence: bool) -> Filled:
        """The answers; `earlier` are the breaches that were proven before."""
        values = {
            **self._personal(),
            **self._role(),
            **self._allegation(),
            **self._previous(earlier),
            "has_evidence": has_evidence,
        }
        return Filled(values, tuple(self._to_check), self._school(self._case.school_urn))

    def _check(self, *names: str) -> None:
        self._to_check += [f"referral.{name}" for name in names]

    def _personal(self) -> dict[str, Any]:
        teacher = self._teacher
        if teacher is None:
            return {}
        name = teacher.names.get(NameUse.LEGAL) or teacher.names.get(NameUse.USUAL)
        first, last = parted(name)
        self._check(*(field for field, value in (("first_name", first), ("last_name", last)) if value is not None))
        former = teacher.names.get(NameUse.FORMER)
        known = {one.source.casefold(): one.identifier for one in teacher.identifiers}
        trn = known.get("trn")
        trn = trn if trn is not None and _TRN.fullmatch(trn) else None
        ni_number = known.get("ni_number")
        return {
            "first_name": first,
            "last_name": last,
            "name_has_changed": None if former is None else "yes",
            "previous_name": former,
            "trn_known": None if trn is None else True,
            "trn": trn,
            "ni_number_known": None if ni_number is None else True,
            "ni_number": ni_number,
        }

    def _role(self) -> dict[str, Any]:
        case, employment = self._case, self._case.employment
        status = self._employment_status()
        left_on = self._days.left_on if status == "left_role" else None
        begins = [one.first_on for one in self._teacher.schools] if self._teacher is not None else []
        if begins:
            self._check("role_start_date")
        same = None if employment is None else case.school_urn in employment.schools
        elsewhere = employment.schools[0] if employment is not None and not same else None
        return {
            "role_start_date_known": True if begins else None,
            "role_start_date": min(begins).isoformat() if begins else None,
            "same_organisation": same,
            "organisation_name": None if elsewhere is None else self._school(elsewhere),
            "employment_status": status,
            "role_end_date_known": None if left_on is None else True,
            "role_end_date": None if left_on is None else left_on.isoformat(),
            "reason_leaving_role": "dismissed" if case.is_dismissed else None,
        }

    def _employment_status(self) -> str | None:
        case = self._case
        left_on = self._days.left_on
        if case.is_dismissed or (left_on is not None and left_on <= self._today):
            return "left_role"
        if case.is_suspended:
            return "suspended"
        if case.employment is not None or (case.details is not None and case.details.subject_role in _EMPLOYED):
            self._check("employment_status")
            return "employed"
        return None

    def _allegation(self) -> dict[str, Any]:
        case = self._case
        details = "\n".join(self._what_was_alleged())
        considered = "\n".join(self._how_it_was_considered())
        bodies = {one.body for one in case.body_contacts.values()}
        declined = {one.body for one in case.decisions_not_to_refer}
        notified = True if "DBS" in bodies else False if "DBS" in declined else None
        if details:
            self._check("allegation_details")
        return {
            "allegation_format": "details" if details else None,
            "allegation_details": details or None,
            "allegation_consideration_details": considered or None,
            "dbs_notified": notified,
        }

    def _what_was_alleged(self) -> Iterator[str]:
        """What was reported, of which kind it is, and why it was found and decided so, in the words of the record."""
        case = self._case
        if summary := self._told(case, case.summary):
            yield summary
        if case.details is not None and case.details.breach_types:
            yield "; ".join(_label("breach_types", code) for code in case.details.breach_types) + "."
        if case.finding is not None and (reasons := self._told(case, case.finding.reasons)):
            yield reasons
        for one in case.sanctions.values():
            if not one.set_aside and (reasons := self._told(case, one.reasons)):
                yield reasons

    def _how_it_was_considered(self) -> Iterator[str]:
        case = self._case
        for investigation in case.investigations.values():
            ended = investigation.completed_on
            yield f"Investigated from {investigation.started_on}{f' to {ended}' if ended else ''}."
        for hearing in case.disciplinary_hearings:
            yield f"Disciplinary hearing on {hearing.held_on}."
        if case.finding is not None:
            gross = ", gross misconduct" if case.finding.gross_misconduct else ""
            yield f"{_label('findings', case.finding.finding)}{gross}, found on {case.finding.found_on}."
        for sanction in case.sanctions.values():
            aside = ", set aside on appeal" if sanction.set_aside else ""
            yield f"{_label('sanctions', sanction.sanction)}, decided on {sanction.decided_on}{aside}."

    def _previous(self, earlier: Sequence[StaffBreach]) -> dict[str, Any]:
        """What was proven before in this trust; that there is nothing here does not say that there was nothing."""
        if not earlier:
            return {}
        lines = []
        for case in earlier:
            outcome = _label("breach_outcomes", case.outcome) if case.outcome else "Not closed"
            words = self._told(case, case.summary)
            lines.append(f"{case.reference}, reported on {case.opened_on}: {outcome}.{f' {words}' if words else ''}")
        self._check("previous_misconduct_details")
        return {
            "previous_misconduct_reported": "true",
            "previous_misconduct_format": "details",
            "previous_misconduct_details": "\n".join(lines),
        }

    def _school(self, urn: str) -> str | None:
        register = self._ledger.load(school_register_id(self._ledger.trust_id, urn))
        return register.name if isinstance(register, SchoolRegister) else None


def parted(name: str | None) -> tuple[str | None, str | None]:
    """A name as first and last name, without titles: the last word is the last name, which somebody has to check."""
    words = (name or "").split()
    begins = next((at for at, word in enumerate(words) if word.rstrip(".").casefold() not in _TITLES), len(words))
    *first, last = words[begins:] or [""]
    return " ".join(first) or None, last or None


def _label(name: str, code: str) -> str:
    return _LABELS[name].get(code, code)
