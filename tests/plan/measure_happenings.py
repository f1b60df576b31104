"""An incident with every measure there is."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from services.incident_measure_commands import (
    AssessConduct,
    AssessDefamation,
    ContactProvider,
    DecideOnAction,
    ExplainLegalConsequence,
    InformPerson,
    LiftRestriction,
    NoteIntake,
    RecordContinuation,
    RecordProviderAnswer,
    RecordReferralAnswer,
    RecordRefusal,
    ReferToBody,
    RestrictAccess,
    SendWarning,
    SupportTarget,
    TagItem,
    TakeLegalAction,
    TakeLegalAdvice,
)
from tests.plan.world import World


def take_measures(world: World, item: UUID, on: date, step: dict[str, Any]) -> None:
    """What was done about people, who outside was told, what the school makes of it; some of it without words."""
    parent: dict[str, Any] = {"person": world.named("parent")}
    gone: dict[str, Any] = {"person": world.named("gone")}
    world.do(
        SupportTarget,
        target="STAFF",
        kind="REASSURANCE",
        supported_on=on,
        supported_by=world.named("chair"),
        notes=world.words(),
        **gone,
        **step,
    )
    world.do(SupportTarget, target="PUPIL", kind="OTHER", supported_on=on, **step)
    world.do(InformPerson, role="EQUALITIES_MANAGER", informed_on=on, notes=world.words(), **parent, **step)
    world.do(
        ExplainLegalConsequence,
        to_role="POSTER",
        means="LETTER",
        explained_on=on,
        notes=world.words(),
        **parent,
        **step,
    )
    world.do(SendWarning, sent_on=on, asks_removal=True, reference=world.words(), notes=world.words(), **parent, **step)
    world.do(RecordRefusal, refused_on=on, notes=world.words(), **parent, **step)
    world.do(RecordContinuation, continued_on=on, item_id=item, notes=world.words(), **parent, **step)
    world.do(TakeLegalAdvice, advised_on=on, adviser=world.words(), advice=world.words(), **step)
    world.do(TakeLegalAction, taken_on=on, notes=world.words(), **parent, **step)
    case = world.do(
        RestrictAccess,
        scope="PREMISES",
        from_on=on,
        until_on=date(2027, 7, 31),
        review_on=date(2027, 1, 4),
        consulted=True,
        notes=world.words(),
        **parent,
        **step,
    )
    [restriction] = case.restrictions
    world.do(LiftRestriction, restriction_id=restriction, lifted_on=on, notes=world.words(), **step)
    case = world.do(
        ReferToBody,
        body="OTHER",
        grounds=("HATE", "OTHER"),
        referred_on=on,
        body_name=world.words(),
        reference=world.words(),
        notes=world.words(),
        **step,
    )
    [referral] = case.referrals
    world.do(RecordReferralAnswer, referral_id=referral, result="ADVICE", answered_on=on, notes=world.words(), **step)
    world.do(ReferToBody, body="POLICE", grounds=("RACIAL_ELEMENT",), referred_on=on, **step)
    case = world.do(
        ContactProvider,
        provider="HOST",
        contacted_on=on,
        asks_removal=True,
        item_id=item,
        provider_name=world.words(),
        reference=world.words(),
        notes=world.words(),
        **step,
    )
    [contact] = case.provider_contacts
    world.do(RecordProviderAnswer, contact_id=contact, result="REMOVED", answered_on=on, notes=world.words(), **step)
    world.do(
        NoteIntake,
        source="SELF_REPORT",
        received_on=on,
        reporter_role="STAFF",
        received_by="HEADTEACHER",
        reporter_is_target=True,
        **step,
    )
    world.do(TagItem, item_id=item, legal_bases=("PRIVACY",), account="PERSONAL", private_space=True, **step)
    world.do(
        AssessConduct,
        assessment="ILLEGAL",
        assessed_on=on,
        assessed_by=world.named("chair"),
        notes=world.words(),
        **step,
    )
    world.do(
        AssessDefamation,
        item_id=item,
        tests=("LOWERED",),
        serious_harm=False,
        assessed_on=on,
        notes=world.words(),
        **step,
    )
    world.do(
        DecideOnAction,
        action="LEGAL_ACTION",
        options=("LEGAL_ADVICE",),
        taken=False,
        decided_on=on,
        decided_by=world.named("chair"),
        reasons=world.words(),
        **step,
    )
