"""The code lists of keeping records: what makes one kept longer, what is decided about it, what holds it."""

from __future__ import annotations

from domain.codes import Code, listed

RETENTION_LISTS: dict[str, tuple[Code, ...]] = {
    "retention_classes": listed(
        ("SAFEGUARDING", "Safeguarding", "The safety of a child is concerned."),
        ("NEGLIGENCE", "Negligence", "Somebody says that the school was negligent."),
        ("SEXUAL_ABUSE", "Child sexual abuse", "It concerns the sexual abuse of a child, alleged or found."),
        ("CHILD_PROTECTION_FILE", "Child-protection file", "It belongs to a child's child-protection file."),
        ("STAFF_ALLEGATION", "Allegation against staff", "It may meet the harm threshold."),
        ("LOW_LEVEL_CONCERN", "Low-level concern", "It is a concern about staff below the harm threshold."),
        ("FIRST_WARNING", "First warning", "An oral or first written warning is in force."),
        ("SECOND_WARNING", "Second warning", "A second written warning is in force."),
        ("FINAL_WARNING", "Final warning", "A final written warning is in force."),
        ("NOT_PROVEN", "Not proven", "Nothing was proven against the person."),
        ("PREJUDICE", "Prejudice", "Somebody was attacked for a protected characteristic."),
        ("BULLYING", "Bullying", "Somebody was bullied or harassed."),
    ),
    "retention_decisions": listed(
        ("KEEP", "Keep", "The record is still needed, until a day that is named."),
        ("DISPOSE", "Dispose of", "The record is no longer needed and is to be destroyed."),
        ("ARCHIVE", "Archive", "The record is to be kept for good, apart from what is worked with."),
    ),
    "retention_inputs": listed(
        ("RESOLVED_ON", "Resolved on", "The day the case was closed, or marked as one that does not count."),
        ("ALLEGED_ON", "Alleged on", "The day the school learnt of it."),
        ("SANCTIONED_ON", "Sanctioned on", "The day of the last sanction in force."),
        ("LEFT_ON", "Left on", "The last day of the person's employment, from the people registry."),
        ("PENSION_ON", "Pension age", "The day the person reaches normal pension age, from the people registry."),
        ("BORN_ON", "Born on", "The day the child was born; no record here has it."),
        ("RULE", "Rule", "The table in force has no rule for a case like this."),
    ),
    "hold_grounds": listed(
        ("STATUTORY_INQUIRY", "Statutory inquiry", "An inquiry under the Inquiries Act 2005 may ask for it."),
        ("LITIGATION", "Litigation", "There is a claim, or one is to be expected."),
        ("ACCESS_REQUEST", "Request for access", "Somebody has asked for their own data, and has no answer yet."),
        ("LINKED_CASE", "Linked case", "Another matter that is still open needs it."),
        ("INSURER", "Insurer", "The insurer was told, or asks for it."),
        ("POLICE", "Police", "The police or a prosecutor ask for it."),
        ("OTHER", "Other", "Another authority, given in the reason."),
    ),
}
