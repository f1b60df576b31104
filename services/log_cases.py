"""Turns a good case of a legacy log into the incident it tells of, by the incident's own decisions."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from uuid import UUID, uuid5

import msgspec

from domain.aggregate import Recordable
from domain.incident import Incident
from domain.items import Classification
from domain.sealed import Secret
from domain.values import PolicyRef
from services.legacy_log import CaseKey, LogCase
from services.legacy_log_rules import LogRow
from services.people import NameUse, Person

# The kind of evidence is not a column of the log; its words are kept.
_EVIDENCE_KIND = "OTHER"

_encoder = msgspec.json.Encoder()
_FINGERPRINTED = tuple(entry.name for entry in fields(LogRow) if entry.name != "line")


def case_id_of(trust_id: UUID, key: CaseKey) -> UUID:
    """The id of the case that a school's log calls by this reference: the same whenever it is imported."""
    school_urn, reference = key
    return uuid5(trust_id, f"log/{school_urn}/{reference}")


def content_of(row: LogRow) -> bytes:
    """What a row says, wherever it stands: the same bytes for the same values, however they were written."""
    return _encoder.encode([getattr(row, name) for name in _FINGERPRINTED])


def decide(
    case: LogCase,
    *,
    case_id: UUID,
    reference: str,
    policy: PolicyRef | None,
    file_sha256: str,
    today: date,
    original: Incident | None = None,
    related: UUID | None = None,
) -> tuple[Recordable, ...]:
    """Decide the incident, and what changes with it; the incident comes first.

    `original` is what a duplicate duplicates, and learns of its copy; `related` is what another case merely names.
    A closing keeps the log's own outcome and day without the rules for closing. Raises Refused where the incident
    itself refuses what the log says.
    """
    first = case.rows[0]
    incident = Incident.report(
        case_id=case_id,
        reference=reference,
        school_urn=case.school_urn,
        school_reference=case.reference,
        opened_on=case.opened_on,
        today=today,
        policy=policy,
    )
    incident.note_import(file_sha256=file_sha256, lines=tuple(row.line for row in case.rows))
    for ordinal, row in enumerate(case.rows, start=1):
        _record(incident, ordinal, row, today)
    if first.status == "CLOSED" or (first.status != "OPEN" and (first.outcome or first.closed_on)):
        incident.close_as_logged(outcome=first.outcome, closed_on=first.closed_on, today=today)
    elif first.outcome or first.closed_on:
        # An open case has neither; what the school wrote is kept in words.
        incident.add_addendum(text=Secret(_contradiction(first)))
    if related is not None:
        incident.link(other=related, kind="RELATED")
    if original is not None:
        return (incident, *incident.mark_duplicate(original=original, reason=None))
    if first.status == "NOT_REPORTABLE":
        incident.mark_not_reportable(reason=None)
    return (incident,)


def posters(case: LogCase, case_id: UUID) -> list[Person]:
    """The people a case names: one for each row with a name, for two rows may name two people alike."""
    return [
        Person(_poster_id(case_id, ordinal), row.poster_role, {NameUse.USUAL: row.poster_name})
        for ordinal, row in enumerate(case.rows, start=1)
        if row.poster_name
    ]


def _poster_id(case_id: UUID, ordinal: int) -> UUID:
    return uuid5(case_id, f"poster/{ordinal}")


def _record(incident: Incident, ordinal: int, row: LogRow, today: date) -> None:
    item_id = uuid5(incident.id, f"item/{ordinal}")
    poster = _poster_id(incident.id, ordinal) if row.poster_name else None
    incident.record_item(
        item_id=item_id,
        platform=row.platform,
        poster_role=row.poster_role,
        poster=poster,
        discovered_on=row.discovered_on,
        posted_on=row.posted_on,
        logged_on=row.recorded_on,
        line=row.line,
        classifications=tuple(Classification(nature, target) for nature, target in row.classifications),
        characteristics=row.characteristics,
        removal=row.removal,
        # An address leads to the account behind it, so it is sealed under the poster's key.
        url=Secret(row.url, poster) if row.url else None,
        narrative=Secret(row.narrative) if row.narrative else None,
        today=today,
    )
    if row.evidence_note:
        incident.note_evidence(
            evidence_id=uuid5(incident.id, f"evidence/{ordinal}"),
            kind=_EVIDENCE_KIND,
            item_id=item_id,
            description=Secret(row.evidence_note),
            today=today,
        )


def _contradiction(row: LogRow) -> str:
    said = [f"outcome {row.outcome}"] if row.outcome else []
    said += [f"closed_on {row.closed_on.isoformat()}"] if row.closed_on else []
    return f"The imported log gives {' and '.join(said)} for this case, whose status it gives as OPEN."
