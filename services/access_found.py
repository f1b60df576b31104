"""What is found of one person: cases, events, texts, files and looks, and which of it is to be looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from domain.case import Case
from domain.case_files import CaseFile
from domain.export_rules import LawfulNotice
from domain.sealed import SealedRef
from ledger.entry import Body
from ledger.reading import StoredRow
from services import people
from services.accounts import Account
from services.sealed_texts import SealedPlace, SealedState, SealedText

__all__ = [
    "ACTING",
    "Everything",
    "FoundCase",
    "FoundEvent",
    "FoundFile",
    "FoundRead",
    "FoundText",
    "TextMark",
    "places_of_file",
]

# Who stands in a case in these parts alone deals with it for the school, and it is not about them.
ACTING = frozenset(
    {
        *("OWNER", "COLLECTOR", "STORER", "INVESTIGATOR", "ASSESSOR", "DECIDER", "SUPPORTER", "MANAGER", "ADVISER"),
        *("RECEIVER", "FINDER", "REFERRER", "CHAIR", "APPEAL_OFFICER", "RESPONDER", "PANEL", "CONTACT", "LET_IN"),
        "ALERTED",
    }
)


class TextMark(StrEnum):
    """What whoever looks through a text or a file looks at."""

    # Sealed under the person's own key.
    ABOUT_THEM = "ABOUT_THEM"
    # Of the case, in an event that names them or is about their part of it.
    MAY_MENTION_OTHERS = "MAY_MENTION_OTHERS"
    # Sealed under the key of somebody else: it stays closed, and is never given.
    ABOUT_ANOTHER = "ABOUT_ANOTHER"


@dataclass(frozen=True, slots=True)
class FoundText:
    """A sealed text of an event; `text` is None where it stays closed."""

    part: str
    mark: TextMark
    text: SealedText | None


@dataclass(frozen=True, slots=True)
class FoundEvent:
    """An event that is about the person; `names_them` says that it does so by their id."""

    row: StoredRow
    body: Body
    names_them: bool
    names_a_case: bool
    texts: tuple[FoundText, ...]


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file that is about the person or that stands with what is; name and hash only where they are opened."""

    file: CaseFile
    mark: TextMark
    name: SealedText | None
    digest: SealedText | None


@dataclass(frozen=True, slots=True)
class FoundRead:
    """That somebody read a case in which the person occurs."""

    read_at: datetime
    reader: UUID
    role: str
    purpose: str | None
    told: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FoundCase:
    """A case in which the person occurs: in which parts, and what of it is about them.

    `is_barred` says that they do not see it by a token of their own; `acted` counts the events that they recorded.
    """

    case: Case
    roles: tuple[str, ...]
    is_barred: bool
    acted: int
    events: tuple[FoundEvent, ...]
    files: tuple[FoundFile, ...]
    reads: tuple[FoundRead, ...]
    notices: tuple[LawfulNotice, ...]

    @property
    def is_about_them(self) -> bool:
        """Whether they occur in it otherwise than as somebody who deals with it for the school."""
        return not ACTING.issuperset(self.roles) or any(event.names_them for event in self.events if not self.roles)


@dataclass(frozen=True, slots=True)
class Everything:
    """All that is held about a person by a position of the ledger, recorded at an instant.

    `elsewhere` are the events of other streams that name them: roles, accounts, holds. `teachers` are those whom the
    law forbids naming.
    """

    person: UUID
    through: int
    recorded_at: datetime
    known: people.Person | None
    accounts: Sequence[Account]
    elsewhere: tuple[tuple[StoredRow, Body], ...]
    cases: tuple[FoundCase, ...]
    teachers: frozenset[UUID]

    @property
    def opened(self) -> frozenset[SealedPlace]:
        """The places of the sealed texts that were opened."""
        found: set[SealedPlace] = set()
        for one in self.cases:
            for event in one.events:
                opened = (text.part for text in event.texts if _is_open(text.text))
                found |= {SealedPlace(one.case.id, event.row.version, part) for part in opened}
            found |= {
                place for file in one.files if _is_open(file.name) for place in places_of_file(one.case.id, file.file)
            }
        return frozenset(found)


def _is_open(text: SealedText | None) -> bool:
    return text is not None and text.state is SealedState.OPEN


def places_of_file(case_id: UUID, file: CaseFile) -> tuple[SealedPlace, SealedPlace]:
    """Where a file's name and its hash lie."""
    assert isinstance(file.file_name, SealedRef)
    assert isinstance(file.fingerprint, SealedRef)
    name, digest = file.file_name, file.fingerprint
    return SealedPlace(case_id, name.version, name.part), SealedPlace(case_id, digest.version, digest.part)
