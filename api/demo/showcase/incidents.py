"""The incidents of the showcase: from a screenshot that nobody has read yet to a case closed with everything done."""

from __future__ import annotations

from typing import Any

from api.demo.showcase.parts import CaseOf, Each, Later, Made, Step, Story, Who, by_pack, each, step
from domain.items import Classification
from domain.values import CaseKind

__all__ = ["INCIDENTS"]

_ITEM = Made("RecordItem")
_TEACHER, _PARENT, _PUPIL = Who("teacher"), Who("parent"), Who("pupil")


def _reported(summary: str | Each, **fields: Any) -> Step:
    return step("ReportIncident", summary=summary, **fields)


def _item(platform: str | Each, poster_role: str, narrative: str | Each, *said: Classification, **fields: Any) -> Step:
    return step(
        "RecordItem", platform=platform, poster_role=poster_role, narrative=narrative, classifications=said, **fields
    )


def _removal(after: int, person: Who, notes: str) -> Step:
    asked_by = by_pack("HEADTEACHER", park_hall="GOVERNING_BODY")
    return step("RequestRemoval", after=after, item_id=_ITEM, person=person, asked_by=asked_by, notes=notes)


def _story(title: str, day: int, *steps: Step, **fields: Any) -> Story:
    return Story(CaseKind.INCIDENT, title, day, steps, **fields)


