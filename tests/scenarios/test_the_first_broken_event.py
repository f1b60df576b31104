"""A case is handed to an inspector as a file; on the way somebody alters one letter, and the check names the event.

The record of a case is worth something because nothing in it can be changed unseen (Libra L150: a log of all incidents
is kept). The file is checked without the program, its database or its network, and the first event that is not as it
was recorded is named.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.scenarios.school import Done, School, a_post, about

COMPACT: Any = {"sort_keys": True, "separators": (",", ":"), "ensure_ascii": False}


@pytest.fixture
def case(libra: School) -> Done:
    """An incident that was reported, with two posts, and closed."""
    head = libra.head
    case = head.gives("reportIncident", openedOn="2026-09-14", summary="Two posts about a teacher.")
    head.gives("recordItem", case, **a_post(about("NEGATIVE_COMMENT", "PUPIL"), posterRole="VISITOR"))
    narrative = {"narrative": "She bullies our children."}
    head.gives("recordItem", case, **a_post(about("NEGATIVE_COMMENT", "PUPIL"), posterRole="VISITOR", **narrative))
    head.gives("closeIncident", case, outcome="NO_FURTHER_ACTION", closedOn="2026-09-18")
    return case


@pytest.fixture
def file(libra: School, case: Done, tmp_path: Path) -> Path:
    """The case as it is handed over."""
    path = tmp_path / "case.json"
    trust = libra.trust
    status, printed = trust.caseledger("export-case", case.reference, "--trust", str(trust.id), "--output", str(path))
    assert status == 0, printed
    return path


def altered(file: Path, event: int, before: str, after: str) -> None:
    """Change a letter of one event, and nothing else."""
    bundle = json.loads(file.read_bytes())
    was = json.dumps(bundle["events"][event], **COMPACT)
    assert was.count(before) == 1
    bundle["events"][event] = json.loads(was.replace(before, after))
    file.write_text(json.dumps(bundle, **COMPACT))


def wrong(school: School, file: Path) -> str:
    """What the check says is wrong: the first thing, and no other."""
    status, printed = school.trust.caseledger("verify", str(file))
    assert status == 1
    [found] = [line for line in printed.splitlines() if line.startswith("WRONG ")]
    return found.removeprefix("WRONG ")


@pytest.mark.obligation("S2-065")
def test_as_it_was_handed_over_it_holds(libra: School, case: Done, file: Path) -> None:
    status, printed = libra.trust.caseledger("verify", str(file))

    assert status == 0
    assert printed.splitlines()[-1] == "The bundle holds."
    # Over the API the head of the school gets a file that holds as well.
    answered, content = libra.head.fetches(f"/v1/cases/{case.case}/bundle")
    assert answered == 200
    file.write_bytes(content)
    assert libra.trust.caseledger("verify", str(file))[0] == 0


@pytest.mark.obligation("S2-065")
@pytest.mark.parametrize("event", [1, 2])
def test_an_altered_event_is_named_and_it_is_the_first(libra: School, case: Done, file: Path, event: int) -> None:
    position = case.position + event
    altered(file, 3, "NO_FURTHER_ACTION", "NO_FURTHER_ACTIOM")

    altered(file, event, "FACEBOOK", "FACEBOOT")

    assert wrong(libra, file) == (
        f"events: event {event + 1} (position {position}): is altered: position, time and body do not have the leaf"
        " hash stated"
    )


@pytest.mark.obligation("S2-065")
def test_an_altered_text_is_named_by_its_event_and_its_part(libra: School, case: Done, file: Path) -> None:
    altered(file, 2, "She bullies our children.", "She bullied our children.")

    named = f"sealed parts: event 3 (position {case.position + 2}), part narrative"
    assert wrong(libra, file) == f"{named}: text is not the one that was committed to"


@pytest.mark.obligation("S2-065")
def test_an_event_that_was_left_out_is_missed(libra: School, case: Done, file: Path) -> None:
    bundle = json.loads(file.read_bytes())
    del bundle["events"][1]
    file.write_text(json.dumps(bundle, **COMPACT))

    assert wrong(libra, file) == (f"events: event 2 (position {case.position + 2}): has version 3 where 2 must stand")


@pytest.mark.obligation("S2-065")
def test_the_last_event_cannot_be_kept_back(libra: School, file: Path) -> None:
    bundle = json.loads(file.read_bytes())
    del bundle["events"][3]
    file.write_text(json.dumps(bundle, **COMPACT))

    # Neither the way to the root nor the head of the case fits what is left.
    assert wrong(libra, file).startswith("inclusion: ")
