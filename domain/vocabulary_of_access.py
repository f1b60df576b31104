"""The code list of access to single cases: in which role somebody is let in (design D15, D16)."""

from __future__ import annotations

from domain.codes import Code, listed

ACCESS_LISTS: dict[str, tuple[Code, ...]] = {
    "access_roles": listed(
        ("INVESTIGATOR", "Investigator", "Looks into the case."),
        ("PANEL", "Panel member", "Hears the complaint."),
        ("WITNESS", "Witness", "Gives an account in the case; is told which case it is, and not what stands in it."),
        ("EXAMINER", "Examiner", "An auditor who opens the sealed texts of the case for a while, for a reason."),
        ("EMERGENCY", "Emergency", "Opened the case in an emergency, for an hour at most."),
    ),
}
