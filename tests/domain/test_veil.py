"""Whatever names another case is known, so that it can be left out for who may not know of that one."""

from __future__ import annotations

import json
from pathlib import Path
from uuid import UUID

from domain.veil import NAMING, SPEAKS_ALSO, named_in

GOLDEN = Path(__file__).parents[1] / "stored" / "golden"
CASE = UUID("0b9f3e0e-8f5e-4d35-9a94-1d4d5b0c7e11")
# Every field of an event that is an id of something else than a case: of a person, or of a part of the same case.
OF_PERSONS = """
    about adopted_by alerted approved_by assessed_by attendees chaired_by checked_by collected_by complainant
    confirmed_by contact_person contacted_by decided_by disclosed_by exported_by found_by given_by investigator
    leaving manager of_person officer owner parent person persons poster received_by recipient referred_by
    rejected_by reported_by requested_by responded_by stored_by subject supported_by taker viewed_by
"""
OF_PARTS = """
    account advice_id appeal_id contact_id correction_id decision_id disclosure_id erasure_id evidence_id file_id
    grant_id head_id hold_id
    into
    investigation_id item_id new_item_id referral_id report_id repost_of request_id restriction_id sanction_id
    suspension_id
"""
# Of the registers: accounts, keys, and the programs that use them.
OF_REGISTERS = "account key successor"
# Of erasures, which are not there at all for whom a covered case is about.
OF_ERASURES = "case_id of_stream"
# Of requests for access, which only those are shown who have no part in any case that they name.
OF_ACCESS_REQUESTS = "answered_by case file hold made_by refused_by"


def ids_in(value: object, name: str = "") -> set[str]:
    """The names of the members that are ids."""
    if isinstance(value, dict):
        return set().union(*(ids_in(one, key) for key, one in value.items()))
    if isinstance(value, list):
        return set().union(*(ids_in(one, name) for one in value))
    return {name} if value == str(CASE) else set()


def test_every_field_of_every_event_that_names_a_case_is_in_the_table() -> None:
    stored = [json.loads(file.read_text()) for file in GOLDEN.glob("*.json")]
    apart = set(f"{OF_PERSONS} {OF_PARTS} {OF_REGISTERS} {OF_ERASURES} {OF_ACCESS_REQUESTS}".split())
    naming = {one["name"]: ids_in(one["data"]) - apart for one in stored}

    assert {name: fields for name, fields in naming.items() if fields} == {
        name: {field} for name, field in {**NAMING, **SPEAKS_ALSO}.items()
    }
    assert all(named_in(one["name"], one["data"]) == CASE for one in stored if naming[one["name"]])


def test_an_event_that_names_no_case_names_none() -> None:
    assert named_in("incident.assigned.v1", {"owner": str(CASE)}) is None
    assert named_in("complaint.routed.v1", {"route": "EXCLUSION"}) is None