INCIDENTS = (
    _story(
        "just reported",
        27,
        _reported("A screenshot about {event} was forwarded to the office; nobody has gone through it yet."),
        _item(
            each("WHATSAPP", "INSTAGRAM", "FACEBOOK", "SNAPCHAT", "SCHOOL_FORUM"),
            "UNKNOWN",
            '"Ask them what really happened at {event}. They will not tell you."',
        ),
    ),
    _story(
        "in the middle of the ladder",
        17,
        _reported("A parent writes in {group} that {teacher} shamed a child in front of others on {trip}."),
        step("AssignCase", owner=Who("head")),
        _item(
            each("FACEBOOK", "WHATSAPP", "FACEBOOK", "TWITTER", "WEBSITE"),
            "PARENT",
            '"{teacher} made a child cry in front of everybody on {trip}. That is bullying and nothing is done."',
            Classification("ALLEGATION", "STAFF"),
            poster=_PARENT,
            about=(_TEACHER,),
            names_individual=True,
            posted_on=Later(-1),
            url="https://social.example/showcase/ladder",
        ),
        step(
            "NoteEvidence",
            kind="SCREENSHOT",
            item_id=_ITEM,
            collected_by=Who("coordinator"),
            collected_on=Later(0),
            description="The post with eleven replies, as it stood at ten past four.",
            custody="Locked folder of the e-safety coordinator.",
        ),
        step("SupportTarget", target="STAFF", kind="REASSURANCE", person=_TEACHER, supported_by=Who("head")),
        step("TagItem", at=("westacre",), item_id=_ITEM, in_working_day=True, account="PERSONAL"),
        step("RecordInvestigation", at=("sharp-lane",), after=1, investigator=Who("deputy")),
        _item(
            "FACEBOOK",
            "UNKNOWN",
            "A second post, said to show a photograph; the link asks for a login and nobody has opened it.",
            at=("rivington",),
        ),
        step(
            "HoldMeeting",
            after=2,
            mode="IN_PERSON",
            attended=True,
            outcome="NOT_RESOLVED",
            roles=("HEADTEACHER", "POSTER"),
            attendees=(Who("head"), _PARENT),
            cause="{parent} had heard of it from two families and was too angry to ring the school first.",
            notes="The post stays up for now; {parent} wants to hear what {teacher} says.",
        ),
    ),
    _story(
        "waiting for a removal",
        24,
        _reported("A pupil put a clip of {teacher}'s lesson online, set to music."),
        _item(
            each("TIKTOK", "SNAPCHAT", "TIKTOK", "INSTAGRAM", "YOUTUBE"),
            "PUPIL",
            "Nine seconds of {teacher} at the board, slowed down, with the caption that the lesson never ends.",
            Classification("NEGATIVE_COMMENT", "STAFF"),
            poster=_PUPIL,
            about=(_TEACHER,),
            handle="@showcase_clips",
        ),
        step("AdviseParent", at=("sharp-lane",), item_id=_ITEM, parent=_PARENT, notes="By telephone, at home time."),
        step("InformPerson", at=("westacre",), role="DSL", person=Who("dsl")),
        _removal(1, _PUPIL, "{pupil} says that it will be gone by the weekend."),
    ),
    _story(
        "refused and continued, with legal advice",
        4,
        _reported("A parent states that the school hid a fire at {event}, and keeps stating it."),
        _item(
            each("FACEBOOK", "BLOG", "FACEBOOK", "TWITTER", "REDDIT"),
            "PARENT",
            '"There was a fire at {event} and the school covered it up. Share before this is taken down."',
            Classification("DEFAMATORY_STATEMENT", "SCHOOL"),
            poster=Who("neighbour"),
            posted_on=Later(-2),
        ),
        step("ReportToPlatform", at=("sharp-lane",), item_id=_ITEM, network="FACEBOOK", reference="AB-20417"),
        step("NoteEvidence", at=("libra",), kind="SCREENSHOT", item_id=_ITEM, description="The post and its shares."),
        step(
            "HoldMeeting",
            at=("sharp-lane", "libra"),
            after=2,
            mode=by_pack("TELEPHONE", libra="IN_PERSON"),
            attended=by_pack(True, libra=False),
            outcome="NOT_RESOLVED",
            roles=("HEADTEACHER",),
            attendees=(Who("head"),),
        ),
        _removal(1, Who("neighbour"), "Asked in a letter, with the fire brigade's note that there was no call-out."),
        step("RefuseRemoval", after=2, item_id=_ITEM, person=Who("neighbour"), notes='"I know what I saw."'),
        step("RecordRefusal", person=Who("neighbour")),
        step(
            "HoldMeeting",
            at=("libra",),
            after=2,
            mode="IN_PERSON",
            attended=True,
            outcome="NOT_RESOLVED",
            roles=("HEADTEACHER", "CHAIR", "POSTER"),
            attendees=(Who("head"), Who("chair"), Who("neighbour")),
        ),
        step(
            "SendWarning",
            at=("sharp-lane",),
            after=2,
            asks_removal=True,
            person=Who("neighbour"),
            reference="Letter 2 of the trust's set.",
        ),
        step("RecordContinuation", after=3, person=Who("neighbour"), notes="Two more posts on the same evening."),
        step(
            "TakeLegalAdvice",
            after=2,
            adviser="Marlowe and Teasdale, solicitors to the trust",
            advice="A letter before action is open to the school; the posts harm it and state what is untrue.",
        ),
    ),
    _story(
        "referred to the police",
        13,
        _reported("A message threatens {teacher} by name."),
        _item(
            each("INSTAGRAM", "SNAPCHAT", "WHATSAPP", "DISCORD", "TEXT_MESSAGE"),
            "UNKNOWN",
            '"{teacher} wants to watch out on the way to the car park on Friday."',
            Classification("THREAT_OF_VIOLENCE", "STAFF"),
            about=(_TEACHER,),
            names_individual=True,
        ),
        step("SupportTarget", target="STAFF", kind="TIME_OR_COVER", person=_TEACHER, supported_by=Who("head")),
        step("AssessConduct", at=("libra", "park-hall"), assessment="ILLEGAL", assessed_by=Who("head")),
        step(
            "ReferToBody",
            body="POLICE",
            grounds=("THREAT_OF_VIOLENCE", "SUSPECTED_CRIME"),
            reference="Log 418 of the day",
            notes="Reported by telephone; the account that sent it is new and empty.",
        ),
        step(
            "RecordReferralAnswer",
            after=3,
            referral_id=Made("ReferToBody"),
            result="IN_PROGRESS",
            notes="An officer has asked the network for the account's details.",
        ),
    ),
    _story(
        "converted to a complaint",
        15,
        _reported("A parent is unhappy online about how {rule} came in."),
        _item(
            each("FACEBOOK", "TWITTER", "FACEBOOK", "WEBSITE", "FACEBOOK"),
            "PARENT",
            '"Nobody asked us about {rule}. My two are late every morning now and I have told nobody listens."',
            Classification("COMPLAINT", "SCHOOL", "PROCEDURE"),
            poster=Who("neighbour"),
        ),
        step("NoteEvidence", at=("libra",), kind="SCREENSHOT", item_id=_ITEM, description="The post."),
        step(
            "ConvertToComplaint",
            after=2,
            received_by="HEADTEACHER",
            means="ONLINE_POST",
            heads=({"about_school": True, "about_staff": False},),
            complainant=Who("neighbour"),
            summary="{rule} came in without a word to families, and there is no way round it for those with two.",
        ),
    ),
    _story(
        "closed with everything done",
        2,
        _reported("A parent posted that {teacher} came to {club} drunk; it was not so, and the post is gone."),
        _item(
            each("FACEBOOK", "INSTAGRAM", "WHATSAPP", "FACEBOOK", "TWITTER"),
            "PARENT",
            '"{teacher} could hardly stand at {club}. Drunk, at that time of day."',
            Classification("DEFAMATORY_STATEMENT", "STAFF"),
            poster=_PARENT,
            about=(_TEACHER,),
            names_individual=True,
        ),
        step("ReportToHeadteacher", at=("libra",)),
        step("SupportTarget", target="STAFF", kind="WELL_BEING_CHECK", person=_TEACHER, supported_by=Who("head")),
        step("NoteEvidence", kind="SCREENSHOT", item_id=_ITEM, description="The post and its four comments."),
        step("ReportToPlatform", at=("sharp-lane",), item_id=_ITEM, network="FACEBOOK"),
        step("AssessConduct", at=("libra", "park-hall"), assessment="UNACCEPTABLE", assessed_by=Who("head")),
        step("InformPerson", at=("libra",), role="EQUALITIES_MANAGER"),
        step(
            "HoldMeeting",
            after=2,
            mode=each("TELEPHONE", "IN_PERSON", "IN_PERSON", "ONLINE", "IN_PERSON"),
            attended=True,
            outcome="RESOLVED",
            roles=("HEADTEACHER", "POSTER"),
            attendees=(Who("head"), _PARENT),
            cause="{parent} had mistaken a stumble on the step.",
            way_forward="The post is taken down today and {parent} tells the group that it was a mistake.",
        ),
        step("ExplainLegalConsequence", at=("libra",), to_role="POSTER", means="IN_PERSON", person=_PARENT),
        step(
            "DecideOnAction",
            at=("libra",),
            action="POLICE",
            taken=False,
            options=("INTERNAL",),
            decided_by=Who("head"),
            reasons="A mistake that was put right within a day; there is nothing for anybody outside to do.",
        ),
        step("DecideOnAction", at=("park-hall",), action="INTERNAL", taken=True, decided_by=Who("head")),
        _removal(0, _PARENT, "Agreed at the meeting."),
        step("ConfirmRemoval", after=1, item_id=_ITEM, checked_by=Who("coordinator")),
        step("CloseIncident", after=1, outcome="POST_REMOVED", notes="{teacher} was told, and is content."),
    ),
    _story(
        "a duplicate",
        25,
        _reported("A colleague sent in the clip of {teacher}'s lesson that {pupil} had put online."),
        _item("TIKTOK", "PUPIL", "The clip that is recorded already.", Classification("NEGATIVE_COMMENT", "STAFF")),
        step("MarkDuplicate", original=CaseOf("waiting for a removal"), reason="The same clip, reported twice."),
    ),
    _story(
        "not reportable",
        11,
        _reported("A post about a school of a similar name in another county."),
        _item("FACEBOOK", "OTHER", '"Worst car park of any school."', Classification("NEGATIVE_COMMENT", "SCHOOL")),
        step("MarkNotReportable", after=1, reason="It is about another school altogether."),
    ),
    _story(
        "recorded in error",
        12,
        _reported("Entered during staff training on the new record."),
        step("MarkRecordedInError", reason="An exercise of the training day, and no incident."),
    ),
    _story(
        "with a requirement set aside",
        14,
        _reported("A parent accuses {colleague} online over {club}, and leaves the country within the week."),
        _item(
            each("FACEBOOK", "WHATSAPP", "FACEBOOK", "FACEBOOK", "INSTAGRAM"),
            "PARENT",
            '"{colleague} shut my child out of {club} to get back at me."',
            Classification("ALLEGATION", "STAFF"),
            poster=Who("neighbour"),
            about=(Who("colleague"),),
        ),
        step(
            "CommunicateOutcome",
            at=("sharp-lane",),
            after=1,
            recipient_role="POSTER",
            recipient=Who("neighbour"),
            override="The family moves abroad tomorrow; what is known so far had to be said before they leave.",
        ),
        step("NoteEvidence", at=("libra",), kind="SCREENSHOT", item_id=_ITEM, description="The post."),
        step(
            "HoldMeeting",
            at=("libra",),
            after=1,
            mode="IN_PERSON",
            attended=True,
            outcome="RESOLVED",
            roles=("CHAIR", "HEADTEACHER", "POSTER"),
            attendees=(Who("chair"), Who("head"), Who("neighbour")),
            override="The family moves abroad tomorrow; there was time for one meeting, so the chair came to it.",
        ),
        step("TagItem", at=("westacre",), item_id=_ITEM, in_working_day=True),
        step("AssessConduct", at=("park-hall",), assessment="UNACCEPTABLE", assessed_by=Who("head")),
        step(
            "CloseIncident",
            at=("westacre", "park-hall"),
            after=2,
            outcome="NO_FURTHER_ACTION",
            override="The family has moved abroad and the post is gone; what is still owed can reach nobody.",
        ),
        at=("sharp-lane", "westacre", "libra", "park-hall"),
    ),
    _story(
        "marked by mistake, then opened again",
        6,
        _reported("Somebody unknown to the school makes fun of {event} on a local page."),
        _item(
            each("TWITTER", "REDDIT", "INSTAGRAM", "TIKTOK", "FACEBOOK"),
            "OTHER",
            '"The queue for {event} reached the next town."',
            Classification("NEGATIVE_COMMENT", "COMMUNITY"),
        ),
        step("CloseIncident", after=1, outcome="NO_FURTHER_ACTION"),
        step("MarkRecordedInError", after=2, reason="Thought to be a copy of an older entry."),
        step("Unmark", after=1, reason="The older entry is of last year; this one is of its own."),
        step("ReopenIncident", after=3, reason="The same account has begun again."),
    ),
)
