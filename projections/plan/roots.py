"""The questions that have a plan, and what they show beside cases: the reader, the trust and its schools."""

# ruff: noqa: S608 - the statements are put together from constants alone
from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from domain.refusals import Refused
from projections.plan.case_lists import case_list
from projections.plan.cases import CASE_READS, case_at, one_case
from projections.plan.checkpoints import checkpoint_list
from projections.plan.codes import code_lists
from projections.plan.commands import RECORDED
from projections.plan.drill import CONTRIBUTION
from projections.plan.due import deadline_list, duty_list
from projections.plan.history import HISTORY_READS, history, latest_event
from projections.plan.keeping import KEEPING_READS, keeping_list, keeping_of_case, retention_table, trust_holds
from projections.plan.moments import instant
from projections.plan.monitoring import monitoring_report
from projections.plan.patterns import BREACH_TYPE_NUMBER, staff_pattern
from projections.plan.proofs import PROOF_READS, consistency_proof, inclusion_proof
from projections.plan.readers import READER_READS, log_of_reads, read_log, readers
from projections.plan.reads import column, number, person, words
from projections.plan.restatements import restatement_list
from projections.plan.selections import Selected
from projections.plan.text import NULL, array_of, bare, quoted, string
from projections.plan.writer import Arguments, Read, Row, Writer

__all__ = ["READS", "OneCaseNamed"]


class OneCaseNamed(Refused):
    """A case is asked for by its id or by its reference, not by both."""


def _schools(writer: Writer, selected: Selected, _row: Row) -> str:
    alias = writer.alias("s")
    shown = writer.object("School", selected, Row(alias))
    return array_of(
        f"(SELECT string_agg({shown}, ',' ORDER BY {alias}.urn) FROM {writer.reading.present_schools()} AS {alias})"
    )


def _memberships(writer: Writer, selected: Selected, row: Row) -> str:
    alias = writer.alias("m")
    shown = writer.object("Membership", selected, Row(alias))
    return array_of(
        f"(SELECT string_agg({shown}, ',' ORDER BY {alias}.joined_on) FROM {writer.reading.memberships()} AS {alias}"
        f" WHERE {alias}.urn = {row.alias}.urn)"
    )


def _case(writer: Writer, selected: Selected, _row: Row) -> str:
    given = writer.given(selected)
    prefix = writer.bind(selected, _named)
    by_id, by_reference = f"case_id = %({prefix}id)s::uuid", f"reference = %({prefix}reference)s::text"
    named = by_id if given["id"] is not None else by_reference
    if given["asOf"] is not None:
        return case_at(writer, selected, f"sought.{named}")
    return one_case(writer, selected, named)


def _named(given: Arguments) -> Mapping[str, Any]:
    """What names the case; raises OneCaseNamed. What is no id, or one in another spelling, names none."""
    if (given["id"] is None) == (given["reference"] is None):
        raise OneCaseNamed("id", "reference")
    if given["id"] is None:
        return {"reference": given["reference"]}
    try:
        case_id = UUID(given["id"])
    except ValueError:
        return {"id": None}
    return {"id": case_id if str(case_id) == given["id"] else None}


def _ledger(writer: Writer, selected: Selected, row: Row) -> str:
    return writer.object("Ledger", selected, row)


def _checkpoint(writer: Writer, selected: Selected, _row: Row) -> str:
    alias = writer.alias("k")
    shown = writer.object("Checkpoint", selected, Row(alias))
    latest = f"SELECT {shown} FROM {writer.reading.checkpoints()} AS {alias} ORDER BY {alias}.size DESC LIMIT 1"
    return f"coalesce(({latest}), {NULL})"


def _trust(writer: Writer, selected: Selected, _row: Row) -> str:
    alias = writer.alias("t")
    return f"(SELECT {writer.object('Trust', selected, Row(alias))} FROM {writer.reading.trust()} AS {alias})"


def _viewer(writer: Writer, selected: Selected, row: Row) -> str:
    return writer.object("Viewer", selected, row)


def _of_reader(name: str) -> Read:
    return lambda writer, _selected, _row: "'true'" if getattr(writer.visibility, name) else "'false'"


READS: Mapping[str, Mapping[str, Read]] = {
    **CASE_READS,
    **HISTORY_READS,
    **{
        kind: {
            **CASE_READS[kind],
            "history": history,
            "latestEvent": latest_event,
            "readers": readers,
            "retention": keeping_of_case,
        }
        for kind in ("Case", "Incident", "Complaint", "StaffBreach")
    },
    "Recorded": RECORDED,
    "Query": {
        "viewer": _viewer,
        "trust": _trust,
        "schools": _schools,
        "cases": lambda writer, selected, _row: case_list(writer, selected),
        "case": _case,
        "monitoring": monitoring_report,
        "restatements": restatement_list,
        "codes": code_lists,
        "deadlines": deadline_list,
        "duties": duty_list,
        "ledger": _ledger,
        "staffPattern": staff_pattern,
        "readLog": read_log,
        "retention": keeping_list,
    },
    "BreachTypeNumber": BREACH_TYPE_NUMBER,
    "Ledger": {
        "position": lambda writer, _selected, _row: bare(
            f"coalesce((SELECT position FROM {writer.reading.head()} AS head), 0)"
        ),
        "recordedAt": lambda writer, _selected, _row: instant(
            f"(SELECT recorded_at FROM {writer.reading.head()} AS head)"
        ),
        "projectedThrough": lambda writer, _selected, _row: bare(
            f"coalesce((SELECT position FROM {writer.reading.position()} AS reached), 0)"
        ),
        "publicKey": lambda _writer, _selected, _row: string("%(public_key)s::text"),
        "checkpoint": _checkpoint,
        "checkpoints": checkpoint_list,
        "proof": inclusion_proof,
        "consistency": consistency_proof,
        "readLog": log_of_reads,
    },
    **PROOF_READS,
    **READER_READS,
    "Checkpoint": {"size": number("size"), "note": words("note")},
    "Contribution": CONTRIBUTION,
    "Viewer": {
        "person": person(lambda _row: "%(person)s"),
        "role": lambda _writer, _selected, _row: quoted("%(role)s::text"),
        "listsCases": _of_reader("lists_cases"),
        "opensSealedText": _of_reader("opens_sealed"),
        "seesOwnCasesOnly": _of_reader("own_only"),
        "schools": _schools,
    },
    "Trust": {
        "id": column("trust_id"),
        "name": words("name"),
        "schools": _schools,
        "retentionTable": retention_table,
        "holds": trust_holds,
    },
    **KEEPING_READS,
    "School": {"urn": words("urn"), "name": words("name"), "memberships": _memberships},
    "Membership": {"joinedOn": column("joined_on"), "leftOn": column("left_on")},
    "Person": {"id": column("person_id"), "name": words("name"), "nameState": column("state")},
}
