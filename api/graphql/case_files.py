"""The files of a case, with who was given each; their bytes are asked for by REST."""

# ruff: noqa: D101, D102 - the description of each type and field stands in the schema
from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from api.graphql.connections import After, First
from api.graphql.declared import AnsweredByPlan
from api.graphql.people import Person
from api.graphql.texts import SealedText

if TYPE_CHECKING:
    from api.graphql.history import CaseEventConnection

__all__ = ["CaseFile"]


def _field(description: str) -> Any:
    return strawberry.field(description=description)


@strawberry.type(
    description="A file that was handed in. `GET /v1/cases/{case_id}/files/{file_id}` gives it, and records that."
)
class CaseFile:
    id: strawberry.ID = _field("The file's id.")
    kind: str = _field("What it is by its content: a code of the list `file_kinds`.")
    media_type: str = _field("As what it is given, such as `image/png`.")
    byte_length: int = _field("How many bytes it has.")
    file_name: SealedText = _field("What it is called.")
    fingerprint: SealedText = _field("The SHA-256 of its bytes as they were handed in, in hexadecimal.")
    scanned: str = _field("Whether somebody looked for malware: a code of the list `scan_results`.")
    evidence_id: strawberry.ID | None = _field("The piece of evidence that it is, of an incident.")
    about: Person | None = _field("The person whom it concerns and under whose key it is sealed, if one.")
    collected_on: date | None = _field("The day it was collected.")
    collected_by: Person | None = _field("Who collected it.")
    stored_at: datetime = _field("When it was handed in, in UTC.")
    stored_by: Person | None = _field("Who handed it in.")
    state: str = _field("Whether it is still kept: a code of the list `file_states`.")
    removed_at: datetime | None = _field("When it was removed, in UTC.")
    erasure_id: strawberry.ID | None = _field("The erasure that asked for that, if one did.")
    view_count: int = _field("How often somebody was given it.")
    last_viewed_at: datetime | None = _field("When somebody was given it last, in UTC.")
    export_count: int = _field("How often it left with an export of the case.")

    @strawberry.field(description="Its chain of custody: who handed it in, was given it, took it out or removed it.")
    def custody(
        self,
        first: First = 50,  # noqa: ARG002 - an argument that its plan reads
        after: After = None,  # noqa: ARG002 - as above
    ) -> Annotated[CaseEventConnection, strawberry.lazy("api.graphql.history")]:
        raise AnsweredByPlan
