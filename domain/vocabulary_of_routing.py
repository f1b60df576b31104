"""The code lists of routing: to whom a case about somebody who decides goes, and whose case it is (design D15)."""

from __future__ import annotations

from domain.codes import Code, listed

ROUTING_LISTS: dict[str, tuple[Code, ...]] = {
    "conflict_roles": listed(
        ("CHAIR", "Chair", "The chair of governors or directors of the school."),
        ("TRUST_LEAD", "Trust lead", "The trust's lead for this work."),
        ("ALTERNATE", "Alternate", "Whom the trust named to act in the trust lead's place."),
    ),
    "conflict_posts": listed(
        ("HEADTEACHER", "Headteacher", "The case is about the headteacher."),
        ("CHAIR", "Chair", "The case is about the chair."),
        ("TRUST_LEAD", "Trust lead", "The case is about the trust lead."),
    ),
}
