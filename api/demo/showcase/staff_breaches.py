"""The staff breaches of the showcase: from a report to a finding, a sanction and an appeal, or to no case at all."""

from __future__ import annotations

from typing import Any

from api.demo.showcase.parts import CaseOf, Each, Later, Made, Step, Story, Who, by_pack, each, step
from domain.values import CaseKind

__all__ = ["STAFF_BREACHES"]

_TEACHER, _COLLEAGUE, _ASSISTANT, _DEPUTY = Who("teacher"), Who("colleague"), Who("assistant"), Who("deputy")
_HEAD, _CHAIR = Who("head"), Who("chair")
_INVESTIGATION = Made("OpenBreachInvestigation")

# What a policy calls the same conduct, and by which clause of its staff code; Libra's policy has none.
_MESSAGES = {
    "breach_types": by_pack(("CONTACT_WITH_PUPIL",), park_hall=("MISINTERPRETABLE_BEHAVIOUR",)),
    "clauses": each(("PUPIL_CONTACT",), ("PUPIL_CONTACT",), (), ("PARENT_AND_PUPIL_CONTACT",), ("BOUNDARIES",)),
}
_PHONE_AT_WORK = {
    "breach_types": each(
        ("USE_AT_WORK_ON_SCHOOL_EQUIPMENT",),
        ("PERSONAL_USE_IN_WORKING_HOURS",),
        ("PERSONAL_USE_IN_WORKING_HOURS",),
        ("PERSONAL_USE_IN_WORKING_HOURS",),
        ("DEVICE_OUTSIDE_AUP",),
    ),
    "clauses": each(("USE_AT_WORK",), ("WORKING_DAY",), (), ("WORKING_HOURS",), ("ACCEPTABLE_USE",)),
}
# Sharp Lane speaks of the school's own equipment.
_DEVICE = by_pack("MOBILE_PHONE", sharp_lane="SCHOOL_COMPUTER")
_REMARKS = {
    "breach_types": each(
        ("DEROGATORY_COMMENT",),
        ("DISCUSSING_SCHOOL_MATTERS",),
        ("DEROGATORY_COMMENT",),
        ("DEROGATORY_COMMENT",),
        ("REPUTATION_PERSONAL",),
    ),
    "clauses": each(("COMMENTS",), ("SCHOOL_MATTERS",), (), ("DEROGATORY_SCHOOL",), ("STANDARDS",)),
}


def _reported(summary: str | Each, source: str, subject: Who | None = None, **fields: Any) -> Step:
    return step("ReportStaffBreach", summary=summary, source=source, subject=subject, **fields)


def _details(conduct: dict[str, Any], **fields: Any) -> Step:
    return step("NoteBreachDetails", subject_role="EMPLOYEE", **conduct, **fields)


def _opened(after: int = 1, **fields: Any) -> Step:
    return step("OpenBreachInvestigation", after=after, investigator=_DEPUTY, **fields)


def _completed(after: int, report: str, **fields: Any) -> Step:
    return step("CompleteBreachInvestigation", after=after, investigation_id=_INVESTIGATION, report=report, **fields)


def _found(finding: str, reasons: str, *, gross: bool = False) -> Step:
    return step(
        "RecordBreachFinding", after=2, finding=finding, gross_misconduct=gross, found_by=_HEAD, reasons=reasons
    )


def _told_to_the_bodies() -> tuple[Step, ...]:
    """The police are contacted and the LADO advises, in the order that Westacre's policy asks for."""
    return (
        step(
            "RecordDisclosure",
            at=("westacre",),
            source="PARENT",
            words='"She showed me the messages. They come after ten at night."',
            received_by=_HEAD,
            policy_reference="Section 7 of the safeguarding policy.",
        ),
        step("ContactBody", body="POLICE", contacted_by=_HEAD, reference="Log 92 of the day"),
        step("ContactBody", body="LADO", contacted_by=_HEAD, reference="LA-2026-331"),
    )


def _story(title: str, day: int, *steps: Step, **fields: Any) -> Story:
    return Story(CaseKind.STAFF_BREACH, title, day, steps, **fields)


