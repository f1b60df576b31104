"""Schools where a case or a part of it names one, and the parts that do."""

# ruff: noqa: S608 - the statements are put together from constants alone
from __future__ import annotations

from projections.plan.parts import PARTS, part
from projections.plan.selections import Selected
from projections.plan.text import NULL
from projections.plan.writer import Read, Row, Writer

__all__ = ["PLACED_PARTS", "school_named", "school_of"]


def school_of(writer: Writer, selected: Selected, urn: str) -> str:
    """A school by its URN, an expression: one that stands in something the reader sees."""
    alias = writer.alias("s")
    shown = writer.object("School", selected, Row(alias))
    return (
        f"coalesce((SELECT {shown} FROM {writer.reading.named_schools()} AS {alias} WHERE {alias}.urn = {urn}), {NULL})"
    )


def school_named(name: str) -> Read:
    """The school whose URN is a member of the part, or null."""
    return lambda writer, selected, row: school_of(writer, selected, f"({row.value}->>'{name}')")


PLACED_PARTS: dict[str, dict[str, Read]] = {
    "Transfer": {
        **part("transferredOn", texts="reason"),
        "fromSchool": school_named("from_school"),
        "toSchool": school_named("to_school"),
    },
    "Item": {**PARTS["Item"], "countedAt": school_named("counted_at")},
    "Head": {**PARTS["Head"], "countedAt": school_named("counted_at")},
}
