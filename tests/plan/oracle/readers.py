"""Who read what, by looking at every entry of the log of reads that the test has read from its table."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from tests.plan.oracle.facts import Refusal, place_of
from tests.plan.oracle.sight import targets
from tests.plan.oracle.story import Json

if TYPE_CHECKING:
    from tests.plan.oracle.view import View

_READ_THE_LOG = ("auditor", "dpo", "trust-lead")
_ORDER = ("LIST", "CASE", "HISTORY", "EXPORT", "PARTS", "SEARCH", "LOG")


def case_readers(view: View, case: Json, *, first: int, after: str | None) -> Json | None:
    """A page of those who read a case, the latest first; None where the reader may not know."""
    _require_cursor(after, "readers")
    if not sees_readers(view, case):
        return None
    entries = [entry for entry in reversed(view.facts.reads) if case["id"] in entry["body"]["cases"]]

    def node(entry: Json) -> Json:
        body = entry["body"]
        return _read(view, entry) | {"what": _ordered(told_of(body, case["id"]))}

    return view.connection("readers", entries, first, after, _place, node, descending=True)


def sees_readers(view: View, case: Json) -> bool:
    """Whether the reader may know who reads a case that is in sight."""
    role = view.reader.role
    if role not in _READ_THE_LOG and (role != "headteacher" or case["kind"] == "STAFF_BREACH"):
        return False
    return case["kind"] != "INCIDENT" or str(view.reader.person) not in targets(case)


def told_of(body: Json, case_id: str) -> set[str]:
    """What an entry tells of one case, and of the log itself."""
    return _of(body, case_id) | ({"LOG"} if {"readLog", "readers"} & set(body.get("asked", ())) else set())


def read_log(view: View, given: Json) -> Json | None:
    """A page of the log, the latest first; None where the reader does not read it."""
    for name in ("person", "case"):
        _require_identifier(given[name])
    _require_cursor(given["after"], "readLog")
    if view.reader.role not in _READ_THE_LOG:
        return None
    wanted = given["case"] and given["case"].lower()
    entries = [
        entry
        for entry in reversed(view.facts.reads)
        if (given["from"] is None or entry["recorded_at"] >= _instant(given["from"]))
        and (given["to"] is None or entry["recorded_at"] < _instant(given["to"]))
        and (given["person"] is None or entry["body"]["actor"] == given["person"].lower())
        and (wanted is None or (wanted in entry["body"]["cases"] and view.seen(wanted) is not None))
    ]
    return view.connection(
        "readLog", entries, given["first"], given["after"], _place, lambda one: _entry(view, one), descending=True
    )


def log_of_reads(view: View) -> Json | None:
    """How far the log has come."""
    facts = view.facts
    if view.reader.role not in _READ_THE_LOG:
        return None
    note = facts.reads_checkpoint
    return {
        "position": len(facts.reads),
        "recordedAt": facts.reads[-1]["recorded_at"].astimezone(UTC).isoformat() if facts.reads else None,
        "publicKey": facts.reads_key,
        "checkpoint": None if note is None else {"size": int(note.splitlines()[1]), "note": note},
    }


def _entry(view: View, entry: Json) -> Json:
    body, all_cases = entry["body"], view.story.cases()
    told = [all_cases[one] for one in body["cases"] if one in all_cases]
    shown = {case["id"]: view.seen(case["id"]) for case in told}
    seen = [case for case in shown.values() if case is not None]
    withheld = [case for case in told if shown[case["id"]] is None and case["id"] not in view.hidden]
    kinds = {kind for case in (*seen, *withheld) for kind in _of(body, case["id"])}
    asked = set(body.get("asked", ()))
    if asked & {"readLog", "readers"}:
        kinds.add("LOG")
    if asked & {"cases", "deadlines", "duties", "staffPattern"} or not (seen or withheld or "LOG" in kinds):
        kinds.add("SEARCH")
    return _read(view, entry) | {
        "what": _ordered(kinds),
        "cases": lambda _info: [view.case(case) for case in sorted(seen, key=lambda case: str(case["id"]))],
        "casesWithheld": len(withheld),
    }


def _of(body: Json, case_id: str) -> set[str]:
    """What a body tells of one case."""
    found = set()
    if body["way"] == "export":
        found.add("EXPORT")
    else:
        found |= {"CASE"} if case_id in body.get("opened", ()) else set()
        found |= {"HISTORY"} if case_id in body.get("histories", ()) else set()
    found |= set() if case_id in body.get("opened", ()) else {"LIST"}
    return found | ({"PARTS"} if any(part[0] == case_id for part in body.get("parts", ())) else set())


def _read(view: View, entry: Json) -> Json:
    body = entry["body"]
    return {
        "position": entry["position"],
        "readAt": entry["recorded_at"].astimezone(UTC).isoformat(),
        "person": view.person(body["actor"]),
        "role": body["actor_role"],
        "onBehalfOf": view.person(body.get("on_behalf_of")),
        "purpose": body.get("purpose"),
        "client": body.get("client"),
        "leafHash": entry["leaf"],
    }


def _place(entry: Json) -> tuple[int]:
    return (entry["position"],)


def _ordered(kinds: set[str]) -> list[str]:
    return [kind for kind in _ORDER if kind in kinds]


def _instant(given: Any) -> datetime:
    return given if isinstance(given, datetime) else datetime.fromisoformat(given)


def _require_cursor(after: str | None, of: str) -> None:
    """An argument that does not fit is refused also where nothing would be shown."""
    if after is not None:
        place_of(after, of)


def _require_identifier(given: str | None) -> None:
    try:
        UUID("00000000-0000-0000-0000-000000000000" if given is None else given)
    except ValueError:
        raise Refusal from None
