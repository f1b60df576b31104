"""What is held about a person, told for whoever looks through it, and for the person: the same, with other eyes.

A review has everything with its marks. An answer leaves out what is kept back, and everybody else's id; other people
are told by what they are, such as another pupil, but for staff who deal with a case for the school. A teacher whom the
law forbids naming (Education Act 2002, s. 141F) is named to nobody.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final
from uuid import UUID

from domain.access_request import AccessRequest, BundleForm, Passage
from domain.actors import PROGRAM
from domain.values import london_date
from services.access_found import ACTING, Everything, FoundCase, FoundEvent, FoundFile, FoundText, TextMark
from services.access_telling import ID, Others, Telling, of_file, opened, parts_of, request_told
from services.sealed_texts import SealedPlace, SealedText
from services.store import TrustLedger

__all__ = ["FORMAT", "told"]

FORMAT = "caseledger-access/1"

# How somebody is told who is not named, by what the registry has of them: one of them, and one beside the person.
_LABELS: Mapping[str, tuple[str, str]] = {
    "PARENT": ("a parent", "another parent"),
    "CARER": ("a carer", "another carer"),
    "PUPIL": ("a pupil", "another pupil"),
    "FORMER_PUPIL": ("a former pupil", "another former pupil"),
    "FAMILY_MEMBER": ("a member of a family", "another member of a family"),
    "STAFF": ("a member of staff", "another member of staff"),
    "GOVERNOR": ("a governor", "another governor"),
    "VOLUNTEER": ("a volunteer", "another volunteer"),
    "CONTRACTOR": ("a contractor", "another contractor"),
    "PTA_MEMBER": ("a member of the parents' association", "another member of the parents' association"),
    "VISITOR": ("a visitor", "another visitor"),
    PROGRAM: ("a program", "another program"),
}
_SOMEBODY = ("somebody", "somebody else")
_OF_THE_SCHOOL = frozenset({"STAFF", "GOVERNOR"})
_NOTHING: Final = object()
# What of other streams is told to the person: which roles and accounts they had. Holds may serve somebody else.
_TOLD_OF_ELSEWHERE = re.compile(r"(trust|school)\.(role|account)_[a-z]+\.v[0-9]+")


def told(
    ledger: TrustLedger,
    request: AccessRequest,
    found: Everything,
    form: BundleForm,
    others: Others,
    words: Mapping[SealedPlace, SealedText],
) -> dict[str, Any]:
    """What is found in one of the two forms, as JSON has it; `words` are the opened texts of the request itself."""
    telling: Telling = (_Answer if form is BundleForm.ANSWER else _Review)(ledger, request, found, others, words)
    content = {
        "format": FORMAT,
        "form": form.value,
        "request": request_told(request),
        "through": found.through,
        "recordedAt": found.recorded_at.isoformat(),
        "person": telling.person(),
        "accounts": [
            {"issuer": one.issuer, "subject": one.subject, "isActive": one.is_active} for one in found.accounts
        ],
        "elsewhere": list(telling.elsewhere()),
        "cases": list(telling.cases()),
        "keptBack": list(telling.whole_cases_kept_back()),
        "recorded": telling.recorded(),
        "notices": [
            {"law": law, "since": since.isoformat()}
            for law, since in sorted({(one.law, one.since) for case in found.cases for one in case.notices})
        ],
    }
    if form is BundleForm.REVIEW:
        content["people"] = {
            str(one): {"name": others.names.get(one), "kind": kind}
            for one, kind in sorted(others.kinds.items(), key=lambda pair: str(pair[0]))
        }
    return content


class _Review(Telling):
    """For whoever looks through it: everything, by ids, with marks."""

    def _who(self, person: UUID, roles: frozenset[str]) -> Any:
        return {"id": str(person), "parts": sorted(roles)}

    def _details(self, data: Any, parts: Mapping[UUID, frozenset[str]]) -> Any:  # noqa: ARG002 - as in the answer
        return data

    def cases(self) -> Iterator[dict[str, Any]]:
        """Every case, also one that is kept back whole."""
        for one in self._found.cases:
            if not (one.roles or one.events or one.files):
                continue
            parts = parts_of(one)
            yield {
                "id": str(one.case.id),
                **self._case(one),
                "isAboutThem": one.is_about_them,
                "isBarredFromIt": one.is_barred,
                "keptBack": self._kept_told(Passage(one.case.id)),
                "events": [self._told(one, event, parts) for event in one.events],
                "files": [self._file(one, file) for file in one.files],
                "reads": [
                    {
                        "at": read.read_at.isoformat(),
                        "reader": str(read.reader),
                        "role": read.role,
                        "purpose": read.purpose,
                        "told": list(read.told),
                    }
                    for read in one.reads
                ],
            }

    def elsewhere(self) -> Iterator[dict[str, Any]]:
        """Every event of other streams that names them."""
        for row, body in self._found.elsewhere:
            yield {"name": row.type, **self._event(row, body, {})}

    def recorded(self) -> Any:
        """In which cases they recorded how much."""
        return [{"case": one.case.reference, "events": one.acted} for one in self._found.cases if one.acted]

    def _told(self, one: FoundCase, event: FoundEvent, parts: Mapping[UUID, frozenset[str]]) -> dict[str, Any]:
        version = event.row.version
        return {
            "version": version,
            "name": event.row.type,
            **self._event(event.row, event.body, parts),
            "namesThem": event.names_them,
            "keptBack": self._kept_told(Passage(one.case.id, version)),
            "texts": [
                {
                    "part": text.part,
                    "mark": text.mark.value,
                    **opened(text.text),
                    "keptBack": self._kept_told(Passage(one.case.id, version, text.part)),
                }
                for text in event.texts
            ],
        }

    def _file(self, one: FoundCase, file: FoundFile) -> dict[str, Any]:
        return {
            "id": str(file.file.file_id),
            "mark": file.mark.value,
            **of_file(file),
            "keptBack": self._kept_told(Passage(one.case.id, file=file.file.file_id)),
        }

    def _kept_told(self, passage: Passage) -> dict[str, Any] | None:
        kept = self._kept(passage)
        if kept is None:
            return None
        return {
            "exemption": kept.exemption,
            "notes": self._own_words(kept.notes),
            "instead": self._own_words(kept.instead),
        }


class _Answer(Telling):
    """For the person: nothing that is kept back, nobody else's id, nobody named who has not to be.

    Of a case that they only deal with for the school it tells what they did, and not what others wrote there.
    """

    def _who(self, person: UUID, roles: frozenset[str]) -> Any:
        if person == self._found.person:
            return "you"
        kind = self._others.kinds.get(person, "")
        name = self._others.names.get(person)
        is_restricted = person in self._found.teachers
        if name is not None and kind in _OF_THE_SCHOOL and ACTING.issuperset(roles) and not is_restricted:
            return name
        own = self._found.known.kind if self._found.known else ""
        return _LABELS.get(kind, _SOMEBODY)[kind == own]

    def _details(self, data: Any, parts: Mapping[UUID, frozenset[str]]) -> Any:
        if isinstance(data, str):
            if ID.fullmatch(data) is None:
                return data
            person = UUID(data)
            is_known = person in self._others.kinds or person in parts or person == self._found.person
            return self._who(person, parts.get(person, frozenset())) if is_known else _NOTHING
        if isinstance(data, Mapping):
            kept = {name: self._details(value, parts) for name, value in data.items()}
            return {name: value for name, value in kept.items() if value is not _NOTHING}
        if isinstance(data, list | tuple):
            return [value for one in data if (value := self._details(one, parts)) is not _NOTHING]
        return data

    def cases(self) -> Iterator[dict[str, Any]]:
        """The cases that are not kept back whole."""
        for one in self._found.cases:
            if not (one.roles or one.events or one.files) or self._kept(Passage(one.case.id)):
                continue
            parts = parts_of(one)
            yield {
                **self._case(one),
                # That a case belongs to another one says that there is that other one.
                "events": [self._told(one, event, parts) for event in one.events if not event.names_a_case],
                "files": [self._file(one, file) for file in one.files if file.mark is not TextMark.ABOUT_ANOTHER],
                "reads": [
                    {"on": london_date(read.read_at).isoformat(), "role": read.role, "told": list(read.told)}
                    for read in one.reads
                ],
            }

    def elsewhere(self) -> Iterator[dict[str, Any]]:
        """Their roles and accounts."""
        for row, body in self._found.elsewhere:
            if _TOLD_OF_ELSEWHERE.fullmatch(row.type):
                yield self._event(row, body, {})

    def recorded(self) -> Any:
        """How much they recorded, and in how many cases."""
        acted = [one.acted for one in self._found.cases if one.acted]
        return {"cases": len(acted), "events": sum(acted)}

    def _told(self, one: FoundCase, event: FoundEvent, parts: Mapping[UUID, frozenset[str]]) -> dict[str, Any]:
        kept = self._kept(Passage(one.case.id, event.row.version))
        if kept is not None:
            return {"keptBack": kept.exemption}
        return {
            **self._event(event.row, event.body, parts),
            "texts": [
                self._text(one, event, text)
                for text in event.texts
                if text.mark is TextMark.ABOUT_THEM or (text.mark is TextMark.MAY_MENTION_OTHERS and one.is_about_them)
            ],
        }

    def _text(self, one: FoundCase, event: FoundEvent, text: FoundText) -> dict[str, Any]:
        kept = self._kept(Passage(one.case.id, event.row.version, text.part))
        if kept is None:
            return {"part": text.part, **opened(text.text)}
        instead = self._own_words(kept.instead)
        return {"part": text.part, "keptBack": kept.exemption} | ({} if instead is None else {"text": instead})

    def _file(self, one: FoundCase, file: FoundFile) -> dict[str, Any]:
        kept = self._kept(Passage(one.case.id, file=file.file.file_id))
        return of_file(file) if kept is None else {"keptBack": kept.exemption}
