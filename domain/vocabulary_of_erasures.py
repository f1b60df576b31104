"""The code lists of erasures: what one covers, and by which authority it is done."""

from __future__ import annotations

from domain.codes import Code, listed

ERASURE_LISTS: dict[str, tuple[Code, ...]] = {
    "erasure_scopes": listed(
        ("PART", "One text", "A single sealed text of a case."),
        ("PERSON", "One person", "What the registry knows of a person, and every text sealed under the person's keys."),
        ("CASE", "One case", "Every sealed text of a case and its files."),
        ("SCHOOL", "One school", "Every case of a school."),
        ("TRUST", "The trust", "Every case of the trust and everybody in its registry."),
    ),
    "erasure_authorities": listed(
        ("DATA_SUBJECT_REQUEST", "Request of the person", "UK GDPR, article 17: the person asked and is in the right."),
        ("RETENTION_OVER", "Time is over", "The retention table and a review say that it is no longer kept."),
        ("RECORDED_UNLAWFULLY", "Recorded unlawfully", "It should never have been recorded, or not here."),
        ("COURT_ORDER", "Order of a court", "A court or the Information Commissioner ordered it."),
        ("CONTRACT_ENDED", "Contract ended", "The school or the trust has left, and its data were handed over."),
        ("OTHER", "Other", "Another authority, said in words."),
    ),
}
