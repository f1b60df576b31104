"""The dated code lists: what may stand in each coded field, what it means and since when.

A code is upper snake case and at most 60 characters; it is never removed once used, only given a last day. Codes are
compared as they are written: case matters.
"""

from __future__ import annotations

from datetime import date

from domain.codes import Code, listed
from domain.reads import PURPOSES
from domain.refusals import UnknownCode
from domain.vocabulary_of_access import ACCESS_LISTS
from domain.vocabulary_of_access_requests import ACCESS_REQUEST_LISTS
from domain.vocabulary_of_breaches import BREACH_LISTS
from domain.vocabulary_of_complaints import COMPLAINT_LISTS
from domain.vocabulary_of_duties import DUTY_LISTS
from domain.vocabulary_of_erasures import ERASURE_LISTS
from domain.vocabulary_of_files import FILE_LISTS
from domain.vocabulary_of_ledgers import LEDGER_LISTS
from domain.vocabulary_of_measures import MEASURE_LISTS
from domain.vocabulary_of_retention import RETENTION_LISTS
from domain.vocabulary_of_routing import ROUTING_LISTS

CODE_LISTS: dict[str, tuple[Code, ...]] = {
    "natures": listed(
        ("ALLEGATION", "Allegation", "Says that somebody did something wrong."),
        ("COMPLAINT", "Complaint", "Expresses dissatisfaction that asks to be answered."),
        ("DEFAMATORY_STATEMENT", "Defamatory statement", "States something that harms a reputation."),
        ("NEGATIVE_COMMENT", "Negative or offensive comment", "Belittles or offends without a statement of fact."),
        ("RACIST_COMMENT", "Racist comment", "Attacks people for their race; antisemitism is classified here."),
        ("HOMOPHOBIC_COMMENT", "Homophobic comment", "Attacks people for their sexual orientation."),
        ("PREJUDICED_COMMENT", "Prejudiced comment", "Attacks people for another protected characteristic."),
        ("THREAT_OF_VIOLENCE", "Threat of violence", "Threatens violence or encourages it."),
        ("UNAUTHORISED_IMAGE", "Unauthorised image", "Shows somebody in an image posted without permission."),
        ("CYBERBULLYING", "Cyber-bullying", "Targets somebody repeatedly online."),
        ("HARASSMENT", "Harassment", "Pursues the school or a person in a way that causes distress."),
        ("OBSCENE_MATERIAL", "Obscene material", "Is grossly offensive or obscene."),
        ("SEXUAL_MATERIAL", "Sexual material", "Is sexual in content."),
        ("ILLEGAL_MATERIAL", "Illegal material", "Is unlawful to make, hold or share."),
        ("PRIVACY_BREACH", "Breach of privacy", "Discloses what is private or confidential."),
        ("COPYRIGHT_BREACH", "Breach of copyright", "Uses a work without its owner's leave."),
        ("IMPERSONATION", "Impersonation", "Pretends to be the school or another person."),
        ("UNDERAGE_USE", "Under-age use", "Shows a platform used below its minimum age."),
        ("DEVICE_MISUSE", "Misuse of a device", "Shows a device used against the school's rules."),
        ("UNSUITABLE_MATERIAL", "Unsuitable material", "Was reached or shared though unsuitable for the audience."),
        ("OTHER", "Other", "Fits no other nature; described in words and added to none of the eleven counts."),
    ),
    "targets": listed(
        ("SCHOOL", "School", "The school, its practices, procedures or policies."),
        ("STAFF", "Staff", "Anyone working in the school, paid or not, supply, volunteers and contractors included."),
        ("PUPIL", "Pupil", "A pupil of the school."),
        ("PARENT", "Parent", "A parent or carer of a pupil."),
        ("GOVERNOR", "Governor", "A governor, director or trustee."),
        ("TRUST", "Trust", "The trust as a body."),
        ("COMMUNITY", "Community", "Anyone else associated with the school."),
    ),
    "school_aspects": listed(
        ("PRACTICE", "Practice", "What the school does."),
        ("PROCEDURE", "Procedure", "How the school says it is done."),
        ("POLICY", "Policy", "What the school has decided."),
    ),
    "poster_roles": listed(
        ("PARENT", "Parent", "A parent of a pupil."),
        ("CARER", "Carer", "Somebody with care of a pupil."),
        ("PUPIL", "Pupil", "A pupil of the school."),
        ("FORMER_PUPIL", "Former pupil", "Somebody who was a pupil of the school."),
        ("FAMILY_MEMBER", "Family member", "Another member of a pupil's family."),
        ("STAFF", "Staff", "Somebody employed at the school."),
        ("GOVERNOR", "Governor", "A governor, director or trustee."),
        ("VOLUNTEER", "Volunteer", "A volunteer at the school."),
        ("CONTRACTOR", "Contractor", "Somebody working for the school under contract."),
        ("PTA_MEMBER", "Parents' association member", "Somebody acting for the parents' association."),
        ("VISITOR", "Visitor", "Somebody visiting the school."),
        ("OTHER", "Other", "Another individual or stakeholder."),
        ("UNKNOWN", "Unknown", "Not known yet."),
    ),
    "platforms": listed(
        ("FACEBOOK", "Facebook", "The network of that name."),
        ("TWITTER", "Twitter (X)", "The network called Twitter, later X."),
        ("INSTAGRAM", "Instagram", "The network of that name."),
        ("TIKTOK", "TikTok", "The network of that name."),
        ("SNAPCHAT", "Snapchat", "The network of that name."),
        ("WHATSAPP", "WhatsApp", "The messaging service of that name."),
        ("YOUTUBE", "YouTube", "The video service of that name."),
        ("ONLYFANS", "OnlyFans", "The subscription service of that name."),
        ("DISCORD", "Discord", "The messaging service of that name."),
        ("REDDIT", "Reddit", "The forum of that name."),
        ("MYSPACE", "Myspace", "The network of that name."),
        ("FLICKR", "Flickr", "The photograph service of that name."),
        ("BLOG", "Blog", "A blog."),
        ("GAME", "Game", "A game with chat or shared content."),
        ("SCHOOL_FORUM", "School forum", "A forum run by the school."),
        ("GOOGLE_CLASSROOM", "Google Classroom", "The learning platform of that name."),
        ("EMAIL", "E-mail", "E-mail."),
        ("TEXT_MESSAGE", "Text message", "A text or picture message."),
        ("STAFF_GROUP_CHAT", "Staff group chat", "A chat among staff."),
        ("WEBSITE", "Website", "Another website."),
        ("OTHER", "Other", "Another place."),
        ("UNKNOWN", "Unknown", "Not known yet."),
    ),
    "characteristics": listed(
        ("AGE", "Age", "Age."),
        ("DISABILITY", "Disability", "Disability."),
        ("GENDER_REASSIGNMENT", "Gender reassignment", "Gender reassignment or gender identity."),
        ("MARRIAGE_CIVIL_PARTNERSHIP", "Marriage and civil partnership", "Marriage or civil partnership."),
        ("PREGNANCY_MATERNITY", "Pregnancy and maternity", "Pregnancy or maternity."),
        ("RACE", "Race", "Race, colour, nationality, ethnic or national origin."),
        ("RELIGION_BELIEF", "Religion or belief", "Religion, belief or lack of either."),
        ("SEX", "Sex", "Sex."),
        ("SEXUAL_ORIENTATION", "Sexual orientation", "Sexual orientation."),
    ),
    "evidence_kinds": listed(
        ("SCREENSHOT", "Screenshot", "A picture of a screen."),
        ("URL", "Address", "The address of a page."),
        ("PHOTO", "Photograph", "A photograph."),
        ("VIDEO", "Video", "A video."),
        ("MESSAGE_EXPORT", "Exported messages", "Messages exported from a service."),
        ("WITNESS_STATEMENT", "Witness statement", "What somebody saw, in their words."),
        ("CCTV", "CCTV", "A recording by a camera of the school."),
        ("LETTER", "Letter", "A letter or e-mail."),
        ("DESCRIBED_ONLY", "Described only", "Described in words; nothing of it is kept."),
        ("OTHER", "Other", "Other evidence."),
    ),
    "removal_states": listed(
        ("REQUESTED", "Requested", "Somebody has been asked to take the post down; nobody has checked yet."),
        ("REMOVED", "Removed", "Somebody has checked that the post is gone."),
        ("REFUSED", "Refused", "The request to take the post down was refused."),
    ),
    "meeting_modes": listed(
        ("TELEPHONE", "By telephone", "Held by telephone."),
        ("IN_PERSON", "In person", "Held face to face."),
        ("ONLINE", "Online", "Held by video."),
    ),
    "meeting_outcomes": listed(
        ("RESOLVED", "Resolved", "The meeting settled the matter."),
        ("NOT_RESOLVED", "Not resolved", "The meeting did not settle the matter."),
    ),
    "meeting_roles": listed(
        ("HEADTEACHER", "Headteacher", "The headteacher or principal."),
        ("SENIOR_LEADER", "Senior leader", "A member of the senior management team."),
        ("CHAIR", "Chair", "The chair of governors or directors."),
        ("GOVERNOR", "Governor", "A governor, director or trustee."),
        ("COORDINATOR", "e-Safety coordinator", "The e-safety or ICT coordinator."),
        ("DSL", "Designated safeguarding lead", "The designated safeguarding lead."),
        ("CLASS_TEACHER", "Class teacher", "The class teacher."),
        ("PHASE_LEADER", "Phase leader", "The phase leader or head of year."),
        ("POSTER", "Poster", "The person who posted."),
        ("PARENT", "Parent or carer", "A parent or carer."),
        ("PUPIL", "Pupil", "A pupil."),
        ("TARGET", "Person targeted", "The person the post was about."),
        ("REPRESENTATIVE", "Representative", "Somebody accompanying or speaking for another."),
        ("OTHER", "Other", "Somebody else."),
    ),
    "impacts": listed(
        ("EMOTIONAL", "Emotional harm", "Distress or other emotional harm to a person."),
        ("REPUTATION", "Reputational damage", "Damage to a reputation."),
        ("DETRIMENT", "Detriment to the school", "Another detriment to the school."),
        ("PUPILS_LEARNING", "Effect on pupils' learning", "An effect on the learning of pupils."),
        ("LEGAL_RISK", "Legal risk", "A legal risk to the school or its leaders."),
    ),
    "channels": listed(
        ("CLASS_TEACHER", "Class teacher", "A private word with the class teacher."),
        ("PHASE_LEADER", "Phase leader", "A private word with the phase leader."),
        ("HEADTEACHER", "Headteacher", "A private word with the headteacher."),
        ("CHAIR_OF_GOVERNORS", "Chair of governors", "A private word with the chair of governors or directors."),
        ("COMPLAINTS_PROCEDURE", "Complaints procedure", "The school's complaints procedure."),
    ),
    "account_sides": listed(
        ("POSTER", "Poster", "The person who posted."),
        ("TARGET", "Person targeted", "The person the post was about."),
        ("COMPLAINANT", "Complainant", "The person who complained."),
        ("SUBJECT", "Subject", "The person complained of or accused."),
        ("WITNESS", "Witness", "Somebody who saw or knows."),
        ("SCHOOL", "School", "The school."),
    ),
    "findings": listed(
        ("SUBSTANTIATED", "Substantiated", "Enough evidence proves the allegation."),
        ("MALICIOUS", "Malicious", "Enough evidence disproves the allegation, and it was meant to deceive."),
        ("FALSE", "False", "Enough evidence disproves the allegation."),
        ("UNSUBSTANTIATED", "Unsubstantiated", "The evidence neither proves nor disproves the allegation."),
        ("UNFOUNDED", "Unfounded", "Nothing supports the allegation."),
    ),
    "platform_results": listed(
        ("REMOVED", "Removed", "The platform took the post down."),
        ("RESTRICTED", "Restricted", "The platform restricted the post or the account."),
        ("NO_ACTION", "No action", "The platform decided to do nothing."),
        ("NO_ANSWER", "No answer", "The platform did not answer."),
    ),
    "outcomes": listed(
        ("POST_REMOVED", "Post removed", "The post was taken down."),
        ("POST_NOT_REMOVED", "Post not removed", "The post was not taken down."),
        ("RESOLVED_AT_MEETING", "Resolved at a meeting", "A meeting settled the matter."),
        ("REFERRED_TO_CHAIR", "Referred to the chair", "The chair of governors or directors took it on."),
        ("WARNING_ISSUED", "Warning issued", "The poster was warned."),
        ("ACCESS_RESTRICTED", "Access restricted", "The poster's access was restricted."),
        ("REPORTED_TO_PLATFORM", "Reported to the platform", "The platform was told."),
        ("REPORTED_TO_POLICE", "Reported to the police", "The police were told."),
        ("LEGAL_ADVICE_TAKEN", "Legal advice taken", "The school took legal advice."),
        ("LEGAL_ACTION_TAKEN", "Legal action taken", "The school took legal action."),
        ("MOVED_TO_COMPLAINTS_PROCEDURE", "Moved to complaints", "It went on as a complaint."),
        ("NO_FURTHER_ACTION", "No further action", "Nothing more was done."),
    ),
    "link_kinds": listed(
        ("AROSE_FROM", "Arose from", "This case came out of the other, which may count in its place."),
        ("CONCERNS_COMPLAINT", "Concerns a complaint", "The post is about a complaint that is being dealt with."),
        ("RELATED", "Related", "The cases have something in common."),
    ),
    "marks": listed(
        ("DUPLICATE", "Duplicate", "A copy of another record; counts nothing."),
        ("NOT_REPORTABLE", "Not reportable", "Never was a matter for this record; counts nothing."),
        ("RECORDED_IN_ERROR", "Recorded in error", "Recorded by mistake; counts nothing."),
    ),
    **MEASURE_LISTS,
    **COMPLAINT_LISTS,
    **BREACH_LISTS,
    **ROUTING_LISTS,
    **ACCESS_LISTS,
    **ACCESS_REQUEST_LISTS,
    **DUTY_LISTS,
    **LEDGER_LISTS,
    **ERASURE_LISTS,
    **FILE_LISTS,
    **RETENTION_LISTS,
    "read_purposes": PURPOSES,
    "correction_states": listed(
        ("REQUESTED", "Requested", "Somebody said that the record is wrong; nobody has decided yet."),
        ("APPROVED", "Approved", "Somebody else agreed; the request stands beside the record."),
        ("REJECTED", "Rejected", "Somebody else found that the record stands, and said why."),
    ),
}

_BY_CODE = {name: {entry.code: entry for entry in entries} for name, entries in CODE_LISTS.items()}


def require_code(name: str, code: str, field: str, on: date | None = None) -> None:
    """Refuse, naming the field, a code that its list does not have or that was not in use on the day, if one is given.

    Raises UnknownCode.
    """
    entry = _BY_CODE[name].get(code)
    if entry is None or (on is not None and not entry.is_active(on)):
        raise UnknownCode(field)
