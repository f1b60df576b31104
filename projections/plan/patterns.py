"""What the breaches of one person show together: how many are low-level concerns, of what kind, over which time."""

# ruff: noqa: S608 - the statements are put together from constants alone
from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from projections.pages import place_of
from projections.plan.cases import case_node, case_row, case_source
from projections.plan.pages import Listing, connection, placed
from projections.plan.reads import column, number, person, words
from projections.plan.selections import Selected
from projections.plan.text import NULL, array_of, quoted
from projections.plan.writer import Arguments, Read, Row, Writer

__all__ = ["BREACH_TYPE_NUMBER", "staff_pattern"]

BREACH_TYPE_NUMBER: dict[str, Read] = {"breachType": words("breach_type"), "number": number("number")}

# What the last assessment of the harm threshold says; documents keep assessments in the order of recording.
_LEVEL = "document::jsonb->'detail'->'threshold_assessments'->-1->>'level'"


def staff_pattern(writer: Writer, selected: Selected, _row: Row) -> str:
    """The pattern of one person, or null where no breach of theirs is in sight."""
    named = f"%({writer.bind(selected, _named)}person)s::uuid"
    row = Row(writer.alias("t"))
    reads: dict[str, Read] = {
        "person": person(lambda _row: named),
        "lowLevelConcerns": number("low"),
        "thresholdMet": number("met"),
        "others": number("others"),
        "firstOn": column("first_on"),
        "lastOn": column("last_on"),
        "breachTypes": lambda one, chosen, _row: _types(one, chosen, named),
        "cases": lambda one, chosen, _row: _cases(one, chosen, named),
    }
    shown = writer.shown("StaffPattern", reads, selected, row)
    alias = writer.alias("b")
    added = (
        f"SELECT string_agg({writer.mark('case_id')}, '') AS marks,"
        " count(*) FILTER (WHERE level = 'LOW_LEVEL') AS low, count(*) FILTER (WHERE level = 'MET') AS met,"
        " count(*) FILTER (WHERE level IS NULL OR level NOT IN ('LOW_LEVEL', 'MET')) AS others,"
        " min(opened_on) AS first_on, max(opened_on) AS last_on"
        f" FROM (SELECT case_id, opened_on, {alias}.{_LEVEL} AS level"
        f" FROM {writer.reading.breaches(named)} AS {alias}) AS assessed HAVING count(*) > 0"
    )
    # What is added up of one person's breaches tells of each of them.
    return f"coalesce((SELECT {row.alias}.marks || {shown} FROM ({added}) AS {row.alias}), {NULL})"


def _named(given: Arguments) -> Mapping[str, Any]:
    """Who is asked about; what is no id, or one in another spelling, names nobody."""
    try:
        person_id = UUID(given["person"])
    except ValueError:
        return {"person": None}
    return {"person": person_id if str(person_id) == given["person"] else None}


def _types(writer: Writer, selected: Selected, named: str) -> str:
    """The kinds of breach, those noted most often first."""
    alias, row = writer.alias("b"), Row(writer.alias("y"))
    shown = writer.object("BreachTypeNumber", selected, row)
    told = (
        f"SELECT kind.value AS breach_type, count(*) AS number FROM {writer.reading.breaches(named)} AS {alias}"
        " CROSS JOIN LATERAL jsonb_array_elements_text(coalesce("
        f"{alias}.document::jsonb #> '{{detail,details,breach_types}}', '[]')) AS kind (value) GROUP BY kind.value"
    )
    order = f'{row.alias}.number DESC, {row.alias}.breach_type COLLATE "C"'
    return array_of(f"(SELECT string_agg({shown}, ',' ORDER BY {order}) FROM ({told}) AS {row.alias})")


def _cases(writer: Writer, selected: Selected, named: str) -> str:
    """The connection of the breaches, the oldest first."""

    def bound(arguments: Arguments) -> Mapping[str, Any]:
        after = arguments["after"]
        day, case = (None, None) if after is None else place_of(after, date, UUID)
        return {"has_after": after is not None, "day": day, "case": case}

    prefix = writer.bind(selected, bound)
    row = case_row(writer)
    order = f"{row.alias}.opened_on, {row.case_id}"
    later = ""
    if writer.given(selected)["after"] is not None:
        later = f" AND ({order}) > (%({prefix}day)s::date, %({prefix}case)s::uuid)"
    alias = writer.alias("b")
    breaches = f"{writer.reading.breaches(named)} AS {alias}"
    listing = Listing(
        type_name="CaseConnection",
        node_name="Case",
        node=case_node,
        row=row,
        source=lambda used: (
            f"{case_source(writer, row, used)} JOIN {breaches} ON {alias}.case_id = {row.case_id} WHERE true{later}"
        ),
        order=order,
        place=placed(quoted(f"{row.alias}.opened_on"), quoted(row.case_id)),
        total=f"SELECT count(*) FROM {breaches}",
        first=writer.given(selected)["first"],
        after=f"%({prefix}has_after)s::boolean",
    )
    return connection(writer, selected, listing)
