"""The code lists of complaints: how they come, by which stages they go, what comes of them."""

from __future__ import annotations

from domain.codes import Code, listed

COMPLAINT_LISTS: dict[str, tuple[Code, ...]] = {
    "complaint_outcomes": listed(
        ("UPHELD", "Upheld", "The complaint was found justified."),
        ("PARTIALLY_UPHELD", "Partly upheld", "Part of the complaint was found justified."),
        ("NOT_UPHELD", "Not upheld", "The complaint was not found justified."),
        ("WITHDRAWN", "Withdrawn", "The complainant withdrew it."),
        ("RESOLVED_INFORMALLY", "Resolved informally", "It was settled without a formal stage."),
        ("OUT_OF_SCOPE", "Out of scope", "Another procedure deals with the matter."),
    ),
    "complaint_receivers": listed(
        ("CLASS_TEACHER", "Class teacher", "The class teacher received it."),
        ("HEADTEACHER", "Headteacher", "The headteacher received it."),
        ("CHAIR_OF_GOVERNORS", "Chair of governors", "The chair of governors or directors received it."),
        ("OTHER", "Somebody else", "Somebody else received it and passed it on."),
    ),
    "complaint_means": listed(
        ("IN_PERSON", "In person", "Said face to face."),
        ("TELEPHONE", "By telephone", "Said by telephone."),
        ("LETTER", "By letter", "Sent or handed in on paper."),
        ("EMAIL", "By e-mail", "Sent by e-mail."),
        ("FORM", "By form", "Entered in a form of the school, on paper or online."),
        ("ONLINE_POST", "By a post online", "Posted online and taken up by the school as a complaint."),
        ("OTHER", "Another way", "Received in another way."),
    ),
    "complaint_stages": listed(
        ("CLASS_TEACHER", "Class teacher", "The class teacher deals with the concern."),
        ("PHASE_LEADER", "Phase leader", "The phase leader or head of year deals with the concern."),
        ("INFORMAL", "Informal", "The school settles the concern without a formal procedure."),
        ("FORMAL", "Formal, in writing", "The complaint is made and answered in writing."),
        ("FORMAL_REVIEW", "Formal review", "Another senior person reviews the first formal answer."),
        ("PANEL", "Panel", "A panel of at least three people hears the complaint."),
    ),
    "stage_handlers": listed(
        ("CLASS_TEACHER", "Class teacher", "The class teacher."),
        ("PHASE_LEADER", "Phase leader", "The phase leader or head of year."),
        ("HEADTEACHER", "Headteacher", "The headteacher or principal."),
        ("CHAIR", "Chair", "The chair of governors or directors."),
        ("GOVERNING_BODY", "Governing body", "The governors, directors or local governing body."),
        ("TRUST", "Trust", "Somebody of the trust."),
        ("PANEL", "Panel", "A panel with an independent member."),
    ),
}