STAFF_BREACHES = (
    _story(
        "just reported",
        28,
        _reported(
            "A post in {group} from what looks like a colleague's account calls {event} a farce.",
            "ALLEGED",
            concerns_post=True,
        ),
    ),
    _story(
        "a low-level concern",
        21,
        _reported("{assistant} was seen on a social network while helping in a lesson.", "OBSERVED", _ASSISTANT),
        _details(_PHONE_AT_WORK, on_duty="ON_DUTY", device=_DEVICE, intent="INADVERTENT"),
        step("AssessHarmThreshold", after=1, level="LOW_LEVEL", assessed_by=_HEAD),
        step("GiveBreachAdvice", kind="CONDUCT", given_by=_HEAD, notes="Networks wait until the end of the day."),
        step("InformAboutBreach", at=("westacre",), role="DSL", person=Who("dsl")),
    ),
    _story(
        "the harm threshold met, with the LADO",
        20,
        _reported("A parent found private messages from {teacher} to a pupil.", "ALLEGED", _TEACHER),
        _details(
            _MESSAGES, intake="PARENT", channel="INSTANT_MESSAGE", under18_at_contact="YES", direction="INITIATED"
        ),
        step(
            "AssessHarmThreshold",
            level="MET",
            criteria=("RISK_OF_HARM",),
            assessed_by=_HEAD,
            notes="Late at night, over three weeks, and asking her to tell nobody.",
        ),
        *_told_to_the_bodies(),
        step(
            "RecordBodyAdvice",
            after=1,
            contact_id=Made("ContactBody"),
            suspension="NOT_ADVISED",
            advice="A strategy meeting is held on Thursday; nobody is to speak with the teacher about it before.",
        ),
    ),
    _story(
        "the harm threshold met, and the LADO not told in time",
        23,
        _reported("{assistant} offered a pupil a lift home, and wrote to her about it.", "ALLEGED", _ASSISTANT),
        step("AssessHarmThreshold", level="MET", criteria=("SUITABILITY",), assessed_by=_HEAD),
    ),
    _story(
        "about the headteacher, and so with the chair",
        25,
        _reported("{head} is said to have written to pupils from a private account.", "ALLEGED", _HEAD),
    ),
    _story(
        "suspended, and the disciplinary track on hold",
        14,
        _reported("{colleague} is said to have met a pupil from an online game.", "ALLEGED", _COLLEAGUE),
        *_told_to_the_bodies(),
        step(
            "RecordBodyAdvice",
            after=1,
            contact_id=Made("ContactBody"),
            suspension="SUSPEND",
            advice="Suspension is advised while the police speak with the pupil.",
        ),
        step(
            "DecideOnSuspension",
            after=1,
            suspended=True,
            decided_by=_HEAD,
            alternatives=("REDEPLOY_NO_DIRECT_CONTACT",),
            reasons="There is no work at the school without contact; it says nothing about what is true.",
        ),
        step("ConfirmSuspension", suspension_id=Made("DecideOnSuspension"), contact_person=_DEPUTY),
        step("HoldDisciplinaryTrack", after=1, body="POLICE", notes="Until the pupil has been heard."),
    ),
    _story(
        "being investigated",
        17,
        _reported("{assistant} posted a remark on families in {group}.", "ALLEGED", _ASSISTANT),
        _details(_REMARKS, intake="PARENT", channel="SOCIAL_NETWORK", on_duty="OFF_DUTY"),
        _opened(),
        step(
            "RecordInterview",
            after=3,
            investigation_id=_INVESTIGATION,
            side="SUBJECT",
            person=_ASSISTANT,
            accompanied=True,
            notes="It was meant for one friend; the settings were not known.",
        ),
    ),
    _story(
        "with a finding",
        11,
        _reported("{colleague} shared a photograph of {trip} on a private account.", "OBSERVED", _COLLEAGUE),
        _opened(),
        _completed(4, "The picture shows four children; it was up for two days and no parent had been asked."),
        _found("SUBSTANTIATED", "The picture was posted by {colleague}, who does not deny it."),
    ),
    _story(
        "with a sanction",
        3,
        _reported("{teacher} spoke of the school in a derogatory way in a public thread.", "OBSERVED", _TEACHER),
        _details(_REMARKS, channel="FORUM", on_duty="OFF_DUTY", capacity="UNOFFICIAL"),
        _opened(),
        _completed(3, "Five remarks over two evenings, under the teacher's own name."),
        _found("SUBSTANTIATED", "The remarks are the teacher's and name the school."),
        step("ReferToDisciplinary", after=1, referred_by=_HEAD),
        step("HoldDisciplinaryHearing", after=5, attended=True, chaired_by=_HEAD, accompanied=True),
        step(
            "ImposeSanction",
            after=1,
            sanction="FIRST_WRITTEN_WARNING",
            decided_by=_HEAD,
            spent_on=Later(365),
            reasons="A first breach, regretted and taken down.",
        ),
        step("CloseStaffBreach", after=1, outcome="WRITTEN_WARNING"),
    ),
    _story(
        "with an appeal",
        4,
        _reported("{assistant} gave a pupil a private number, against advice.", "OBSERVED", _ASSISTANT),
        _opened(),
        _completed(3, "The number was given twice; the pupil never rang."),
        _found("SUBSTANTIATED", "Both messages are there."),
        step("ReferToDisciplinary", after=1, referred_by=_HEAD),
        step("HoldDisciplinaryHearing", after=5, attended=True, chaired_by=_HEAD, accompanied=False),
        step("ImposeSanction", sanction="FINAL_WRITTEN_WARNING", decided_by=_HEAD, spent_on=Later(540)),
        step(
            "LodgeAppeal",
            after=4,
            sanction_id=Made("ImposeSanction"),
            grounds="The warning is out of proportion: no harm was done and none was meant.",
        ),
    ),
    _story(
        "dismissed after a finding of gross misconduct",
        0,
        _reported("{colleague} goes on writing to pupils in private, against advice.", "ALLEGED", _COLLEAGUE),
        _details(_MESSAGES, intake="STAFF", channel="SOCIAL_NETWORK", under18_at_contact="YES", intent="DELIBERATE"),
        step("GiveBreachAdvice", kind="CONTACT", given_by=_HEAD, notes="In writing, with the policy."),
        step("RecordLaterContact", after=3, advice_id=Made("GiveBreachAdvice"), notes="Four messages in one night."),
        _opened(),
        _completed(4, "Forty messages to three pupils, eleven of them after the advice."),
        _found("SUBSTANTIATED", "Contact went on after plain advice, and was hidden.", gross=True),
        step("ReferToDisciplinary", after=1, referred_by=_HEAD),
        step("HoldDisciplinaryHearing", after=5, attended=False, chaired_by=_HEAD),
        step("ImposeSanction", after=1, sanction="SUMMARY_DISMISSAL", decided_by=_HEAD),
        step("ContactBody", after=1, body="TRA", reasons="Dismissed for gross misconduct.", contacted_by=_HEAD),
        step("CloseStaffBreach", after=1, outcome="DISMISSAL"),
        at=("rivington",),
    ),
    _story(
        "closed with no case",
        9,
        _reported("A photograph on {colleague}'s page turned out to be the school's own.", "OBSERVED", _COLLEAGUE),
        _opened(at=("sharp-lane",)),
        _completed(2, "The picture is on the school's page, shared from there.", at=("sharp-lane",)),
        step("DecideNoAction", after=1, decided_by=_HEAD, reasons="Sharing what the school has published is allowed."),
        step("CloseStaffBreach", after=1, outcome="NO_CASE"),
    ),
    _story(
        "a duplicate",
        22,
        _reported("{assistant} was on a network in a lesson, says a second colleague.", "ALLEGED", _ASSISTANT),
        step("MarkDuplicate", original=CaseOf("a low-level concern"), reason="The same lesson, told by somebody else."),
    ),
    _story(
        "not reportable",
        13,
        _reported("A remark by somebody who left the school years ago.", "ALLEGED"),
        step("MarkNotReportable", reason="The code binds nobody who no longer works here."),
    ),
    _story(
        "recorded in error",
        12,
        _reported("Entered during staff training on the new record.", "OBSERVED"),
        step("MarkRecordedInError", reason="An exercise of the training day, and no breach."),
    ),
    _story(
        "marked by mistake, then opened again",
        6,
        _reported("{colleague}'s page was open to everybody for a weekend.", "SELF_REPORTED", _COLLEAGUE),
        step("GiveBreachAdvice", after=1, kind="PRIVACY_SETTINGS", given_by=_HEAD),
        _opened(at=("sharp-lane",)),
        _completed(1, "The settings had been changed by an update.", at=("sharp-lane",)),
        step("CloseStaffBreach", after=1, outcome="ADVICE_GIVEN"),
        step("MarkNotReportable", after=1, reason="Taken for a private matter."),
        step("Unmark", after=1, reason="The page named the school; the advice belongs on the record."),
        step("ReopenStaffBreach", after=3, reason="The page was open again."),
    ),
)
