"""Whether a case is about the reader: the target of an allegation sees an incident, and does not decide it."""

from __future__ import annotations

from projections.plan.writer import Row

__all__ = ["is_target"]


def is_target(row: Row) -> str:
    """Whether an allegation in an incident is about the reader, an expression: what `Incident.subjects` says."""
    return (
        f"jsonb_path_exists({row.value}->'detail'->'items', '$[*] ? (@.mark == null"
        """ && exists(@.classifications[*] ? (@.nature == "ALLEGATION")) && exists(@.about[*] ? (@ == $person)))',"""
        " jsonb_build_object('person', %(person)s::uuid))"
    )
