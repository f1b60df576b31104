"""Random histories of an incident: every action with inputs that could succeed, taken whether or not it is possible."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from domain.case_actions import CaseAction
from domain.incident import Incident
from domain.items import Classification
from domain.offered import BITS
from domain.policy import PolicyPack
from domain.refusals import Refused
from domain.sealed import Secret
from domain.values import CaseKind
from tests.domain.incidents import TODAY, WHY, classified, item, named, reported
from tests.domain.lifecycle_histories import LIFECYCLE, lifecycle

Decision = Callable[[Incident], object]

TEXTS = ("ALLEGATION:STAFF", "NEGATIVE_COMMENT:PUPIL", "COMPLAINT:SCHOOL ALLEGATION:PUPIL")
_PLATFORMS = ("TIKTOK", "BLOG")


def decisions(action: CaseAction, incident: Incident, pack: PolicyPack | None, fresh: str) -> list[Decision]:
    """Inputs with which the action succeeds if the state of the incident allows it at all; `fresh` names new parts."""
    return list(_decisions(action, incident, pack, fresh))


def _decisions(action: CaseAction, incident: Incident, pack: PolicyPack | None, fresh: str) -> Iterator[Decision]:
    match action:
        case CaseAction.ASSIGN_CASE:
            yield lambda one: one.assign(owner=named(fresh))
        case CaseAction.ADD_ADDENDUM:
            yield lambda one: one.add_addendum(text=Secret("more"))
        case CaseAction.MARK_DUPLICATE:
            yield lambda one: one.mark_duplicate(
                original=reported(case_id=named(fresh)), former=_original(one), reason=WHY
            )
        case CaseAction.MARK_NOT_REPORTABLE:
            yield lambda one: one.mark_not_reportable(reason=WHY)
        case CaseAction.MARK_RECORDED_IN_ERROR:
            yield lambda one: one.mark_recorded_in_error(reason=WHY)
        case CaseAction.UNMARK:
            yield lambda one: one.unmark(reason=WHY, original=_original(one))
        case CaseAction.LINK_CASE:
            yield lambda one: one.link(other=named("other"), kind="RELATED")
        case CaseAction.UNLINK_CASE:
            yield lambda one: one.unlink(other=named("other"), kind="RELATED")
        case CaseAction.CORRECT_SCHOOL:
            yield lambda one: one.correct_school(school_urn="900005", reason=WHY)
        case CaseAction.RECORD_ITEM:
            yield from (_recorded(fresh, text) for text in ("", *TEXTS))
            yield lambda one: item(one, fresh, poster_role="PUPIL")
        case CaseAction.NOTE_EVIDENCE:
            yield lambda one: one.note_evidence(evidence_id=named(fresh), kind="PHOTO", today=TODAY)
        case CaseAction.REPORT_TO_HEADTEACHER:
            yield lambda one: one.report_to_headteacher(reported_on=TODAY, today=TODAY)
        case CaseAction.HOLD_MEETING:
            yield lambda one: one.hold_meeting(
                mode="ONLINE", held_on=TODAY, attended=True, purposes=("REPERCUSSIONS",), today=TODAY
            )
        case CaseAction.RECORD_IMPACT:
            yield lambda one: one.record_impact(target="STAFF", impact="EMOTIONAL", noted_on=TODAY, today=TODAY)
        case CaseAction.RECORD_INVESTIGATION:
            yield lambda one: one.record_investigation(investigation_id=named(fresh), started_on=TODAY, today=TODAY)
        case CaseAction.COMMUNICATE_OUTCOME:
            yield lambda one: one.communicate_outcome(recipient_role="TARGET", communicated_on=TODAY, today=TODAY)
        case CaseAction.RECORD_ACCOUNT:
            yield lambda one: one.record_account(side="TARGET", given_on=TODAY, text=WHY, today=TODAY)
        case CaseAction.DIRECT_TO_CHANNEL:
            yield lambda one: one.direct_to_channel(channel="HEADTEACHER", directed_on=TODAY, today=TODAY)
        case CaseAction.CLOSE_INCIDENT:
            yield lambda one: one.close(outcome="POST_REMOVED", closed_on=TODAY, today=TODAY, policy=pack)
        case CaseAction.REOPEN_INCIDENT:
            yield lambda one: one.reopen(reopened_on=TODAY, reason=WHY, today=TODAY)
        case CaseAction.LIFT_RESTRICTION:
            yield from (_lifted(one) for one in (*incident.restrictions, named("none")))
        case CaseAction.RECORD_REFERRAL_ANSWER:
            yield from (_referral_answered(one) for one in (*incident.referrals, named("none")))
        case CaseAction.RECORD_PROVIDER_ANSWER:
            yield from (_provider_answered(one) for one in (*incident.provider_contacts, named("none")))
        case _ if action in LIFECYCLE:
            yield from lifecycle(action, incident, named(fresh), TODAY)
        case CaseAction.MERGE_ITEMS:
            items = (*incident.items, named("none"))
            yield from (_merged(one, into) for one in items for into in items)
        case CaseAction.SPLIT_ITEM:
            for one in incident.items.values():
                yield from (_split(one.item_id, given, fresh) for given in one.classifications[:1])
            yield _split(named("none"), classified("ALLEGATION:STAFF")[0], fresh)
        case _ if action in _MEASURES:
            measure = _MEASURES[action]
            yield lambda one: measure(one, fresh, pack)
        case CaseAction.COMPLETE_INVESTIGATION:
            yield from (_completed(investigation_id) for investigation_id in (*incident.investigations, named("none")))
        case CaseAction.RECORD_PLATFORM_ANSWER:
            yield from (_answered(report_id) for report_id in (*incident.platform_reports, named("none")))
        case _:
            for item_id in (*incident.items, named("none")):
                yield _on_item(action, item_id, fresh)


_MEASURES: dict[CaseAction, Callable[[Any, str, PolicyPack | None], object]] = {
    CaseAction.SUPPORT_TARGET: lambda one, _fresh, _pack: one.support_target(
        target="STAFF", kind="REASSURANCE", supported_on=TODAY, today=TODAY, notes=WHY
    ),
    CaseAction.INFORM_PERSON: lambda one, _fresh, _pack: one.inform_person(role="DSL", informed_on=TODAY, today=TODAY),
    CaseAction.EXPLAIN_LEGAL_CONSEQUENCE: lambda one, _fresh, _pack: one.explain_legal_consequence(
        to_role="POSTER", means="LETTER", explained_on=TODAY, today=TODAY
    ),
    CaseAction.SEND_WARNING: lambda one, _fresh, pack: one.send_warning(
        sent_on=TODAY, asks_removal=True, today=TODAY, reference=WHY, policy=pack
    ),
    CaseAction.RECORD_REFUSAL: lambda one, _fresh, _pack: one.record_refusal(refused_on=TODAY, today=TODAY),
    CaseAction.RECORD_CONTINUATION: lambda one, _fresh, _pack: one.record_continuation(continued_on=TODAY, today=TODAY),
    CaseAction.TAKE_LEGAL_ADVICE: lambda one, _fresh, pack: one.take_legal_advice(
        advised_on=TODAY, today=TODAY, advice=WHY, policy=pack
    ),
    CaseAction.TAKE_LEGAL_ACTION: lambda one, _fresh, pack: one.take_legal_action(
        taken_on=TODAY, today=TODAY, policy=pack
    ),
    CaseAction.RESTRICT_ACCESS: lambda one, fresh, pack: one.restrict_access(
        restriction_id=named(fresh), scope="FORUM", from_on=TODAY, consulted=False, today=TODAY, policy=pack
    ),
    CaseAction.REFER_TO_BODY: lambda one, fresh, _pack: one.refer_to_body(
        referral_id=named(fresh), body="POLICE", grounds=("HATE",), referred_on=TODAY, today=TODAY, notes=WHY
    ),
    CaseAction.CONTACT_PROVIDER: lambda one, fresh, _pack: one.contact_provider(
        contact_id=named(fresh), provider="HOST", contacted_on=TODAY, asks_removal=True, today=TODAY
    ),
    CaseAction.NOTE_INTAKE: lambda one, fresh, _pack: one.note_intake(
        source="NOTICED" if len(fresh) % 2 else "ANONYMOUS", received_on=TODAY, today=TODAY
    ),
    CaseAction.ASSESS_CONDUCT: lambda one, _fresh, _pack: one.assess_conduct(
        assessment="UNACCEPTABLE", assessed_on=TODAY, today=TODAY
    ),
    CaseAction.CONVERT_TO_COMPLAINT: lambda one, fresh, pack: one.convert_to_complaint(
        complaint=named(fresh), converted_on=TODAY, today=TODAY, policy=pack
    ),
    CaseAction.DECIDE_ON_ACTION: lambda one, fresh, _pack: one.decide_on_action(
        decision_id=named(fresh), action="POLICE", taken=False, decided_on=TODAY, today=TODAY, reasons=WHY
    ),
}


def _merged(of: UUID, into: UUID) -> Decision:
    return lambda one: one.merge_items(item_id=of, into=into, reason=WHY)


def _split(of: UUID, given: Classification, fresh: str) -> Decision:
    return lambda one: one.split_item(
        item_id=of, new_item_id=named(fresh), classifications=(given,), reason=WHY, url=Secret("https://b.example")
    )


def _lifted(of: UUID) -> Decision:
    return lambda one: one.lift_restriction(restriction_id=of, lifted_on=TODAY, today=TODAY)


def _referral_answered(of: UUID) -> Decision:
    return lambda one: one.record_referral_answer(referral_id=of, result="ADVICE", answered_on=TODAY, today=TODAY)


def _provider_answered(of: UUID) -> Decision:
    return lambda one: one.record_provider_answer(contact_id=of, result="REMOVED", answered_on=TODAY, today=TODAY)


def _original(copy: Incident) -> Incident | None:
    """The case of which this one is a copy."""
    return None if copy.duplicate_of is None else reported(case_id=copy.duplicate_of)


def _copied(name: str) -> Decision:
    """Another case is marked as a copy of this one."""
    return lambda one: reported(case_id=named(name)).mark_duplicate(original=one, reason=WHY)


def _recorded(fresh: str, text: str) -> Decision:
    return lambda one: item(one, fresh, classifications=classified(text), narrative=Secret("x"))


def _completed(of: UUID) -> Decision:
    return lambda one: one.complete_investigation(investigation_id=of, completed_on=TODAY, finding="FALSE", today=TODAY)


def _answered(of: UUID) -> Decision:
    return lambda one: one.record_platform_answer(report_id=of, result="REMOVED", answered_on=TODAY, today=TODAY)


def _on_item(action: CaseAction, of: UUID, fresh: str) -> Decision:
    platform = _PLATFORMS[len(fresh) % 2]
    on_item: dict[CaseAction, Callable[[Any], object]] = {
        CaseAction.CLASSIFY_ITEM: lambda one: one.classify_item(item_id=of, classifications=classified(TEXTS[0])),
        CaseAction.RECLASSIFY_ITEM: lambda one: one.reclassify_item(
            item_id=of, classifications=classified(TEXTS[1]), reason=WHY
        ),
        CaseAction.CORRECT_ITEM: lambda one: one.correct_item(item_id=of, platform=platform, reason=WHY, today=TODAY),
        CaseAction.EXCLUDE_ITEM: lambda one: one.exclude_item(item_id=of, mark="DUPLICATE", reason=WHY),
        CaseAction.RESTORE_ITEM: lambda one: one.restore_item(item_id=of, reason=WHY),
        CaseAction.IDENTIFY_POSTER: lambda one: one.identify_poster(item_id=of, poster_role="PUPIL"),
        CaseAction.REQUEST_REMOVAL: lambda one: one.request_removal(
            item_id=of, requested_on=TODAY, asked_by="GOVERNING_BODY", today=TODAY
        ),
        CaseAction.CONFIRM_REMOVAL: lambda one: one.confirm_removal(item_id=of, checked_on=TODAY, today=TODAY),
        CaseAction.REFUSE_REMOVAL: lambda one: one.refuse_removal(item_id=of, refused_on=TODAY, today=TODAY),
        CaseAction.RECORD_REPOST: lambda one: one.record_repost(
            item_id=named(fresh), repost_of=of, discovered_on=TODAY, today=TODAY
        ),
        CaseAction.REPORT_TO_PLATFORM: lambda one: one.report_to_platform(
            report_id=named(fresh), item_id=of, network="FACEBOOK", reported_on=TODAY, today=TODAY
        ),
        CaseAction.ADVISE_PARENT: lambda one: one.advise_parent(item_id=of, advised_on=TODAY, today=TODAY),
        CaseAction.TAG_ITEM: lambda one: one.tag_item(item_id=of, account="PERSONAL", accidental=bool(len(fresh) % 2)),
        CaseAction.ASSESS_DEFAMATION: lambda one: one.assess_defamation(
            item_id=of, tests=("LOWERED",), assessed_on=TODAY, today=TODAY
        ),
    }
    return on_item[action]


# Few cases are marked or closed at once, and most work is on items: otherwise random histories end before they begin.
_PARTS = ("ITEM", "REMOVAL", "INVESTIGATION")
_TRIED = (
    *BITS[CaseKind.INCIDENT],
    *(action for action in BITS[CaseKind.INCIDENT] if any(part in action for part in _PARTS)),
    *(CaseAction.UNMARK, CaseAction.UNMARK, CaseAction.REOPEN_INCIDENT, CaseAction.RECORD_ITEM),
)


def history(seed: int, pack: PolicyPack | None = None) -> Incident:
    """An incident after up to sixty attempts, the same for the same seed; what was refused has left no trace."""
    chance = Random(seed)
    incident = reported()
    for number in range(chance.randrange(60)):
        possible = decisions(chance.choice(_TRIED), incident, pack, f"part {number}")
        if chance.random() < 0.01:
            possible = [_copied(f"copy {number}")]
        before = (incident.version, len(incident.pending_events))
        try:
            chance.choice(possible)(incident)
        except Refused:
            assert (incident.version, len(incident.pending_events)) == before
    return incident


SEEDS = st.integers(0, 2**32)
