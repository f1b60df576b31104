"""The questions that have a plan, and what they show beside cases: the reader, the trust and its schools."""

# ruff: noqa: S608 - the statements are put together from constants alone
from __future__ import annotations

from collections.abc import Mapping

from projections.plan.cases import CASE_READS, case_by_id, case_by_reference, case_list
from projections.plan.reads import column, person, words
from projections.plan.selections import Selected
from projections.plan.text import array_of, quoted
from projections.plan.writer import NotPlanned, Read, Row, Writer

__all__ = ["READS"]


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
        f"(SELECT string_agg({shown}, ',' ORDER BY {alias}.joined_on) FROM {writer.reading.schools()} AS {alias}"
        f" WHERE {alias}.valid_to IS NULL AND {alias}.urn = {row.alias}.urn)"
    )


def _case(writer: Writer, selected: Selected, _row: Row) -> str:
    given = writer.given(selected)
    if given["asOf"] is not None or (given["id"] is None) == (given["reference"] is None):
        raise NotPlanned("Query.case(asOf:)")
    prefix = writer.bind(selected, lambda arguments: {name: arguments[name] for name in ("id", "reference")})
    if given["id"] is not None:
        # Compared as text: an id in another spelling names no case, and is no fault either.
        return case_by_id(writer, selected, f"(SELECT id FROM (SELECT {_uuid(f'%({prefix}id)s')} AS id) AS wanted)")
    return case_by_reference(writer, selected, f"%({prefix}reference)s")


def _uuid(text: str) -> str:
    spelled = f"{text}::text ~ '^[0-9a-f]{{{{8}}}}(-[0-9a-f]{{{{4}}}}){{{{3}}}}-[0-9a-f]{{{{12}}}}$'"
    return f"CASE WHEN {spelled} THEN {text}::uuid END"


def _trust(writer: Writer, selected: Selected, _row: Row) -> str:
    alias = writer.alias("t")
    return f"(SELECT {writer.object('Trust', selected, Row(alias))} FROM {writer.reading.trust()} AS {alias})"


def _viewer(writer: Writer, selected: Selected, row: Row) -> str:
    return writer.object("Viewer", selected, row)


def _of_reader(name: str) -> Read:
    return lambda writer, _selected, _row: "'true'" if getattr(writer.visibility, name) else "'false'"


READS: Mapping[str, Mapping[str, Read]] = {
    **CASE_READS,
    "Query": {
        "viewer": _viewer,
        "trust": _trust,
        "schools": _schools,
        "cases": lambda writer, selected, _row: case_list(writer, selected),
        "case": _case,
    },
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
    },
    "School": {"urn": words("urn"), "name": words("name"), "memberships": _memberships},
    "Membership": {"joinedOn": column("joined_on"), "leftOn": column("left_on")},
    "Person": {"id": column("person_id"), "name": words("name"), "nameState": column("state")},
}
