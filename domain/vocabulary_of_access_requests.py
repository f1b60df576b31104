"""The code lists of requests for access: how one came, why time stands still, what is kept back, why it is refused."""

from __future__ import annotations

from domain.codes import Code, listed

ACCESS_REQUEST_LISTS: dict[str, tuple[Code, ...]] = {
    "access_request_channels": listed(
        ("LETTER", "Letter", "A letter."),
        ("EMAIL", "E-mail", "An e-mail."),
        ("SPOKEN", "Spoken", "Said, face to face or by telephone."),
        ("OTHER", "Other", "Another way, such as a form or a social network."),
    ),
    "access_requesters": listed(
        ("PERSON", "The person", "The person whom the data is about."),
        ("PARENT", "Parent", "Somebody with parental responsibility, for a child."),
        ("REPRESENTATIVE", "Representative", "Somebody else whom the person sent, such as a solicitor."),
    ),
    "access_clock_stops": listed(
        ("IDENTITY", "Identity", "It is not clear yet who asks, or for whom they may ask."),
        ("CLARIFICATION", "Clarification", "It is not clear yet what is asked for, and there is much."),
    ),
    "access_exemptions": listed(
        ("THIRD_PARTY", "Third party", "It would tell of another person (Data Protection Act 2018, Sch. 2, para. 16)."),
        ("SERIOUS_HARM", "Serious harm", "It would be likely to harm somebody's health (the same Act, Sch. 3)."),
        ("CHILD_ABUSE_DATA", "Child abuse data", "It would not be in the child's interests (Sch. 3, para. 21)."),
        ("CONFIDENTIAL_REFERENCE", "Confidential reference", "It is a reference in confidence (Sch. 2, para. 24)."),
        ("NEGOTIATIONS", "Negotiations", "It would tell what is intended in negotiations (Sch. 2, para. 23)."),
        ("LEGAL_PRIVILEGE", "Legal privilege", "It is legal advice or made for proceedings (Sch. 2, para. 19)."),
        ("OTHER", "Other", "Another exemption, said in words."),
    ),
    "access_refusal_grounds": listed(
        ("MANIFESTLY_UNFOUNDED", "Manifestly unfounded", "It plainly does not seek the data."),
        ("EXCESSIVE", "Excessive", "It repeats or overlaps others, out of proportion."),
        ("EXEMPT", "Exempt", "All that is held is exempt."),
        ("NOT_IDENTIFIED", "Not identified", "Who asks, or that they may, was not shown."),
    ),
    "access_request_states": listed(
        ("OPEN", "Open", "It is to be answered."),
        ("CLOCK_STOPPED", "Clock stopped", "It waits for what the person was asked."),
        ("ANSWERED", "Answered", "The person was given the answer."),
        ("REFUSED", "Refused", "The person was told why there is none."),
        ("WITHDRAWN", "Withdrawn", "The person no longer asks."),
    ),
}
