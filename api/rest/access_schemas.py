"""What is put together for a request, as the OpenAPI document describes it: in the form of a review, and of an answer.

It is written in `services/access_bundles.py`; a test holds what is written there to what stands here.
"""
# ruff: noqa: N815 - the members are named as JSON has them

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["AccessAnswer", "AccessReview"]


class _Told(BaseModel):
    model_config = ConfigDict(extra="forbid")


class AccessAsked(_Told):
    """The request, and the days of the data that it asks for."""

    id: str
    receivedOn: str
    first: str | None = Field(alias="from")
    last: str | None = Field(alias="to")


class AccessSchool(_Told):
    """A school of the person."""

    urn: str
    name: str
    first: str = Field(alias="from")
    last: str | None = Field(alias="to")


class AccessIdentifier(_Told):
    """What another system calls the person."""

    source: str
    identifier: str


class AccessPerson(_Told):
    """What the registry has of the person: of one whom it never had, the id alone."""

    id: str
    kind: str = ""
    isErased: bool = False
    names: dict[str, str] = {}
    schools: list[AccessSchool] = []
    identifiers: list[AccessIdentifier] = []


class AccessAccount(_Told):
    """By what the person signs in."""

    issuer: str
    subject: str
    isActive: bool


class AccessMember(_Told):
    """A member of the archive, and what proves it."""

    name: str
    bytes: int
    sha256: str


class AccessManifest(_Told):
    """All that belongs to what was put together, up to a position of the ledger."""

    format: str
    form: str
    request: str
    through: int
    members: list[AccessMember]


class AccessNotice(_Told):
    """What the law says that everybody who has it has to heed."""

    law: str
    since: str


class AccessExempt(_Told):
    """That a record is kept back whole."""

    exemption: str


class _Content(_Told):
    format: str
    request: AccessAsked
    through: int
    recordedAt: str
    person: AccessPerson
    accounts: list[AccessAccount]
    keptBack: list[AccessExempt]
    notices: list[AccessNotice]


class _Case(_Told):
    reference: str
    kind: str
    school: str
    openedOn: str
    closedOn: str | None
    outcome: str | None
    parts: list[str]


class _Event(_Told):
    recordedOn: str
    told: str
    inRole: str
    details: dict[str, Any]


class _File(_Told):
    name: str | None
    kind: str | None
    bytes: int
    sha256: str | None
    member: str | None


# --- for whoever looks through it


class ReviewKeptBack(_Told):
    """That something is kept back: by which exemption, why, and what is given instead."""

    exemption: str
    notes: str | None
    instead: str | None


class ReviewText(_Told):
    """A sealed text, with what it is to be looked at for; without `text` it stays closed."""

    part: str
    mark: Literal["ABOUT_THEM", "MAY_MENTION_OTHERS", "ABOUT_ANOTHER"]
    state: str
    text: str | None = None
    keptBack: ReviewKeptBack | None


class ReviewActor(_Told):
    """Who recorded something, and in which parts they stand in the case."""

    id: str
    parts: list[str]


class ReviewEvent(_Event):
    """An event of a case that is about the person."""

    by: ReviewActor
    version: int
    name: str
    namesThem: bool
    keptBack: ReviewKeptBack | None
    texts: list[ReviewText]


class ReviewElsewhere(_Event):
    """An event of another stream that names the person."""

    by: ReviewActor
    name: str


class ReviewFile(_File):
    """A file that is about the person, or that stands with what is."""

    id: str
    mark: Literal["ABOUT_THEM", "MAY_MENTION_OTHERS", "ABOUT_ANOTHER"]
    keptBack: ReviewKeptBack | None


class ReviewRead(_Told):
    """That somebody read a case that is about the person."""

    at: str
    reader: str
    role: str
    purpose: str | None
    told: list[str]


class ReviewCase(_Case):
    """A case in which the person ever stood; `isBarredFromIt`: they may not know of it by a token of their own."""

    id: str
    isAboutThem: bool
    isBarredFromIt: bool
    keptBack: ReviewKeptBack | None
    events: list[ReviewEvent]
    files: list[ReviewFile]
    reads: list[ReviewRead]


class ReviewRecorded(_Told):
    """How many events of a case the person recorded."""

    case: str
    events: int


class ReviewPerson(_Told):
    """Whom an id stands for."""

    name: str | None
    kind: str


class ReviewContent(_Content):
    """Everything, with marks."""

    form: Literal["REVIEW"]
    elsewhere: list[ReviewElsewhere]
    cases: list[ReviewCase]
    recorded: list[ReviewRecorded]
    people: dict[str, ReviewPerson]


class AccessReview(_Told):
    """What is held, to be looked through, with the manifest of all that belongs to it and the SHA-256 of that."""

    manifestSha256: str
    manifest: AccessManifest
    content: ReviewContent


# --- for the person


class GivenKeptBack(_Told):
    """That something is kept back here, by which exemption."""

    keptBack: str


class GivenText(_Told):
    """A text, or that it is kept back, with what is given instead."""

    part: str
    state: str = ""
    text: str | None = None
    keptBack: str | None = None


class GivenElsewhere(_Event):
    """A role or an account of the person; `by` is whoever recorded it, by what they are or by name."""

    by: str


class GivenEvent(_Event):
    """What was recorded that is about the person; `by` is whoever did, by what they are or by name."""

    by: str
    texts: list[GivenText]


class GivenFile(_File):
    """A file that is about the person."""


class GivenRead(_Told):
    """That a case that is about the person was read, and by somebody in which role."""

    on: str
    role: str
    told: list[str]


class GivenCase(_Case):
    """A case that is not kept back whole."""

    events: list[GivenEvent | GivenKeptBack]
    files: list[GivenFile | GivenKeptBack]
    reads: list[GivenRead]


class GivenRecorded(_Told):
    """In how many cases the person recorded how many events."""

    cases: int
    events: int


class AnswerContent(_Content):
    """What the person is given."""

    form: Literal["ANSWER"]
    elsewhere: list[GivenElsewhere]
    cases: list[GivenCase]
    recorded: GivenRecorded


class AccessAnswer(_Told):
    """What the person is given, with the manifest of all that belongs to it and the SHA-256 of that."""

    manifestSha256: str
    manifest: AccessManifest
    content: AnswerContent
